"""A still of what each processor gives, made from our own sample pictures: for the cards of the gallery."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from .assets import SAMPLES
from .base import AudioProcessor, Processor, has_own_clock, needs_pixels, needs_samples
from .catalogue import TASKS, load_class
from .drawing import ACCENT, STAGE
from .exceptions import ProcessorError
from .instance import Instance, Outcome, load
from .parameters import default_values
from .results import Picture, PixelFormat
from .task_stills import task_still

WIDTH, HEIGHT = 640, 360
STREET_KEYS = {"people", "qr"}  # what these look for is in the street
# Where the defaults suit a camera and a page, but not a drawing that stands alone.
VALUES: dict[str, dict[str, Any]] = {
    "edges": {"low": 20, "high": 50},
    "faces": {"draw": True},
    "people": {"draw": True},
    "qr": {"draw": True},
    "histogram": {"draw": True},
}
HEAD_ROOM = 40  # rows above the person in the portrait; samples are 4:3, cards are 16:9
SECONDS = 1.5  # of played sample: longer than the default echo, and enough for a visible turn
FPS = 10
CONVERSIONS = {
    "rgb24": cv2.COLOR_BGR2RGB,
    "gray": cv2.COLOR_BGR2GRAY,
    "yuv420p": cv2.COLOR_BGR2YUV_I420,
}
BACK = {"rgb24": cv2.COLOR_RGB2BGR, "gray": cv2.COLOR_GRAY2BGR, "yuv420p": cv2.COLOR_YUV2BGR_I420}


def make_still(key: str) -> Picture:
    """Return what the processor makes of a sample, as a BGR picture of 640×360."""
    if key in TASKS:
        return task_still(key, sample("portrait"), sample("street"))
    cls = load_class(key)
    if issubclass(cls, AudioProcessor):
        return waveform(played_sound(cls))
    name = "street" if key in STREET_KEYS else "portrait"
    return cv2.resize(played_picture(cls, sample(name), VALUES.get(key, {})), (WIDTH, HEIGHT))


def sample(name: str) -> Picture:
    """Return the part of a sample where something is, in the shape of a card."""
    picture = cv2.imread(str(SAMPLES / f"{name}.jpg"))
    if picture is None:
        raise ProcessorError(
            f"The sample picture {name}.jpg is missing from this installation.", permanent=True
        )
    return picture[-HEIGHT:] if name == "street" else picture[HEAD_ROOM : HEAD_ROOM + HEIGHT]


def played_picture(cls: type[Processor], picture: Picture, values: dict[str, Any]) -> Picture:
    """Play the sample for a moment, and return the last picture that came out."""
    shown = picture
    for outcome in play(cls, picture, values):
        if outcome.image is not None:
            shown = in_bgr(outcome.image, outcome.pixel_format)
    return shown


def played_sound(cls: type[Processor]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    samples = [outcome.samples[0] for outcome in play(cls, None, {}) if outcome.samples is not None]
    return np.concatenate(samples) if samples else np.zeros(cls.sample_rate, np.float32)


def play(cls: type[Processor], picture: Picture | None, values: dict[str, Any]) -> Iterator[Outcome]:
    instance = Instance(cls, {}, default_values(cls) | values, load(cls, {}))
    try:
        instance.start()
        yield from (
            outcome for step in range(int(SECONDS * FPS)) for outcome in moment(instance, picture, step)
        )
    finally:
        instance.close()


def moment(instance: Instance, picture: Picture | None, step: int) -> Iterator[Outcome]:
    cls, time = instance.cls, step / FPS
    if needs_samples(cls):
        yield instance.samples(babble(cls.sample_rate, time), time)
    if needs_pixels(cls) and picture is not None:
        yield instance.picture(converted(picture, cls.pixel_format), time)
    if has_own_clock(cls):
        yield instance.render(time)


def converted(picture: Picture, pixel_format: PixelFormat) -> Picture:
    return picture.copy() if pixel_format == "bgr24" else cv2.cvtColor(picture, CONVERSIONS[pixel_format])


def in_bgr(picture: Picture, pixel_format: PixelFormat) -> Picture:
    return picture if pixel_format == "bgr24" else cv2.cvtColor(picture, BACK[pixel_format])


def babble(rate: int, time: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return a tenth of a second of something like a voice: a few harmonics that swell and fade."""
    at = time + np.arange(rate // FPS) / rate
    tone = sum(np.sin(2 * np.pi * 140 * n * at) / n for n in (1, 2, 3, 5))
    swell = 0.12 + 0.4 * np.abs(np.sin(2 * np.pi * 1.3 * at)) * np.abs(np.sin(2 * np.pi * 3.1 * at))
    return np.asarray(tone * swell * 0.5, np.float32)[None]


def waveform(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Picture:
    """Draw sound as bars around a middle line."""
    card = np.full((HEIGHT, WIDTH, 3), STAGE, np.uint8)
    bars = [float(np.abs(part).max(initial=0)) for part in np.array_split(samples, 48)]
    for number, loudness in enumerate(bars):
        x, half = 40 + round(number * 560 / 47), max(3, round(loudness * HEIGHT * 0.38))
        cv2.line(card, (x, HEIGHT // 2 - half), (x, HEIGHT // 2 + half), ACCENT, 5, cv2.LINE_AA)
    return card
