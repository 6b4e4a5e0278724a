from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..assets import STYLES
from ..base import VideoProcessor
from ..exceptions import ProcessorError
from ..parameters import FileParameter, FileValue, FloatParameter, MenuParameter, SwitchParameter
from ..pictures import decoded
from ..results import Picture

NAMES = {
    "dawn": "Dawn",
    "sea": "Sea",
    "meadow": "Meadow",
    "ember": "Ember",
    "clay": "Clay",
    "ink": "Ink",
}
MEASURED_WIDTH_PIXELS = 160  # statistics of a reduced picture are the same, and nearly free
SETTLING = 0.1  # share of each new frame in the statistics, so that exposure changes do not flicker
MOST_CONTRAST = 2.0  # a grey wall must not be stretched into noise


@dataclass(frozen=True, slots=True)
class Statistics:
    """Mean and spread of L, a and b."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


class Style(VideoProcessor):
    """Takes the colours of a painting, and paints with strokes that keep to the edges.

    Colours after E. Reinhard et al., Color Transfer between Images, 2001: in Lab, each channel of the camera picture
    gets the mean and spread of the painting's. Strokes are medians, which flatten areas and keep edges. No weights.
    """

    label = "Colours of a painting"

    style = MenuParameter("Style", choices=NAMES)
    own = FileParameter("Your own picture", help="Replaces the style above.")
    strength = FloatParameter("Strength", default=0.85, step=0.05)
    strokes = SwitchParameter("Brush strokes", default=True)

    @classmethod
    def load(cls, configuration: Mapping[str, Any]) -> dict[str, Statistics]:
        return {name: measured(own_picture(name)) for name in NAMES}

    def start(self) -> None:
        self.seen: Statistics | None = None
        # The visitor's picture that was measured last.
        self.own_measured: tuple[FileValue, Statistics] | None = None

    def reset(self) -> None:
        self.seen = None

    def process(self, image: Picture) -> Picture:
        self.seen = settled(self.seen, measured(image))
        table = transfer_table(self.seen, self._wanted(), self.strength)
        painted = with_strokes(image) if self.strokes else image
        lab = cv2.LUT(cv2.cvtColor(painted, cv2.COLOR_BGR2Lab), table)
        return cv2.cvtColor(lab, cv2.COLOR_Lab2BGR)

    def _wanted(self) -> Statistics:
        if self.own is None:
            wanted: Statistics = self.shared[self.style]
            return wanted
        if self.own_measured is None or self.own_measured[0] is not self.own:
            self.own_measured = self.own, measured(self._own_picture(self.own))
        return self.own_measured[1]

    def _own_picture(self, upload: FileValue) -> Picture:
        picture = decoded(upload.data)
        if picture is None:
            raise ProcessorError(
                "Your style picture cannot be read. Choose a PNG or JPEG of at most 40 megapixels."
            )
        return picture


def own_picture(name: str) -> Picture:
    picture = cv2.imread(str(STYLES / f"{name}.jpg"))
    if picture is None:
        raise ProcessorError(
            f"The style picture {name}.jpg is missing from this installation.", permanent=True
        )
    return picture


def measured(image: Picture) -> Statistics:
    height = max(1, image.shape[0] * MEASURED_WIDTH_PIXELS // image.shape[1])
    small = cv2.resize(image, (MEASURED_WIDTH_PIXELS, height), interpolation=cv2.INTER_NEAREST)
    mean, spread = cv2.meanStdDev(cv2.cvtColor(small, cv2.COLOR_BGR2Lab))
    return Statistics(mean[:, 0].astype(np.float64), spread[:, 0].astype(np.float64))


def settled(before: Statistics | None, now: Statistics) -> Statistics:
    if before is None:
        return now
    mean = before.mean + SETTLING * (now.mean - before.mean)
    return Statistics(mean, before.spread + SETTLING * (now.spread - before.spread))


def transfer_table(seen: Statistics, wanted: Statistics, strength: float) -> Picture:
    """Return what each of the 256 values of each channel becomes: the transfer is one look-up per pixel."""
    values = np.arange(256)[:, None]
    contrast = np.minimum(wanted.spread / np.maximum(seen.spread, 1), MOST_CONTRAST)
    moved = (values - seen.mean) * contrast + wanted.mean
    mixed = values + strength * (moved - values)
    table: Picture = mixed.clip(0, 255).astype(np.uint8)[None]
    return table


def with_strokes(image: Picture) -> Picture:
    """Flatten areas at half the size, where strokes are twice as wide and four times cheaper; sharpen their rims."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
    for _ in range(3):
        small = cv2.medianBlur(small, 5)
    rims = cv2.addWeighted(small, 2.2, cv2.blur(small, (5, 5)), -1.2, 0)
    return cv2.resize(rims, (width, height), interpolation=cv2.INTER_LINEAR)
