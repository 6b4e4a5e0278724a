"""Colours to and from the planes of a video codec (I420: video range, BT.601), as cv2 does it.

Decoders give planes and encoders take them, so this is what crosses into a processor host: half the bytes of BGR.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from .results import Picture, PixelFormat

# cv2's name for the way from planes to each colour format and back.
FROM_PLANES: Final = {"bgr24": cv2.COLOR_YUV2BGR_I420, "rgb24": cv2.COLOR_YUV2RGB_I420}
TO_PLANES: Final = {"bgr24": cv2.COLOR_BGR2YUV_I420, "rgb24": cv2.COLOR_RGB2YUV_I420}

# Returns where a picture of this shape is to be written: new memory, or some that is there already.
Place = Callable[[tuple[int, ...]], Picture]


def new_place(shape: tuple[int, ...]) -> Picture:
    return np.empty(shape, np.uint8)


def crossing_format(pixel_format: PixelFormat) -> PixelFormat:
    """Return the format in which a host is given the pictures of a processor that asks for ``pixel_format``."""
    return "yuv420p" if pixel_format in FROM_PLANES else pixel_format


def image_of(planes: Picture, pixel_format: PixelFormat) -> Picture:
    """Return (height, width, 3) of planes (height·3/2, width)."""
    return cv2.cvtColor(planes, FROM_PLANES[pixel_format])


def planes_of(image: Picture, pixel_format: PixelFormat, into: Picture | None = None) -> Picture:
    """Return planes (height·3/2, width) of (height, width, 3) with even sides, written to ``into`` if given."""
    return cv2.cvtColor(image, TO_PLANES[pixel_format], dst=into)


def shape_of_planes(image: Picture) -> tuple[int, int]:
    height, width = image.shape[:2]
    return height * 3 // 2, width


def has_planes(image: Picture, pixel_format: PixelFormat) -> bool:
    """Whether ``image`` is in colour and of even sides: 4:2:0 planes need pairs of rows and columns."""
    height, width = image.shape[:2]
    return pixel_format in TO_PLANES and height % 2 == 0 and width % 2 == 0


def even_sides(image: Picture) -> Picture:
    """Cut the last row or column where a side is odd."""
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        image = image[: height - height % 2, : width - width % 2]
    return np.ascontiguousarray(image)
