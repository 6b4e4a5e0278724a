"""Run a model on photos and on grey, and keep what went in and came out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...exceptions import ModelUnusable, ProcessorError
from ...results import Picture
from ..extra_inputs import extra_inputs
from ..preprocess import Tensor, prepare
from ..session import first_line
from ..spec import InputSpec
from .facts import Facts, facts_of
from .facts import Tensor as Declared

GREY = 114
LARGEST_OUTPUT = 100_000_000  # numbers
TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
    "tensor(int32)": "int32",
}
# Sizes to try where the file leaves them open: most nets halve five times, so 32 divides them.
OPEN_SIZES = ((416, 416), (640, 640), (256, 256), (224, 224), (192, 256))
OPEN_SIZE_OF_BODYPIX = (513, 385)  # 16 n + 1
EXTRA_INPUTS = {
    "orig_target_sizes": "width-height",
    "im_shape": "height-width",
    "image_shape": "height-width",
    "scale_factor": "scale",
    "pixel_mask": "everywhere",
}
SCALED = {"std": (255.0, 255.0, 255.0)}


@dataclass(frozen=True)
class Output:
    name: str
    array: Tensor  # for the first photo

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape)


@dataclass(frozen=True)
class Seen:
    """A model that ran."""

    session: Any
    facts: Facts
    input: InputSpec
    extra_inputs: dict[str, str]
    open_size: bool
    outputs: tuple[Output, ...]
    photos: tuple[Picture, ...]

    @property
    def grey(self) -> Picture:
        return np.full_like(self.photos[0], GREY)


def observe(session: Any, photos: Sequence[Picture]) -> Seen:
    facts = facts_of(session)
    declared = picture_input(facts)
    extra = other_inputs(facts, declared)
    failure = ""
    for candidate in candidates(declared, facts):
        try:
            outputs = run(session, candidate, extra, declared, photos[0])
        except Exception as error:  # the next size may fit; the last reason is told
            failure = error.message if isinstance(error, ProcessorError) else first_line(error)
            continue
        return Seen(session, facts, candidate, extra, is_open(declared), outputs, tuple(photos))
    raise ModelUnusable(f"The model could not be run on a picture. {failure}")


def picture_input(facts: Facts) -> Declared:
    for declared in facts.inputs:
        if declared.type in TYPES and declared.name not in EXTRA_INPUTS and readings(declared):
            return declared
    shapes = ", ".join(f"{each.name} {list(each.shape)} {each.type}" for each in facts.inputs)
    raise ModelUnusable(f"The model takes no picture: its inputs are {shapes}.")


def other_inputs(facts: Facts, picture: Declared) -> dict[str, str]:
    others = [each.name for each in facts.inputs if each is not picture]
    if unknown := [name for name in others if name not in EXTRA_INPUTS]:
        raise ModelUnusable(
            f"The model also wants {', '.join(unknown)}, and nobody knows what to put there. Export it with one input."
        )
    return {name: EXTRA_INPUTS[name] for name in others}


def candidates(declared: Declared, facts: Facts) -> Iterator[InputSpec]:
    """Every way to read the declared shape: which side is which, and sizes for those left open."""
    many = declared.shape[0]
    if len(declared.shape) == 4 and isinstance(many, int) and many > 1:
        raise ModelUnusable(f"The model takes {many} pictures at once. Export it for one.")
    for layout, channels, height, width in readings(declared):
        for open_width, open_height in sizes(facts):
            yield InputSpec(
                name=declared.name,
                width=width or open_width,
                height=height or open_height,
                layout=layout,
                colours="gray" if channels == 1 else "rgb",
                type=TYPES[declared.type],
                std=SCALED["std"]
                if declared.type in ("tensor(float)", "tensor(float16)")
                else (1.0, 1.0, 1.0),
            )
            if width and height:
                break


def readings(declared: Declared) -> list[tuple[str, int | None, int | None, int | None]]:
    """Layout, channels, height and width, for each way in which the shape can be that of a picture."""
    if len(declared.shape) not in (3, 4):
        return []
    first, middle, last = (
        side if isinstance(side, int) and side > 0 else None for side in declared.shape[-3:]
    )
    found = []
    if first in (1, 3) or (first is None and last not in (1, 3)):
        found.append(("nchw", first, middle, last))
    if last in (1, 3) or (last is None and first is None):
        found.append(("nhwc", last, first, middle))
    return found


def sizes(facts: Facts) -> list[tuple[int, int]]:
    if facts.image_size:
        return [facts.image_size]
    if {"heatmaps", "short_offsets"} <= {each.name for each in facts.outputs}:
        return [OPEN_SIZE_OF_BODYPIX]
    return list(OPEN_SIZES)


def is_open(declared: Declared) -> bool:
    return sum(not isinstance(side, int) for side in declared.shape[-3:]) >= 2


def run(
    session: Any, spec: InputSpec, extra: dict[str, str], declared: Declared, photo: Picture
) -> tuple[Output, ...]:
    tensor, placement = prepare(photo, spec)
    inputs = {spec.name: tensor if len(declared.shape) == 4 else tensor[0]}
    inputs |= extra_inputs(extra, {each.name: each.type for each in session.get_inputs()}, placement)
    arrays = session.run(None, inputs)
    names = [each.name for each in session.get_outputs()]
    outputs = [Output(*pair) for pair in zip(names, arrays, strict=True) if is_readable(pair[1])]
    if not outputs:
        raise ModelUnusable("None of its outputs is an array of numbers.")
    return tuple(outputs)


def is_readable(array: Any) -> bool:
    return isinstance(array, np.ndarray) and array.dtype.kind in "fiub" and array.size <= LARGEST_OUTPUT


def with_size(spec: InputSpec, width: int, height: int) -> InputSpec:
    return replace(spec, width=width, height=height)
