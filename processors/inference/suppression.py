"""Of overlapping boxes of the same class only the best stays."""

import cv2
import numpy as np

from .decoded import Detections, Numbers
from .placement import Floats

MAXIMUM_CANDIDATES = 1000
MAXIMUM_DETECTIONS = 300


def suppressed(detections: Detections, iou: float) -> Detections:
    """Return what is left, best first."""
    if not len(detections):
        return detections
    return chosen(detections, kept(detections.boxes, detections.scores, detections.classes, iou))


def kept(boxes: Floats, scores: Floats, classes: Numbers, iou: float) -> Numbers:
    best = np.argsort(-scores, kind="stable")[:MAXIMUM_CANDIDATES]
    sizes = np.concatenate([boxes[best, :2], boxes[best, 2:] - boxes[best, :2]], axis=1).astype(np.float64)
    numbers = classes[best].astype(np.int32)
    indices = cv2.dnn.NMSBoxesBatched(sizes, scores[best], numbers, 0.0, iou)  # type: ignore[arg-type]
    return best[np.asarray(indices, np.int64).reshape(-1)[:MAXIMUM_DETECTIONS]]


def chosen(detections: Detections, indices: Numbers) -> Detections:
    points, masks = detections.points, detections.masks
    return Detections(
        detections.boxes[indices],
        detections.scores[indices],
        detections.classes[indices],
        None if points is None else points[indices],
        None if masks is None else masks[indices],
    )


def best_first(detections: Detections) -> Detections:
    """For models that suppress by themselves: in order, and not without end."""
    return chosen(detections, np.argsort(-detections.scores, kind="stable")[:MAXIMUM_DETECTIONS])
