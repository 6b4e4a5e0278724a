import cv2
import numpy as np

from ..base import VideoProcessor
from ..drawing import darken
from ..parameters import RadioParameter, SwitchParameter
from ..results import Chart, Picture, Result

BINS = 64
LINES = ((199, 142, 76), (154, 199, 76), (107, 119, 217))  # blue, green and red, as softly as the chart


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

    draw = SwitchParameter("Draw on the picture", default=False)

    def process(self, image: Picture) -> Result:
        histogram = [self._shares(image, channel) for channel in range(3)]
        if self.draw:
            draw_lines(image, histogram)
        return Result(image=image, data={"histogram": histogram})

    def _shares(self, image: Picture, channel: int) -> list[float]:
        counts = cv2.calcHist([image], [channel], None, [BINS], [0, 256])[:, 0]
        shares = 100 * counts / counts.sum()
        return [round(float(share), 2) for share in (shares if self.scale == "linear" else shares**0.5)]


def draw_lines(image: Picture, histogram: list[list[float]]) -> None:
    """Draw one line for each colour along the bottom, on a scrim."""
    height, width = image.shape[:2]
    darken(image, 0, height * 2 // 3, width, height)
    highest = max(max(shares) for shares in histogram) or 1.0
    for shares, colour in zip(histogram, LINES, strict=True):
        x = np.linspace(0, width, BINS)
        y = height - 4 - np.array(shares) / highest * height * 0.28
        cv2.polylines(image, [np.stack([x, y], axis=1).astype(np.int32)], False, colour, 2, cv2.LINE_AA)
