"""YOLOv7 with suppression inside: [N, 7], picture, x1, y1, x2, y2, class, score in pixels of the input."""

from ..decoded import Detections
from .reading import Outputs, Reading, count_of, final, rows_of


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 1)
    rows = rows_of(outputs[0], 7, more=False)
    return final(reading.pixels(rows[:, 1:5], normalised=False), rows[:, 6], rows[:, 5], reading)
