"""Foreground against background: one map, or two of which the second is the foreground."""

import numpy as np

from ...exceptions import WrongModelOutput
from ..decoded import Mask
from ..placement import Floats
from .channels import channels_first
from .reading import Outputs, Reading, probabilities, unbatched


def decode(outputs: Outputs, reading: Reading) -> Mask:
    if not outputs:
        raise WrongModelOutput("The model gave no mask.")
    output = outputs[0]
    maps = output if output.ndim == 4 else unbatched(output, 2)[np.newaxis]
    return Mask(probabilities=foreground(channels_first(maps, reading), reading.options.get("activation")))


def foreground(maps: Floats, activation: str | None) -> Floats:
    if len(maps) not in (1, 2):
        raise WrongModelOutput(f"The model gave {len(maps)} maps, and a mask has one or two.")
    return np.ascontiguousarray(probabilities(maps, activation, axis=0)[-1])
