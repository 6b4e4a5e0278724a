"""Inputs beside the picture that some exports want: sizes and scales."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..exceptions import BadModelSpec
from .placement import Placement
from .preprocess import Tensor

TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(uint8)": np.uint8,
    "tensor(bool)": np.bool_,
}
KINDS = ("width-height", "height-width", "scale", "everywhere")


def extra_inputs(
    kinds: Mapping[str, Any], types: Mapping[str, str], placement: Placement
) -> dict[str, Tensor]:
    return {name: value_of(kind, placement).astype(TYPES[types[name]]) for name, kind in kinds.items()}


def value_of(kind: Any, placement: Placement) -> Tensor:
    """The picture that the model sees is its input, so that its boxes come out in pixels of the input."""
    if kind == "width-height":
        return np.array([[placement.input_width, placement.input_height]])
    if kind == "height-width":
        return np.array([[placement.input_height, placement.input_width]])
    if kind == "scale":
        return np.ones((1, 2))
    if kind == "everywhere":
        return np.ones((1, placement.input_height, placement.input_width))
    try:
        return np.array(kind, np.float64)
    except (TypeError, ValueError):
        raise BadModelSpec(f"An extra input must be numbers or one of {', '.join(KINDS)}.") from None
