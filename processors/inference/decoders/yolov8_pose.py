"""Ultralytics pose: boxes with key points, [1, 4 + classes + 3 K, A], or [1, N, 6 + 3 K] with suppression inside."""

import numpy as np

from ...exceptions import WrongModelOutput
from ..decoded import Detections, KeyPoints
from ..placement import Floats
from ..suppression import MAXIMUM_DETECTIONS, chosen, kept
from .reading import Outputs, Reading, best_classes, corners, count_of, rows_of, upright

KEY_POINTS = 17


def decode(outputs: Outputs, reading: Reading) -> KeyPoints | Detections:
    count_of(outputs, 1)
    found = ended(outputs, reading) if reading.options.get("end_to_end") else candidates(outputs, reading)
    if reading.task != "keypoints" or found.points is None:
        return found
    return KeyPoints(found.points, found.scores, found.boxes)


def candidates(outputs: Outputs, reading: Reading) -> Detections:
    rows = upright(outputs[0], 5 + columns_of_points(reading))
    scores, classes = best_classes(rows[:, 4 : -columns_of_points(reading)])
    good = scores >= reading.threshold
    points = rows[good, -columns_of_points(reading) :]
    found = Detections(corners(rows[good, :4]), scores[good], classes[good], shaped(points, reading))
    return chosen(found, kept(found.boxes, found.scores, found.classes, reading.iou)) if len(found) else found


def ended(outputs: Outputs, reading: Reading) -> Detections:
    rows = rows_of(outputs[0], 6 + columns_of_points(reading), more=False)
    rows = rows[rows[:, 4] >= reading.threshold]
    rows = rows[np.argsort(-rows[:, 4], kind="stable")[:MAXIMUM_DETECTIONS]]
    return Detections(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int64), shaped(rows[:, 6:], reading))


def columns_of_points(reading: Reading) -> int:
    count, values = shape_of_points(reading)
    return count * values


def shape_of_points(reading: Reading) -> tuple[int, int]:
    count, values = reading.options.get("key_points", (KEY_POINTS, 3))
    if values not in (2, 3) or not 0 < count <= 1000:
        raise WrongModelOutput("key_points must be the number of points and 2 or 3 values for each.")
    return int(count), int(values)


def shaped(points: Floats, reading: Reading) -> Floats:
    """Return x, y, score; without scores of their own points are certain."""
    count, values = shape_of_points(reading)
    shaped_points = points.reshape(len(points), count, values)
    if values == 3:
        return shaped_points
    return np.concatenate([shaped_points, np.ones((len(points), count, 1), np.float32)], axis=2)
