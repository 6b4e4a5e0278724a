"""A picture of any size through a model of one size: in pieces that overlap and fade into each other."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from ..results import Picture

OVERLAP_SHARE = 0.25  # of a tile: too little shows seams, too much costs time

Paint = Callable[[Picture], Picture]


def painted_in_tiles(image: Picture, width: int, height: int, paint: Paint) -> Picture:
    """``paint`` takes and gives pictures of exactly ``width`` × ``height``."""
    if image.shape[:2] == (height, width):
        return paint(image)
    padded = with_border(image, width, height)
    places = [(x, y) for y in starts(padded.shape[0], height) for x in starts(padded.shape[1], width)]
    if len(places) == 1:
        return paint(padded)[: image.shape[0], : image.shape[1]]
    return blended(padded, places, width, height, paint)[: image.shape[0], : image.shape[1]]


def with_border(image: Picture, width: int, height: int) -> Picture:
    """Mirror what is too small: a grey border would be painted, too, and tint the rest."""
    below, right = max(0, height - image.shape[0]), max(0, width - image.shape[1])
    if not (below or right):
        return image
    return cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REFLECT)


def starts(length: int, tile: int) -> list[int]:
    """Where tiles begin, evenly spread, so that neighbours overlap by at least their share."""
    step = tile * (1 - OVERLAP_SHARE)
    count = max(1, int(np.ceil((length - tile) / step)) + 1)
    return [round(index * (length - tile) / max(1, count - 1)) for index in range(count)]


def blended(image: Picture, places: list[tuple[int, int]], width: int, height: int, paint: Paint) -> Picture:
    weights = np.outer(ramp(height), ramp(width)).astype(np.float32)[..., None]
    total = np.zeros(image.shape, np.float32)
    weight = np.zeros((*image.shape[:2], 1), np.float32)
    for x, y in places:
        part = np.s_[y : y + height, x : x + width]
        total[part] += paint(np.ascontiguousarray(image[part])) * weights
        weight[part] += weights
    mixed: Picture = np.rint(total / weight).astype(np.uint8)
    return mixed


def ramp(length: int) -> npt.NDArray[np.float32]:
    """Rises from almost nothing at the rim to one where the neighbour ends."""
    rise = max(1, int(length * OVERLAP_SHARE))
    distance = np.minimum(np.arange(length), np.arange(length)[::-1]) + 0.5
    return np.clip(distance / rise, 0, 1).astype(np.float32)
