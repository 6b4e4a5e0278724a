"""YOLOv5, YOLOv6 and YOLOv7: [1, A, 5 + classes], centre and size in pixels, objectness apart from the classes."""

from ..decoded import Detections
from .reading import Outputs, Reading, best_classes, corners, count_of, deduplicated, rows_of


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 1)
    rows = rows_of(outputs[0], 6)
    scores, classes = best_classes(rows[:, 5:])
    return deduplicated(reading.pixels(corners(rows[:, :4])), scores * rows[:, 4], classes, reading)
