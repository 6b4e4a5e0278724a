import cv2

from ..base import VideoProcessor
from ..parameters import IntegerParameter, SwitchParameter
from ..results import Picture


class Cartoon(VideoProcessor):
    """You, drawn with flat colours and firm outlines.

    Colours are flattened by bilateral filters (Tomasi and Manduchi, 1998) on a picture of half the size, where
    they are affordable; outlines come from an adaptive threshold on the full one.
    """

    label = "Cartoon"

    flatness = IntegerParameter(
        "Flatness", minimum=1, maximum=4, default=2, help="How often colours are smoothed."
    )
    outlines = SwitchParameter("Outlines", default=True)

    def process(self, image: Picture) -> Picture:
        flat = self._flat_colours(image)
        if not self.outlines:
            return flat
        return cv2.bitwise_and(flat, cv2.cvtColor(self._outlines(image), cv2.COLOR_GRAY2BGR))

    def _flat_colours(self, image: Picture) -> Picture:
        height, width = image.shape[:2]
        small = cv2.resize(image, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
        for _ in range(self.flatness):
            small = cv2.bilateralFilter(small, 5, 40, 7)
        return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)

    def _outlines(self, image: Picture) -> Picture:
        grey = cv2.medianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), 5)
        return cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 4)
