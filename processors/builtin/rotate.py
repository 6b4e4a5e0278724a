import cv2

from ..base import VideoProcessor
from ..parameters import FloatParameter
from ..results import Picture


class Rotate(VideoProcessor):
    """The picture turns around its middle, as fast as you like.

    The angle follows the media clock, not the number of frames: dropped frames do not slow it down.
    """

    label = "Rotate"

    speed = FloatParameter("Speed", minimum=-180, maximum=180, step=1, default=45, unit="°/s")

    def start(self) -> None:
        self.angle = 0.0
        self.last_time: float | None = None

    def reset(self) -> None:
        self.start()

    def process(self, image: Picture) -> Picture:
        elapsed = 0.0 if self.last_time is None else self.frame_time - self.last_time
        self.last_time = self.frame_time
        self.angle = (self.angle + elapsed * self.speed) % 360
        height, width = image.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), self.angle, 1)
        return cv2.warpAffine(image, turn, (width, height))
