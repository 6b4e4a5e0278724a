import cv2

from ..base import VideoProcessor
from ..parameters import RadioParameter
from ..results import Picture

CODES = {"sideways": 1, "upside-down": 0, "both": -1}  # as cv2.flip counts


class Flip(VideoProcessor):
    """The picture mirrored sideways, turned upside down, or both (``cv2.flip``)."""

    label = "Flip"

    direction = RadioParameter(
        "Direction", choices={"sideways": "Sideways", "upside-down": "Upside down", "both": "Both"}
    )

    def process(self, image: Picture) -> Picture:
        return cv2.flip(image, CODES[self.direction])
