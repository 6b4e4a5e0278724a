"""Models whose output is a map over the picture, or one list of scores for it."""

from dataclasses import dataclass

import numpy as np

from ..placement import Floats
from ..reasons import reason
from . import inputs
from .observe import Output, Seen
from .proposal import Guess
from .shapes import between, labels_for, sums_to_one, told

CELLS_OF_FASTESTDET = (8, 16, 32)
LARGEST_ENLARGEMENT = 4
COARSEST_CELL = 16
SMALL_SIZE = (256, 256)
SMALLEST_MAP = 8


@dataclass(frozen=True)
class Maps:
    output: Output
    values: Floats  # channels x height x width
    where: str  # of the channels in the output: "first" or "last"

    @property
    def channels(self) -> int:
        return len(self.values)


def fastestdet(seen: Seen) -> Guess | None:
    output = seen.outputs[0]
    if len(seen.outputs) != 1 or len(output.shape) != 4 or output.shape[0] != 1 or output.shape[1] < 6:
        return None
    cell = seen.input.width / output.shape[3]
    if cell not in CELLS_OF_FASTESTDET or cell != seen.input.height / output.shape[2]:
        return None
    cells = output.array[0]
    if not between(cells[0]) or not (sums_to_one(cells[5:], 0) or output.shape[1] == 6):
        return None
    classes = output.shape[1] - 5
    why = reason("fastestdet", output=told(output), classes=classes, cell=f"{cell:g}")
    known = labels_for(seen, classes)
    return Guess(
        "detection", "fastestdet", (output.name,), why, 0.95, inputs.BGR_SCALED, known, threshold=0.6
    )


def image(seen: Seen) -> Guess | None:
    found = next((each for each in maps(seen) if each.channels == 3 and not integers(each.output)), None)
    if found is None or not enlargement(found, seen) or sums_to_one(found.values, 0):
        return None
    options = {"range": range_of(found.values), "colours": "rgb", "channels": found.where}
    return Guess(
        "image",
        "image",
        (found.output.name,),
        reason("image", output=told(found.output)),
        0.9,
        inputs.RGB_PLAIN,
        decoder=options,
        open_size=SMALL_SIZE,
    )


def mask(seen: Seen) -> Guess | None:
    found = next((each for each in maps(seen) if each.channels in (1, 2) and not integers(each.output)), None)
    if found is None:
        return None
    one = found.channels == 1
    done = between(found.values) if one else sums_to_one(found.values, 0)
    options = {"activation": "none" if done else "sigmoid" if one else "softmax", "channels": found.where}
    return Guess(
        "segmentation",
        "mask",
        (found.output.name,),
        reason("mask-one" if one else "mask-two", output=told(found.output)),
        0.9 if one else 0.85,
        inputs.RGB_SCALED,
        (),
        decoder=options,
        open_size=SMALL_SIZE,
    )


def argmax(seen: Seen) -> Guess | None:
    numbers = next((each for each in seen.outputs if integers(each) and flat(each)), None)
    if numbers is not None:
        why = reason("argmax", output=told(numbers))
        return Guess(
            "segmentation", "argmax", (numbers.name,), why, 0.85, usual_inputs(seen), seen.facts.labels
        )
    found = next((each for each in maps(seen) if each.channels >= 3), None)
    if found is None:
        return None
    picture = found.channels == 3 and not sums_to_one(found.values, 0)
    sureness = 0.3 if picture else 0.85
    known = labels_for(seen, found.channels)
    options = {"channels": found.where}
    return Guess(
        "segmentation",
        "argmax",
        (found.output.name,),
        reason("class-maps", output=told(found.output), count=found.channels),
        sureness,
        usual_inputs(seen),
        known,
        decoder=options,
        alternative=picture,
    )


def scores(seen: Seen) -> Guess | None:
    output = seen.outputs[0]
    single = len(output.shape) in (2, 4) and output.shape[0] == 1 and output.array.size == output.shape[1]
    if len(seen.outputs) != 1 or not single or output.shape[1] < 2 or output.array.dtype.kind != "f":
        return None
    count = output.shape[1]
    known = seen.facts.labels if len(seen.facts.labels) == count else ()
    return Guess(
        "classification",
        "scores",
        (output.name,),
        reason("scores", output=told(output), count=count),
        0.85,
        inputs.RGB_SCALED if seen.facts.task == "classify" else usual_inputs(seen),
        known,
        threshold=0.1,
        open_size=(224, 224),
    )


def usual_inputs(seen: Seen) -> tuple[inputs.InputChoice, ...]:
    """PyTorch's habit with the channels first, TensorFlow's with them last."""
    return inputs.RGB_SIGNED if seen.input.layout == "nhwc" else inputs.RGB_IMAGENET


def maps(seen: Seen) -> list[Maps]:
    """All outputs that lie over the picture, with not too few cells."""
    return [found for output in seen.outputs for found in read(output, seen)]


def read(output: Output, seen: Seen) -> list[Maps]:
    if output.array.dtype.kind not in "fiu" or not output.array.size:
        return []
    if len(output.shape) == 3 and output.shape[0] == 1 and covers(output.shape[1:], seen):
        return [Maps(output, output.array, "first")]
    if len(output.shape) != 4 or output.shape[0] != 1:
        return []
    first = Maps(output, output.array[0], "first")
    last = Maps(output, np.moveaxis(output.array[0], -1, 0), "last")
    ordered = (first, last) if output.shape[1] <= output.shape[3] else (last, first)
    return [each for each in ordered if covers(each.values.shape[1:], seen)][:1]


def covers(size: tuple[int, ...], seen: Seen) -> bool:
    """The proportions of the input, at most a few times larger and not too coarse."""
    across, down = size[1] / seen.input.width, size[0] / seen.input.height
    alike = abs(across / down - 1) < 0.1
    return bool(alike and 1 / COARSEST_CELL <= across <= LARGEST_ENLARGEMENT)


def enlargement(found: Maps, seen: Seen) -> bool:
    """As large as the input (give or take the rounding of strided layers), or a whole number of times that."""
    across = found.values.shape[2] / seen.input.width
    return bool(abs(across - round(across)) < 0.05 and across > 0.9)


def range_of(values: Floats) -> str:
    if values.max() - values.min() > 3 or values.max() > 3:
        return "0-255"
    return "-1-1" if values.min() < -0.2 else "0-1"


def integers(output: Output) -> bool:
    return output.array.dtype.kind in "iu"


def flat(output: Output) -> bool:
    """[1, h, w] with or without another dimension of 1."""
    sides = [side for side in output.shape if side > 1]
    return len(output.shape) in (3, 4) and len(sides) == 2 and min(sides) >= SMALLEST_MAP
