"""What a model says about a picture, in pixels of that picture."""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from ..results import Picture
from .placement import Floats, Placement

Numbers: TypeAlias = npt.NDArray[Any]  # int64
LabelMap: TypeAlias = npt.NDArray[Any]  # uint8, or int32 for more than 256 classes


@dataclass(frozen=True)
class Detections:
    """Rectangles, best first. They may reach over the edge of the picture."""

    boxes: Floats  # (n, 4): x1, y1, x2, y2
    scores: Floats  # (n,)
    classes: Numbers  # (n,): numbers into the labels
    points: Floats | None = None  # (n, k, 3): x, y, score of landmarks, where the model gives them
    masks: Floats | None = None  # (n, height, width): probability that a pixel belongs to the box

    def placed(self, placement: Placement) -> "Detections":
        return replace(
            self,
            boxes=placement.boxes(self.boxes),
            points=None if self.points is None else placement.points(self.points),
            masks=None if self.masks is None else placed_masks(self.masks, placement),
        )

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True)
class KeyPoints:
    """The joints of one or more bodies."""

    points: Floats  # (n, k, 3): x, y, score
    scores: Floats  # (n,)
    boxes: Floats | None = None  # (n, 4), where the model gives them
    mask: Floats | None = None  # (height, width): probability of a person, where the model gives it

    def placed(self, placement: Placement) -> "KeyPoints":
        return replace(
            self,
            points=placement.points(self.points),
            boxes=None if self.boxes is None else placement.boxes(self.boxes),
            mask=None if self.mask is None else placed_map(self.mask, placement),
        )

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True)
class Mask:
    """One of the two: how surely a pixel is foreground, or the number of its class."""

    probabilities: Floats | None = None  # (height, width), 0 to 1
    classes: LabelMap | None = None  # (height, width)

    def placed(self, placement: Placement) -> "Mask":
        return Mask(
            None if self.probabilities is None else placed_map(self.probabilities, placement),
            None if self.classes is None else np.asarray(placement.map(self.classes, cv2.INTER_NEAREST)),
        )


@dataclass(frozen=True)
class Scores:
    """One probability per class, for the picture as a whole."""

    values: Floats  # (c,)

    def placed(self, placement: Placement) -> "Scores":
        return self

    def best(self, count: int) -> list[tuple[int, float]]:
        """Return class and probability of the likeliest ones, best first."""
        order = np.argsort(-self.values, kind="stable")[:count]
        return [(int(each), float(self.values[each])) for each in order]


@dataclass(frozen=True)
class Image:
    """Another picture."""

    picture: Picture  # BGR

    def placed(self, placement: Placement) -> "Image":
        return Image(np.asarray(placement.map(self.picture, cv2.INTER_LINEAR)))


Decoded = Detections | KeyPoints | Mask | Scores | Image


def placed_map(values: Floats, placement: Placement) -> Floats:
    return np.asarray(placement.map(values, cv2.INTER_LINEAR), np.float32)


def placed_masks(masks: Floats, placement: Placement) -> Floats:
    if not len(masks):
        return np.zeros((0, placement.image_height, placement.image_width), np.float32)
    return np.stack([placed_map(mask, placement) for mask in masks])
