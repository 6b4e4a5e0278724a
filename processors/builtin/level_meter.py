import cv2
import numpy as np

from ..base import Processor
from ..drawing import ACCENT, INK, QUIET, STAGE, draw_centred
from ..parameters import IntegerParameter
from ..results import Meter, Picture, Result, SampleArray

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 580, 160, 200
FLOOR_DECIBELS = -60.0
FALL_DECIBELS = 1.5  # per picture: the bar jumps up and sinks slowly, so that the eye can read it


class LevelMeter(Processor):
    """Shows how loud your microphone is, as a moving picture: sound in, picture out."""

    label = "Level meter"
    takes = frozenset({"audio"})
    gives = frozenset({"video"})
    results = {"level": Meter("Level", minimum=FLOOR_DECIBELS, maximum=0, unit="dB")}
    output_fps = 15.0
    audio_constraints = {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False}

    warning = IntegerParameter("Too loud above", minimum=-30, maximum=0, default=-6, unit="dB")

    def start(self) -> None:
        self.loudest = 0.0
        self.shown = self.peak = FLOOR_DECIBELS

    def reset(self) -> None:
        self.start()

    def process_audio(self, samples: SampleArray) -> None:
        self.loudest = max(self.loudest, float(np.abs(samples).max(initial=0.0)))

    def render(self) -> Result:
        level = max(FLOOR_DECIBELS, float(20 * np.log10(self.loudest + 1e-6)))
        self.loudest = 0.0
        self.shown = max(level, self.shown - FALL_DECIBELS)
        self.peak = max(self.shown, self.peak - FALL_DECIBELS / 6)
        return Result(image=self._picture(), data={"level": round(self.shown, 1)})

    def _picture(self) -> Picture:
        image = np.full((HEIGHT, WIDTH, 3), STAGE, np.uint8)
        cv2.rectangle(image, (LEFT, TOP), (RIGHT, BOTTOM), (47, 51, 52), -1)
        colour = (75, 184, 242) if self.shown > self.warning else ACCENT
        cv2.rectangle(image, (LEFT, TOP), (place(self.shown), BOTTOM), colour, -1)
        cv2.line(image, (place(self.peak), TOP), (place(self.peak), BOTTOM), INK, 2)
        draw_scale(image)
        draw_centred(image, f"{self.shown:.0f} dB", TOP - 32, 1.4)
        return image


def place(decibels: float) -> int:
    """Return the column of a level."""
    return LEFT + round((RIGHT - LEFT) * (1 - decibels / FLOOR_DECIBELS))


def draw_scale(image: Picture) -> None:
    for decibels in range(int(FLOOR_DECIBELS), 1, 10):
        column = place(decibels)
        cv2.line(image, (column, BOTTOM + 8), (column, BOTTOM + 14), QUIET, 1)
        at = (column - 14, BOTTOM + 36)
        cv2.putText(image, str(decibels), at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, QUIET, 1, cv2.LINE_AA)
