"""The DETR family: logits [1, Q, C] and boxes [1, Q, 4], centre and size between 0 and 1, one box per object.

With "softmax" the last class means "nothing" (DETR); with "sigmoid" every class stands for itself (RT-DETR, RF-DETR).
"""

from ..decoded import Detections
from ..placement import Floats
from .reading import Outputs, Reading, best_classes, corners, count_of, final, rows_of, sigmoid, softmax


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 2)
    first = reading.first_class(0)
    scores, classes = best_classes(class_scores(rows_of(outputs[0], 1 + first), reading)[:, first:])
    boxes = corners(rows_of(outputs[1], 4, more=False))
    return final(reading.pixels(boxes, normalised=True), scores, classes, reading)


def class_scores(logits: Floats, reading: Reading) -> Floats:
    if reading.options.get("activation", "sigmoid") == "softmax":
        return softmax(logits)[:, :-1]
    return sigmoid(logits)
