"""MoveNet: [1, 1, 17, 3] with y, x, score between 0 and 1, or [1, 6, 56] for several persons with their boxes."""

import numpy as np

from ...exceptions import WrongModelOutput
from ..decoded import KeyPoints
from ..placement import Floats
from .reading import Outputs, Reading, count_of

KEY_POINTS = 17
COLUMNS_OF_POINTS = 3 * KEY_POINTS


def decode(outputs: Outputs, reading: Reading) -> KeyPoints:
    count_of(outputs, 1)
    output = np.asarray(outputs[0], np.float32)
    if output.ndim == 4 and output.shape[-2:] == (KEY_POINTS, 3):
        return single(output.reshape(-1, KEY_POINTS, 3), reading)
    if output.ndim == 3 and output.shape[-1] == COLUMNS_OF_POINTS + 5:
        return several(output[0], reading)
    raise WrongModelOutput("The model gave no 17 key points with three numbers each.")


def single(values: Floats, reading: Reading) -> KeyPoints:
    points = in_pixels(values, reading)
    return KeyPoints(points, points[..., 2].mean(axis=1))


def several(rows: Floats, reading: Reading) -> KeyPoints:
    rows = rows[rows[:, -1] >= reading.threshold]
    points = in_pixels(rows[:, :COLUMNS_OF_POINTS].reshape(-1, KEY_POINTS, 3), reading)
    boxes = rows[:, COLUMNS_OF_POINTS:-1][:, [1, 0, 3, 2]] * np.tile(reading.size, 2)
    return KeyPoints(points, rows[:, -1], boxes)


def in_pixels(values: Floats, reading: Reading) -> Floats:
    return values[..., [1, 0, 2]] * np.array([reading.width, reading.height, 1], np.float32)
