"""Reading pictures that visitors upload: bytes of unknown making, so their size is checked before their pixels."""

import io

import cv2
import numpy as np
from PIL import Image, ImageOps

from .results import Picture

PIXELS = 40_000_000  # a phone's photograph; a small file can claim gigabytes
KEPT_PIXELS = 1024  # longest side after reading; more is never drawn


def decoded(data: bytes) -> Picture | None:
    """Return the picture in BGR, or None if it is none or too large."""
    with_alpha = decoded_with_alpha(data)
    return None if with_alpha is None else np.ascontiguousarray(with_alpha[:, :, :3])


def decoded_with_alpha(data: bytes) -> Picture | None:
    """Return the picture in BGRA, or None if it is none or too large."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
            if opened.width * opened.height > PIXELS:
                return None
            opened.thumbnail((KEPT_PIXELS, KEPT_PIXELS))
            upright = ImageOps.exif_transpose(opened)
            return cv2.cvtColor(np.asarray(upright.convert("RGBA")), cv2.COLOR_RGBA2BGRA)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
