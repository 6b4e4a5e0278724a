"""Generalised focal loss (NanoDet, PicoDet): class scores per cell, and four distances as distributions over bins.

Li et al., "Generalized Focal Loss", arXiv:2006.04388. Either the scores of all levels and then the distances of all
levels, or (NanoDet-plus) both beside each other in one output.
"""

import numpy as np

from ...exceptions import WrongModelOutput
from ..decoded import Detections
from ..placement import Floats
from .grids import grid, stride_of, strides_of
from .reading import Outputs, Reading, best_classes, deduplicated, rows_of, softmax

BINS = 8


def decode(outputs: Outputs, reading: Reading) -> Detections:
    scores, distances, strides = heads(outputs, reading)
    best, classes = best_classes(scores)
    good = best >= reading.threshold
    places, steps = grid(reading.width, reading.height, strides)
    centres = (places + float(reading.options.get("centre", 0.5))) * steps
    boxes = around(centres[good], expected(distances[good]) * steps[good])
    return deduplicated(boxes, best[good], classes[good], reading)


def heads(outputs: Outputs, reading: Reading) -> tuple[Floats, Floats, tuple[int, ...]]:
    if len(outputs) == 1:
        return side_by_side(rows_of(outputs[0], 5), reading)
    if len(outputs) % 2:
        raise WrongModelOutput(f"This kind of model has pairs of outputs, and this one gave {len(outputs)}.")
    levels = [rows_of(output, 1) for output in outputs]
    half = len(levels) // 2
    strides = tuple(stride_of(reading.width, reading.height, len(level)) or 0 for level in levels[:half])
    if 0 in strides or [len(level) for level in levels[:half]] != [len(level) for level in levels[half:]]:
        raise WrongModelOutput("The model gave levels that do not fit the size of its input.")
    return np.concatenate(levels[:half]), np.concatenate(levels[half:]), strides


def side_by_side(rows: Floats, reading: Reading) -> tuple[Floats, Floats, tuple[int, ...]]:
    strides = strides_of(reading.width, reading.height, len(rows))
    bins = 4 * int(reading.options.get("bins", BINS))
    if strides is None or rows.shape[1] <= bins:
        raise WrongModelOutput(f"The model gave {len(rows)} boxes, which does not fit the size of its input.")
    return rows[:, :-bins], rows[:, -bins:], strides


def expected(distances: Floats) -> Floats:
    """The mean of each distribution, in units of the stride: left, top, right, bottom."""
    if distances.shape[1] % 4:
        raise WrongModelOutput("The model gave distances that are not four distributions.")
    if distances.shape[1] == 4:
        return distances
    shares = softmax(distances.reshape(len(distances), 4, distances.shape[1] // 4))
    return np.asarray(shares @ np.arange(shares.shape[2], dtype=np.float32), np.float32)


def around(centres: Floats, distances: Floats) -> Floats:
    return np.concatenate([centres - distances[:, :2], centres + distances[:, 2:]], axis=1)
