"""What every decoder needs to know, and the small steps that many share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ...exceptions import WrongModelOutput
from ..decoded import Detections, Numbers
from ..placement import Floats
from ..suppression import best_first, suppressed

Array = npt.NDArray[Any]
Outputs = Sequence[Array]

LARGEST_EXPONENT = 12.0  # e^12 is far wider than any picture, and no overflow
FARTHEST_PIXELS = 1e6


@dataclass(frozen=True)
class Reading:
    """The size of the model's input, how sure it must be, and the options of the convention."""

    width: int
    height: int
    task: str = "detection"
    threshold: float = 0.5
    iou: float = 0.45
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> Floats:
        return np.array([self.width, self.height], np.float32)

    def pixels(self, boxes: Floats, normalised: bool | None = None) -> Floats:
        """Boxes between 0 and 1 become pixels; without an answer in the options the values tell."""
        asked = self.options.get("normalised", normalised)
        between = bool(asked) if asked is not None else bool(np.abs(boxes).max(initial=0.0) <= 1.5)
        return boxes * np.tile(self.size, boxes.shape[-1] // 2) if between else boxes

    def first_class(self, default: int) -> int:
        """The number that the model gives to the first of the labels; lower ones are background."""
        return int(self.options.get("first_class", default))


def count_of(outputs: Outputs, *allowed: int) -> None:
    if len(outputs) not in allowed:
        wanted = " or ".join(str(each) for each in allowed)
        raise WrongModelOutput(f"This kind of model has {wanted} outputs, and this one gave {len(outputs)}.")


def unbatched(output: Array, rank: int) -> Array:
    """Return the output without leading dimensions of 1, in exactly ``rank`` dimensions."""
    trimmed = output
    while trimmed.ndim > rank and trimmed.shape[0] == 1:
        trimmed = trimmed[0]
    if trimmed.ndim != rank:
        shape = "x".join(str(each) for each in output.shape)
        raise WrongModelOutput(
            f"The model gave an output of {shape}, which this kind of model does not have."
        )
    return trimmed


def rows_of(output: Array, columns: int, more: bool = True) -> Floats:
    """Return rows of ``columns`` (or more) numbers."""
    rows = np.asarray(unbatched(output, 2), np.float32)
    if rows.shape[1] < columns or (not more and rows.shape[1] != columns):
        raise WrongModelOutput(
            f"The model gave rows of {rows.shape[1]} numbers, and this kind of model has {columns}."
        )
    return rows


def upright(output: Array, columns: int) -> Floats:
    """Return one row per candidate, whichever way round the model wrote them."""
    rows = np.asarray(unbatched(output, 2), np.float32)
    return rows_of(rows.T if rows.shape[0] < rows.shape[1] else rows, columns)


def same_length(*arrays: Array) -> None:
    if len({len(each) for each in arrays}) != 1:
        raise WrongModelOutput("The outputs of the model differ in length, so they do not belong together.")


def corners(centred: Floats) -> Floats:
    """Return x1, y1, x2, y2 for centre, width and height."""
    half = centred[..., 2:4] / 2
    return np.concatenate([centred[..., :2] - half, centred[..., :2] + half], axis=-1)


def best_classes(scores: Floats) -> tuple[Floats, Numbers]:
    """Return the best score of every row and its class."""
    classes = scores.argmax(axis=1) if scores.shape[1] else np.zeros(len(scores), np.int64)
    return scores[np.arange(len(scores)), classes], classes.astype(np.int64)


def sure(boxes: Floats, scores: Floats, classes: Array, reading: Reading) -> Detections:
    """Keep what reaches the threshold and is a class at all."""
    same_length(boxes, scores, classes)
    numbers = classes.astype(np.int64)
    good = (scores >= reading.threshold) & (scores > 0) & (numbers >= 0)
    near = np.clip(boxes[good], -FARTHEST_PIXELS, FARTHEST_PIXELS)
    return Detections(near.astype(np.float32), scores[good].astype(np.float32), numbers[good])


def final(boxes: Floats, scores: Floats, classes: Array, reading: Reading) -> Detections:
    """For models that remove duplicates by themselves."""
    return best_first(sure(boxes, scores, classes, reading))


def deduplicated(boxes: Floats, scores: Floats, classes: Array, reading: Reading) -> Detections:
    """For models that give many boxes per object."""
    return suppressed(sure(boxes, scores, classes, reading), reading.iou)


def exponential(values: Floats) -> Floats:
    return np.exp(np.minimum(values, LARGEST_EXPONENT))


def sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -50, 50))), np.float32)


def softmax(values: Floats, axis: int = -1) -> Floats:
    powers = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True), np.float32)


def probabilities(values: Floats, activation: str | None, axis: int = -1) -> Floats:
    """Apply "sigmoid" or "softmax"; "none" takes the numbers as they are."""
    if activation == "sigmoid":
        return sigmoid(values)
    if activation == "softmax":
        return softmax(values, axis)
    return np.clip(values, 0, 1)
