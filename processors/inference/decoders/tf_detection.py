"""TensorFlow's Object Detection API: boxes (y1, x1, y2, x2 between 0 and 1), scores, classes from 1."""

from ..decoded import Detections
from .reading import Outputs, Reading, count_of, final, rows_of, unbatched


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 3)
    boxes = rows_of(outputs[0], 4, more=False)[:, [1, 0, 3, 2]]
    scores, classes = unbatched(outputs[1], 1), unbatched(outputs[2], 1)
    return final(reading.pixels(boxes, normalised=True), scores, classes - reading.first_class(1), reading)
