"""DetectionOutput of Caffe and OpenVINO: [1, 1, N, 7], picture, class, score, x1, y1, x2, y2 between 0 and 1.

Class 0 is the background, and a picture number of -1 ends the list.
"""

from ..decoded import Detections
from .reading import Outputs, Reading, count_of, deduplicated, final, rows_of


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 1)
    rows = rows_of(outputs[0], 7, more=False)
    rows = rows[rows[:, 0] == 0]
    finish = deduplicated if reading.options.get("suppress") else final
    boxes = reading.pixels(rows[:, 3:], normalised=True)
    return finish(boxes, rows[:, 2], rows[:, 1] - reading.first_class(1), reading)
