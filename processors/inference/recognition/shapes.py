"""What rules ask about arrays."""

from collections.abc import Iterable

import numpy as np

from ..decoders.grids import grid, strides_of
from ..placement import Floats
from .observe import Output, Seen

LABELS_OF_COUNT: dict[int, str | tuple[str, ...]] = {
    1: ("object",),
    80: "coco80",
    90: "coco91",
    91: "coco91",
    20: "voc20",
    21: "voc21",
}


def named(seen: Seen, *parts: str) -> Output | None:
    """The first output whose name contains one of the parts."""
    for output in seen.outputs:
        if any(part in output.name.lower() for part in parts):
            return output
    return None


def labels_for(seen: Seen, classes: int) -> str | tuple[str, ...]:
    """The names that the file carries, or those of the list that everybody with this many classes uses."""
    if len(seen.facts.labels) == classes:
        return seen.facts.labels
    return LABELS_OF_COUNT.get(classes, ())


def told(output: Output) -> str:
    return f"{output.name} {list(output.shape)}"


def is_rows(output: Output) -> bool:
    """[1, rows, columns]"""
    one = len(output.shape) == 3 and output.shape[0] == 1 and 0 not in output.shape
    return one and output.array.dtype.kind == "f"


def strides(seen: Seen, count: int) -> tuple[int, ...] | None:
    return strides_of(seen.input.width, seen.input.height, count)


def anchored(seen: Seen, count: int) -> bool:
    """One box, or three, for every cell."""
    return strides(seen, count) is not None or (count % 3 == 0 and strides(seen, count // 3) is not None)


def follows_grid(seen: Seen, rows: Floats) -> bool:
    """Whether the first two columns are places in the picture already, and not steps from the centres of cells."""
    levels = strides(seen, len(rows))
    if levels is None:
        return True
    places, steps = grid(seen.input.width, seen.input.height, levels)
    centres = (places + 0.5) * steps
    return all(correlation(rows[:, axis], centres[:, axis]) > 0.8 for axis in (0, 1))


def correlation(one: Floats, other: Floats) -> float:
    if one.std() < 1e-6 or other.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def between(array: Floats, least: float = 0.0, most: float = 1.0) -> bool:
    return bool(array.size and array.min() >= least - 1e-3 and array.max() <= most + 1e-3)


def sums_to_one(array: Floats, axis: int) -> bool:
    return between(array) and bool(np.abs(array.sum(axis=axis) - 1).max() < 0.02)


def without(outputs: Iterable[Output], *taken: Output) -> list[Output]:
    return [output for output in outputs if all(output is not each for each in taken)]
