"""YOLOX: one row per cell, [1, A, 5 + classes], still relative to the cell.

Ge et al., "YOLOX: Exceeding YOLO Series in 2021", arXiv:2107.08430. The scores are probabilities.
"""

import numpy as np

from ...exceptions import WrongModelOutput
from ..decoded import Detections
from ..placement import Floats
from .grids import STRIDES, grid
from .reading import Outputs, Reading, best_classes, corners, count_of, deduplicated, exponential, rows_of


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 1)
    rows = rows_of(outputs[0], 6)
    scores, classes = best_classes(rows[:, 5:])
    return deduplicated(boxes_of(rows, reading), scores * rows[:, 4], classes, reading)


def boxes_of(rows: Floats, reading: Reading) -> Floats:
    places, strides = grid(reading.width, reading.height, tuple(reading.options.get("strides", STRIDES)))
    if len(places) != len(rows):
        raise WrongModelOutput(f"The model gave {len(rows)} boxes, and its size asks for {len(places)}.")
    centres = (rows[:, :2] + places) * strides
    return corners(np.concatenate([centres, exponential(rows[:, 2:4]) * strides], axis=1))
