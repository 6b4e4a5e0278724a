"""MMDeploy: ``dets`` [1, N, 5] with x1, y1, x2, y2, score in pixels of the input, and ``labels`` [1, N]."""

from ..decoded import Detections
from .reading import Outputs, Reading, count_of, final, rows_of, unbatched


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 2)
    rows, labels = rows_of(outputs[0], 5, more=False), unbatched(outputs[1], 1)
    return final(rows[:, :4], rows[:, 4], labels, reading)
