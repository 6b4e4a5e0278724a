"""Segmentation into classes: one map of scores per class, or one map that already holds the numbers."""

import numpy as np

from ...exceptions import WrongModelOutput
from ..decoded import LabelMap, Mask
from .channels import channels_first
from .reading import Array, Outputs, Reading


def decode(outputs: Outputs, reading: Reading) -> Mask:
    if not outputs:
        raise WrongModelOutput("The model gave no map of classes.")
    output = outputs[0]
    if np.issubdtype(output.dtype, np.integer) or reading.options.get("numbers"):
        return Mask(classes=numbers(output))
    return Mask(classes=compact(channels_first(output, reading).argmax(axis=0)))


def numbers(output: Array) -> LabelMap:
    shown = np.squeeze(output)
    if shown.ndim != 2:
        raise WrongModelOutput("The model gave no single map of classes.")
    return compact(shown)


def compact(classes: Array) -> LabelMap:
    """Bytes where they suffice: OpenCV cannot resize 64-bit numbers."""
    return classes.astype(np.uint8 if classes.max(initial=0) < 256 else np.int32)
