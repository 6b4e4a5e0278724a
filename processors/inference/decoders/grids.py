"""Detectors look at a picture in cells: where these lie for a size and the strides of the levels."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from ..placement import Floats

STRIDES = (8, 16, 32)


@lru_cache(maxsize=32)
def grid(width: int, height: int, strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return x, y of all cells in units of their stride (n, 2), and the strides (n, 1), level after level."""
    levels = [level_grid(*cells(width, height, stride)) for stride in strides]
    steps = [
        np.full((len(level), 1), stride, np.float32) for level, stride in zip(levels, strides, strict=True)
    ]
    return np.concatenate(levels), np.concatenate(steps)


def level_grid(columns: int, rows: int) -> Floats:
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    return np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float32)


def cells(width: int, height: int, stride: int) -> tuple[int, int]:
    return -(-width // stride), -(-height // stride)


def cell_count(width: int, height: int, strides: Iterable[int]) -> int:
    return sum(columns * rows for columns, rows in (cells(width, height, stride) for stride in strides))


def stride_of(width: int, height: int, count: int) -> int | None:
    """The stride at which the input has this many cells."""
    for stride in (4, 8, 16, 32, 64, 128):
        if cell_count(width, height, (stride,)) == count:
            return stride
    return None


def strides_of(width: int, height: int, count: int) -> tuple[int, ...] | None:
    """The usual set of strides at which all levels together have this many cells."""
    for strides in ((8, 16, 32), (8, 16, 32, 64), (16, 32), (4, 8, 16, 32)):
        if cell_count(width, height, strides) == count:
            return strides
    return None
