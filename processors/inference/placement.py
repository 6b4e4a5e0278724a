"""Where the picture lies in the model's input, and the way back."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[Any]  # float32; the annotations of NumPy promise less


@dataclass(frozen=True)
class Placement:
    """A picture of ``image_width`` x ``image_height``, resized to ``width`` x ``height`` at ``left``, ``top``."""

    image_width: int
    image_height: int
    input_width: int
    input_height: int
    left: int
    top: int
    width: int
    height: int

    def boxes(self, boxes: Floats) -> Floats:
        """Return x1, y1, x2, y2 in pixels of the picture."""
        corner = np.array([self.left, self.top] * 2, np.float32)
        return np.asarray((boxes - corner) * np.tile(self._scale(), 2), np.float32)

    def points(self, points: Floats) -> Floats:
        """Return x, y, score with x and y in pixels of the picture."""
        placed = points.copy()
        placed[..., :2] = (points[..., :2] - np.array([self.left, self.top], np.float32)) * self._scale()
        return placed

    def map(self, values: npt.NDArray[Any], interpolation: int) -> npt.NDArray[Any]:
        """Return a map over the whole input, of whatever resolution, as one over the picture."""
        rows = self._span(self.top, self.height, self.input_height, values.shape[0])
        columns = self._span(self.left, self.width, self.input_width, values.shape[1])
        size = (self.image_width, self.image_height)
        return np.asarray(cv2.resize(values[rows, columns], size, interpolation=interpolation))

    def _scale(self) -> Floats:
        return np.array([self.image_width / self.width, self.image_height / self.height], np.float32)

    @staticmethod
    def _span(start: int, length: int, whole: int, cells: int) -> slice:
        """The part of ``cells`` that shows the picture and not its padding; never empty."""
        first = min(round(start * cells / whole), cells - 1)
        return slice(first, max(first + 1, round((start + length) * cells / whole)))
