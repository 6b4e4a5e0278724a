"""Ultralytics YOLOv8, YOLO11 and their like: [1, 4 + classes, A], centre and size in pixels of the input."""

from ..decoded import Detections
from .reading import Outputs, Reading, best_classes, corners, count_of, deduplicated, upright


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 1)
    rows = upright(outputs[0], 5)
    scores, classes = best_classes(rows[:, 4:])
    return deduplicated(reading.pixels(corners(rows[:, :4])), scores, classes, reading)
