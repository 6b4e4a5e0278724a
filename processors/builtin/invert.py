import cv2

from ..base import VideoProcessor
from ..results import Picture


class Invert(VideoProcessor):
    """The negative: dark becomes light, and each colour its opposite (``cv2.bitwise_not``)."""

    label = "Negative"

    def process(self, image: Picture) -> Picture:
        return cv2.bitwise_not(image)
