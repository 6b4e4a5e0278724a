"""Classification: [1, C], or [1, C, 1, 1]; probabilities already, or numbers that softmax turns into such."""

import numpy as np

from ...exceptions import WrongModelOutput
from ..decoded import Scores
from ..placement import Floats
from .reading import Outputs, Reading, count_of, probabilities

TOLERANCE = 0.01


def decode(outputs: Outputs, reading: Reading) -> Scores:
    count_of(outputs, 1)
    values = np.asarray(outputs[0], np.float32)
    if values.ndim < 2 or values.size != values.shape[1] or not values.size:
        raise WrongModelOutput("The model gave no single list of class scores.")
    flat = values.reshape(-1)
    return Scores(probabilities(flat, reading.options.get("activation") or needed(flat)))


def needed(values: Floats) -> str:
    """Numbers that are at least 0 and add up to 1 have been through softmax."""
    done = values.min() >= -TOLERANCE and abs(values.sum() - 1) < TOLERANCE
    return "none" if done else "softmax"
