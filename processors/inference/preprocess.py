"""From a camera picture to the tensor a model wants."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..results import Picture
from .placement import Placement
from .spec import InputSpec

Tensor = npt.NDArray[Any]

CONVERSIONS = {"rgb": cv2.COLOR_BGR2RGB, "gray": cv2.COLOR_BGR2GRAY}
NEUTRAL = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def prepare(image: Picture, spec: InputSpec) -> tuple[Tensor, Placement]:
    """Return the input tensor with a batch of one, and where the BGR picture lies in it."""
    placement = place(image.shape[1], image.shape[0], spec)
    canvas = in_colours(fitted(image, placement, spec.pad), spec.colours)
    return normalised(arranged(canvas, spec.layout), spec)[np.newaxis], placement


def place(width: int, height: int, spec: InputSpec) -> Placement:
    if spec.fit == "stretch":
        return Placement(width, height, spec.width, spec.height, 0, 0, spec.width, spec.height)
    factor = min(spec.width / width, spec.height / height)
    if spec.fit == "letterbox-corner":  # YOLOX rounds down
        inner = max(1, int(width * factor)), max(1, int(height * factor))
        return Placement(width, height, spec.width, spec.height, 0, 0, *inner)
    inner_width, inner_height = max(1, round(width * factor)), max(1, round(height * factor))
    left, top = (spec.width - inner_width) // 2, (spec.height - inner_height) // 2
    return Placement(width, height, spec.width, spec.height, left, top, inner_width, inner_height)


def fitted(image: Picture, placement: Placement, pad: int) -> Picture:
    size = (placement.width, placement.height)
    resized = image if image.shape[1::-1] == size else cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    if size == (placement.input_width, placement.input_height):
        return resized
    below = placement.input_height - placement.height - placement.top
    right = placement.input_width - placement.width - placement.left
    border = (placement.top, below, placement.left, right)
    return cv2.copyMakeBorder(resized, *border, cv2.BORDER_CONSTANT, value=(pad, pad, pad))


def in_colours(image: Picture, colours: str) -> Picture:
    """Return height x width x channels, also for one channel."""
    converted = image if colours == "bgr" else cv2.cvtColor(image, CONVERSIONS[colours])
    return converted if converted.ndim == 3 else converted[..., np.newaxis]


def arranged(image: Picture, layout: str) -> Picture:
    return np.ascontiguousarray(image.transpose(2, 0, 1)) if layout == "nchw" else image


def normalised(pixels: Picture, spec: InputSpec) -> Tensor:
    if (spec.mean, spec.std) == NEUTRAL:
        return pixels.astype(spec.type)
    values = pixels.astype(np.float32)
    values -= per_colour(spec.mean, spec)
    values /= per_colour(spec.std, spec)
    return values.astype(spec.type, copy=False)


def per_colour(numbers: tuple[float, float, float], spec: InputSpec) -> Tensor | np.float32:
    """One number if all are the same: NumPy is much quicker with it than with a short last axis."""
    if len(set(numbers)) == 1 or spec.colours == "gray":
        return np.float32(numbers[0])
    colours = np.array(numbers, np.float32)
    return colours.reshape(3, 1, 1) if spec.layout == "nchw" else colours
