import cv2

from ..base import VideoProcessor
from ..parameters import IntegerParameter
from ..results import Picture


class Sketch(VideoProcessor):
    """A pencil drawing on white paper.

    Dodging, as in a darkroom: the grey picture divided by its blurred self leaves only what differs from its
    surroundings. The Y plane comes straight from the decoder.
    """

    label = "Pencil sketch"
    pixel_format = "gray"

    width = IntegerParameter("Stroke width", minimum=1, maximum=20, default=8, unit="px")

    def process(self, image: Picture) -> Picture:
        size = 2 * self.width + 1
        surroundings = cv2.stackBlur(image, (size, size))
        return cv2.divide(image, surroundings, scale=240)
