import cv2

from ..base import VideoProcessor
from ..parameters import IntegerParameter
from ..results import Picture


class Blur(VideoProcessor):
    """A soft picture: a stack blur (``cv2.stackBlur``), which costs the same at any strength."""

    label = "Blur"

    radius = IntegerParameter("Radius", minimum=0, maximum=60, default=12, unit="px")

    def process(self, image: Picture) -> Picture:
        size = 2 * self.radius + 1
        return cv2.stackBlur(image, (size, size))
