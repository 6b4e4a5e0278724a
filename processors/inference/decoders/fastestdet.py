"""FastestDet: [1, 5 + classes, h, w], one box per cell: objectness, x, y, w, h, classes."""

import numpy as np

from ..decoded import Detections
from .grids import level_grid
from .reading import Outputs, Reading, best_classes, corners, count_of, deduplicated, sigmoid, unbatched


def decode(outputs: Outputs, reading: Reading) -> Detections:
    count_of(outputs, 1)
    cells = np.asarray(unbatched(outputs[0], 3), np.float32)
    count = np.array([cells.shape[2], cells.shape[1]], np.float32)
    rows = cells.reshape(len(cells), -1).T
    best, classes = best_classes(rows[:, 5:])
    centres = (np.tanh(rows[:, 1:3]) + level_grid(cells.shape[2], cells.shape[1])) / count
    boxes = corners(np.concatenate([centres, sigmoid(rows[:, 3:5])], axis=1))
    scores = np.maximum(rows[:, 0], 0) ** 0.6 * np.maximum(best, 0) ** 0.4
    return deduplicated(reading.pixels(boxes, normalised=True), scores, classes, reading)
