"""RT-DETR and D-FINE with their post-processing: labels, boxes, scores.

The boxes are in pixels of the size given as ``orig_target_sizes``, and that is the size of our input.
"""

from ..decoded import Detections
from .reading import Outputs, Reading, count_of, final, rows_of, unbatched


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 3)
    labels, boxes, scores = (
        unbatched(outputs[0], 1),
        rows_of(outputs[1], 4, more=False),
        unbatched(outputs[2], 1),
    )
    return final(boxes, scores, labels - reading.first_class(0), reading)
