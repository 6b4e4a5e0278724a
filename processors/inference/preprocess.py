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
    return arranged(normalised(canvas, spec), spec.layout)[np.newaxis], placement


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


def normalised(image: Picture, spec: InputSpec) -> Tensor:
    if (spec.mean, spec.std) == NEUTRAL:
        return image.astype(spec.type)
    channels = image.shape[2]
    values = image.astype(np.float32)
    values -= np.array(spec.mean[:channels], np.float32)
    values /= np.array(spec.std[:channels], np.float32)
    return values.astype(spec.type, copy=False)


def arranged(values: Tensor, layout: str) -> Tensor:
    return np.ascontiguousarray(values.transpose(2, 0, 1)) if layout == "nchw" else values
