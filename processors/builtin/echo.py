from collections import deque

import cv2
import numpy as np

from ..base import AudioVideoProcessor
from ..drawing import STAGE, draw_centred
from ..parameters import FloatParameter
from ..results import Picture, SampleArray

LONGEST_SECONDS = 5.0
PICTURES_BYTES = 24 * 1024 * 1024  # 5 s of 640×480 as JPEG are 5 to 10 MB; at more, the oldest go
JPEG_QUALITY = 90


class Echo(AudioVideoProcessor):
    """Picture and sound come back later, up to five seconds.

    Pictures wait as JPEG, sound in a ring of samples, always for the longest delay: so a change acts at once, and
    memory has a bound.
    """

    label = "Echo"
    every_frame = True

    delay = FloatParameter("Delay", minimum=0, maximum=LONGEST_SECONDS, step=0.05, default=1, unit="s")

    def start(self) -> None:
        # (time, JPEG) of the last seconds, oldest first, and their size.
        self.pictures: deque[tuple[float, np.ndarray]] = deque()
        self.bytes = 0
        # The time of the picture that is shown, so that it is not decoded twice.
        self.shown: float | None = None
        # Sound of the last seconds, where the next samples go, and how many have ever come.
        self.ring = np.zeros((self.channels, int((LONGEST_SECONDS + 1) * self.sample_rate)), np.float32)
        self.heard = 0

    def reset(self) -> None:
        self.start()

    def process_video(self, image: Picture) -> Picture | None:
        self._keep(image)
        due = [entry for entry in self.pictures if entry[0] <= self.frame_time - self.delay + 1e-6]
        if not due:
            return self._waiting(image)
        time, jpeg = due[-1]
        if time == self.shown:
            return None
        self.shown = time
        return cv2.imdecode(jpeg, cv2.IMREAD_COLOR)

    def process_audio(self, samples: SampleArray) -> SampleArray:
        count, size = samples.shape[1], self.ring.shape[1]
        self.ring[:, np.arange(self.heard, self.heard + count) % size] = samples
        begin = self.heard - round(self.delay * self.sample_rate)
        self.heard += count
        delayed = self.ring[:, np.arange(begin, begin + count) % size]
        return delayed if begin >= 0 else delayed * (np.arange(begin, begin + count) >= 0)

    def _keep(self, image: Picture) -> None:
        _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        self.pictures.append((self.frame_time, jpeg))
        self.bytes += jpeg.nbytes
        while self.bytes > PICTURES_BYTES or self._oldest_is_past():
            self.bytes -= self.pictures.popleft()[1].nbytes

    def _oldest_is_past(self) -> bool:
        """Whether a later picture is old enough for the longest delay, too."""
        return len(self.pictures) > 1 and self.pictures[1][0] <= self.frame_time - LONGEST_SECONDS

    def _waiting(self, image: Picture) -> Picture:
        """Until there is a past to show: how long it takes."""
        card = np.full_like(image, STAGE)
        left = self.pictures[0][0] + self.delay - self.frame_time
        draw_centred(card, f"Echo in {max(0.0, left):.1f} s", card.shape[0] // 2, card.shape[1] / 640)
        return card
