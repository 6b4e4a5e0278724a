"""PaddleDetection: [N, 6], class, score, x1, y1, x2, y2 in pixels; a second output counts the rows.

A class of -1 fills up. The inputs ``im_shape`` and ``scale_factor`` say that our picture is the input itself.
"""

from ..decoded import Detections
from .reading import Outputs, Reading, count_of, final, rows_of


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 1, 2)
    rows = rows_of(outputs[0], 6, more=False)
    return final(rows[:, 2:], rows[:, 1], rows[:, 0], reading)
