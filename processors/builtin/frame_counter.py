import numpy as np

from ..base import Processor
from ..drawing import QUIET, STAGE, draw_centred
from ..results import Number, Picture, Result


class FrameCounter(Processor):
    """Counts every picture that arrives, and shows the number five times a second.

    Input and output have clocks of their own: ``process_video`` only counts, ``render`` draws. It doubles as a measure
    of what is lost on the way.
    """

    label = "Frame counter"
    takes = frozenset({"video"})
    gives = frozenset({"video"})
    results = {"count": Number("Frames"), "rate": Number("Rate", unit="fps")}
    pixel_format = "gray"
    every_frame = True
    output_fps = 5.0

    def start(self) -> None:
        self.count = 0
        self.size = (360, 640)
        # The media times of the last second, to tell the rate.
        self.times: list[float] = []

    def reset(self) -> None:
        self.start()

    def process_video(self, image: Picture) -> None:
        self.count += 1
        self.size = image.shape[0], image.shape[1]
        self.times = [time for time in self.times if self.frame_time - 1 < time] + [self.frame_time]

    def render(self) -> Result:
        card = np.full((*self.size, 3), STAGE, np.uint8)
        scale = self.size[1] / 640
        draw_centred(card, str(self.count), round(self.size[0] * 0.55), 3 * scale)
        # Figures only: a picture cannot be translated.
        draw_centred(card, f"{len(self.times)} fps", round(self.size[0] * 0.72), 0.7 * scale, QUIET)
        return Result(image=card, data={"count": self.count, "rate": len(self.times)})
