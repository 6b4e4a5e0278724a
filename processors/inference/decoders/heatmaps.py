"""One heat map per key point, [1, K, h, w] or [1, h, w, K]: its highest cell, moved a quarter to the next higher."""

import numpy as np

from ..decoded import KeyPoints
from ..placement import Floats
from .channels import channels_first
from .reading import Outputs, Reading, count_of, probabilities

QUARTER_CELLS = 0.25


def decode(outputs: Outputs, reading: Reading) -> KeyPoints:
    count_of(outputs, 1)
    maps = probabilities(channels_first(outputs[0], reading), reading.options.get("activation"))
    rows, columns = np.divmod(maps.reshape(len(maps), -1).argmax(axis=1), maps.shape[2])
    scale = reading.size / np.array([maps.shape[2], maps.shape[1]], np.float32)
    each = np.arange(len(maps))
    centres = np.stack([columns, rows], axis=1) + shift(maps, rows, columns) + 0.5
    scores = maps[each, rows, columns]
    points = np.concatenate([centres * scale, scores[:, None]], axis=1).astype(np.float32)
    return KeyPoints(points[np.newaxis], scores.mean(keepdims=True))


def shift(maps: Floats, rows: Floats, columns: Floats) -> Floats:
    padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)), mode="edge")
    each = np.arange(len(maps))
    along_x = padded[each, rows + 1, columns + 2] - padded[each, rows + 1, columns]
    along_y = padded[each, rows + 2, columns + 1] - padded[each, rows, columns + 1]
    return np.asarray(np.sign(np.stack([along_x, along_y], axis=1)) * QUARTER_CELLS)
