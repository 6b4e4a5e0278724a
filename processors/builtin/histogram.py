import cv2

from ..base import VideoProcessor
from ..parameters import RadioParameter
from ..results import Chart, Picture, Result

BINS = 64


class Histogram(VideoProcessor):
    """Charts how much of the picture is dark and light, in each colour (``cv2.calcHist``)."""

    label = "Histogram"
    results = {
        "histogram": Chart(
            "Share of the picture",
            series=("Blue", "Green", "Red"),
            colours=("#4c8ec7", "#4cc79a", "#d9776b"),
            unit="%",
        )
    }

    scale = RadioParameter(
        "Scale", choices={"linear": "Linear", "root": "Square root"}, help="How small shares show."
    )

    def process(self, image: Picture) -> Result:
        return Result(image=image, data={"histogram": [self._shares(image, channel) for channel in range(3)]})

    def _shares(self, image: Picture, channel: int) -> list[float]:
        counts = cv2.calcHist([image], [channel], None, [BINS], [0, 256])[:, 0]
        shares = 100 * counts / counts.sum()
        return [round(float(share), 2) for share in (shares if self.scale == "linear" else shares**0.5)]
