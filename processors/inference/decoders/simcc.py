"""SimCC (RTMPose): for every key point one distribution along x and one along y, finer than a pixel.

Li et al., "SimCC: a Simple Coordinate Classification Perspective for Human Pose Estimation", arXiv:2107.03332.
"""

import numpy as np

from ...exceptions import WrongModelOutput
from ..decoded import KeyPoints
from ..placement import Floats
from .reading import Array, Outputs, Reading, count_of


def decode(outputs: Outputs, reading: Reading) -> KeyPoints:
    count_of(outputs, 2)
    along_x, along_y = distribution(outputs[0]), distribution(outputs[1])
    if along_x.shape[:2] != along_y.shape[:2]:
        raise WrongModelOutput("The model gave different numbers of key points for x and for y.")
    x = along_x.argmax(axis=2) * (reading.width / along_x.shape[2])
    y = along_y.argmax(axis=2) * (reading.height / along_y.shape[2])
    scores = np.clip(np.minimum(along_x.max(axis=2), along_y.max(axis=2)), 0, 1)
    points = np.stack([x, y, scores], axis=2).astype(np.float32)
    return KeyPoints(points, points[..., 2].mean(axis=1))


def distribution(output: Array) -> Floats:
    if output.ndim != 3 or not output.size:
        raise WrongModelOutput("The model gave no distribution for each key point.")
    return np.asarray(output, np.float32)
