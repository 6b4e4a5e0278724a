"""Three lists: boxes x1, y1, x2, y2 (pixels or between 0 and 1), labels, scores.

So do torchvision, the SSDs of the ONNX zoo, and exports with TensorRT's suppression.
"""

from ..decoded import Detections
from .reading import Outputs, Reading, count_of, final, rows_of, unbatched


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 3)
    boxes, labels, scores = (
        rows_of(outputs[0], 4, more=False),
        unbatched(outputs[1], 1),
        unbatched(outputs[2], 1),
    )
    return final(reading.pixels(boxes), scores, labels - reading.first_class(0), reading)
