import cv2

from ..base import VideoProcessor
from ..parameters import IntegerParameter
from ..results import Picture


class Edges(VideoProcessor):
    """Edges found by Canny's algorithm (``cv2.Canny``) on the grey picture.

    J. Canny, A Computational Approach to Edge Detection, 1986. The Y plane comes straight from the decoder.
    """

    label = "Edges"
    pixel_format = "gray"

    low = IntegerParameter(
        "Lower threshold",
        minimum=0,
        maximum=1000,
        default=100,
        help="Weaker edges than this are left out, unless they continue a strong one.",
    )
    high = IntegerParameter(
        "Upper threshold",
        minimum=0,
        maximum=1000,
        default=200,
        help="Stronger edges than this are always drawn.",
    )

    def process(self, image: Picture) -> Picture:
        return cv2.Canny(image, self.low, self.high)
