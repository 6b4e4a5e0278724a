"""SSD without suppression (UltraFace): scores [1, N, C] with the background first, boxes [1, N, 4] between 0 and 1."""

from ..decoded import Detections
from .reading import Outputs, Reading, best_classes, count_of, deduplicated, rows_of


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 2)
    scores, classes = best_classes(rows_of(outputs[0], 2)[:, reading.first_class(1) :])
    return deduplicated(reading.pixels(rows_of(outputs[1], 4, more=False)), scores, classes, reading)
