"""Ultralytics segmentation: boxes with coefficients [1, 4 + classes + 32, A], and prototypes [1, 32, h, w].

With suppression inside the first is [1, N, 6 + 32]. As "segmentation" the union of all objects is one map in which
0 is the background and the labels follow.
"""

import numpy as np

from ..decoded import Detections, Mask
from ..placement import Floats
from ..suppression import MAXIMUM_DETECTIONS, kept
from .argmax import compact
from .reading import Outputs, Reading, best_classes, corners, count_of, rows_of, sigmoid, unbatched, upright

MAXIMUM_MASKS = 50
SURE_PIXEL = 0.5


def decode(outputs: Outputs, reading: Reading) -> Detections | Mask:
    count_of(outputs, 2)
    prototypes = np.asarray(unbatched(outputs[1], 3), np.float32)
    found, coefficients = objects(outputs, len(prototypes), reading)
    masks = inside(shapes(coefficients, prototypes), found.boxes, reading)
    detections = Detections(found.boxes, found.scores, found.classes, masks=masks)
    return united(detections, prototypes.shape[1:]) if reading.task == "segmentation" else detections


def objects(outputs: Outputs, coefficients: int, reading: Reading) -> tuple[Detections, Floats]:
    if reading.options.get("end_to_end"):
        rows = rows_of(outputs[0], 6 + coefficients, more=False)
        boxes, scores, classes = rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int64)
        order = np.argsort(-scores, kind="stable")[:MAXIMUM_DETECTIONS]
        good = order[scores[order] >= reading.threshold]
    else:
        rows = upright(outputs[0], 5 + coefficients)
        boxes, (scores, classes) = corners(rows[:, :4]), best_classes(rows[:, 4:-coefficients])
        sure = np.flatnonzero(scores >= reading.threshold)
        good = sure[kept(boxes[sure], scores[sure], classes[sure], reading.iou)] if len(sure) else sure
    good = good[:MAXIMUM_MASKS]
    return Detections(boxes[good], scores[good], classes[good]), rows[good, -coefficients:]


def shapes(coefficients: Floats, prototypes: Floats) -> Floats:
    flat = coefficients @ prototypes.reshape(len(prototypes), -1)
    return np.asarray(sigmoid(flat).reshape(-1, *prototypes.shape[1:]), np.float32)


def inside(masks: Floats, boxes: Floats, reading: Reading) -> Floats:
    """Empty each mask outside of its box: the prototypes know nothing of boxes."""
    scale = np.array([masks.shape[2], masks.shape[1]] * 2) / np.tile(reading.size, 2)
    left, top, right, bottom = (boxes * scale).T[:, :, None, None]
    x, y = np.arange(masks.shape[2])[None, None], np.arange(masks.shape[1])[None, :, None]
    return np.where((x >= left) & (x < right) & (y >= top) & (y < bottom), masks, np.float32(0))


def united(found: Detections, size: tuple[int, ...]) -> Mask:
    """The best object of a pixel wins, so they are painted from the worst to the best."""
    classes = np.zeros(size, np.int64)
    for number, mask in reversed(
        list(zip(found.classes, found.masks if found.masks is not None else (), strict=True))
    ):
        classes[mask > SURE_PIXEL] = number + 1
    return Mask(classes=compact(classes))
