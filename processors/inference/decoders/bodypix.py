"""BodyPix: 17 key points of one person and the mask of all, from coarse heat maps and offsets (y before x) in pixels.

Papandreou et al., "PersonLab", arXiv:1803.08225. Outputs: heatmaps, short_offsets, segments.
"""

import numpy as np

from ...exceptions import WrongModelOutput
from ..decoded import KeyPoints, Mask
from ..placement import Floats
from .reading import Outputs, Reading, count_of, sigmoid, unbatched

KEY_POINTS = 17


def decode(outputs: Outputs, reading: Reading) -> KeyPoints | Mask:
    count_of(outputs, 3)
    heat, offsets, segments = (np.asarray(unbatched(output, 3), np.float32) for output in outputs)
    mask = sigmoid(segments[..., 0])
    if reading.task == "segmentation":
        return Mask(probabilities=mask)
    points = key_points(sigmoid(heat), offsets, reading)
    return KeyPoints(points[np.newaxis], points[:, 2].mean(keepdims=True), mask=mask)


def key_points(heat: Floats, offsets: Floats, reading: Reading) -> Floats:
    height, width, count = heat.shape
    if count != KEY_POINTS or offsets.shape != (height, width, 2 * KEY_POINTS):
        raise WrongModelOutput("The model gave no heat maps and offsets of 17 key points.")
    rows, columns = np.divmod(heat.reshape(-1, count).argmax(axis=0), width)
    each = np.arange(count)
    y = rows * stride(reading.height, height) + offsets[rows, columns, each]
    x = columns * stride(reading.width, width) + offsets[rows, columns, each + KEY_POINTS]
    return np.stack([x, y, heat[rows, columns, each]], axis=1).astype(np.float32)


def stride(pixels: int, cells: int) -> float:
    """Cells reach from edge to edge: 16 n + 1 pixels have n + 1 of them."""
    return (pixels - 1) / max(1, cells - 1)
