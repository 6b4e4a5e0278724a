"""YuNet: faces with five landmarks, as classes, objectness, boxes and landmarks of the strides 8, 16 and 32.

Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 2023.
"""

import numpy as np

from ..decoded import Detections
from ..placement import Floats
from ..suppression import chosen, kept
from .grids import STRIDES, grid
from .reading import Outputs, Reading, corners, count_of, exponential, rows_of, same_length

LANDMARKS = 5


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 12)
    classes, objects, boxes, landmarks = (joined(outputs[first : first + 3]) for first in (0, 3, 6, 9))
    places, strides = grid(reading.width, reading.height, STRIDES)
    same_length(places, classes, objects, boxes, landmarks)
    scores = np.sqrt(np.clip(classes[:, 0], 0, 1) * np.clip(objects[:, 0], 0, 1))
    good = scores >= reading.threshold
    found = faces(boxes[good], landmarks[good], scores[good], places[good], strides[good])
    return chosen(found, kept(found.boxes, found.scores, found.classes, reading.iou)) if len(found) else found


def joined(levels: Outputs) -> Floats:
    return np.concatenate([rows_of(level, 1) for level in levels])


def faces(boxes: Floats, landmarks: Floats, scores: Floats, places: Floats, strides: Floats) -> Detections:
    centres = (places + boxes[:, :2]) * strides
    sizes = exponential(boxes[:, 2:4]) * strides
    points = (landmarks.reshape(-1, LANDMARKS, 2) + places[:, None]) * strides[:, None]
    with_scores = np.concatenate([points, np.repeat(scores[:, None, None], LANDMARKS, 1)], axis=2)
    classes = np.zeros(len(scores), np.int64)
    return Detections(corners(np.concatenate([centres, sizes], axis=1)), scores, classes, with_scores)
