"""YOLOv10, YOLO26 and exports with suppression inside: [1, N, 6], x1, y1, x2, y2, score, class in pixels."""

from ..decoded import Detections
from .reading import Outputs, Reading, count_of, final, rows_of


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 1)
    rows = rows_of(outputs[0], 6, more=False)
    return final(reading.pixels(rows[:, :4]), rows[:, 4], rows[:, 5], reading)
