"""Another picture: three channels or one, between 0 and 255, 0 and 1, or -1 and 1."""

import cv2
import numpy as np

from ...exceptions import WrongModelOutput
from ...results import Picture
from ..decoded import Image
from .channels import channels_first
from .reading import Outputs, Reading

FACTORS = {"0-255": (1.0, 0.0), "0-1": (255.0, 0.0), "-1-1": (127.5, 127.5)}


def decode(outputs: Outputs, reading: Reading) -> Image:
    if not outputs:
        raise WrongModelOutput("The model gave no picture.")
    maps = channels_first(outputs[0], reading)
    if len(maps) not in (1, 3):
        raise WrongModelOutput(f"The model gave {len(maps)} channels, and a picture has one or three.")
    factor, offset = FACTORS.get(reading.options.get("range", "0-255"), FACTORS["0-255"])
    values = np.clip(maps * np.float32(factor) + np.float32(offset), 0, 255)
    picture = np.ascontiguousarray(np.moveaxis(np.rint(values), 0, -1).astype(np.uint8))
    return Image(in_bgr(picture, str(reading.options.get("colours", "rgb"))))


def in_bgr(picture: Picture, colours: str) -> Picture:
    if picture.shape[2] == 1:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    return picture if colours == "bgr" else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
