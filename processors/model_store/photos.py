"""The pictures that a model is tried on to find out what it expects."""

from typing import Any

import cv2
import numpy as np

from processors.assets import SAMPLES

NAMES = ("portrait", "street")


def photos() -> list[np.ndarray[Any, Any]]:
    """BGR, as the frames of a camera are."""
    pictures = (cv2.imread(str(SAMPLES / f"{name}.jpg")) for name in NAMES)
    return [np.asarray(picture, np.uint8) for picture in pictures if picture is not None]
