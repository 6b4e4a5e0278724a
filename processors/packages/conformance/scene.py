"""What the suite shows and plays: our sample pictures in every shape, and something like a voice."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import cv2
import numpy as np

from ...assets import SAMPLES
from ...base import Processor, has_own_clock, needs_pixels, needs_samples
from ...instance import Instance, Outcome
from ...pictures import decoded
from ...results import Picture, PixelFormat, SampleArray
from ...stills import babble, converted

Size = tuple[int, int]

USUAL: Size = (640, 480)
SMALL: Size = (320, 240)  # for checks that need many frames
TINY: Size = (16, 16)  # no camera gives it, but a visitor can: it may cost a frame, not the process
SIZES: tuple[Size, ...] = (USUAL, (1280, 720), SMALL, (480, 640), (333, 251), TINY)
FPS = 25
ROW_PADDING_PIXELS = 32  # decoders align their rows, so a plane is no block of memory without gaps
STEP_SECONDS = 1 / FPS


@cache
def sample(name: str) -> Picture:
    read = decoded((SAMPLES / f"{name}.jpg").read_bytes())
    if read is None:
        raise FileNotFoundError(f"The sample picture {name}.jpg is missing from this installation.")
    return read


def sizes_for(cls: type[Processor]) -> list[Size]:
    """Planes of yuv420p have even sides."""
    even = cls.pixel_format == "yuv420p"
    return [size for size in SIZES if not even or not (size[0] % 2 or size[1] % 2)]


def picture(pixel_format: PixelFormat, size: Size = USUAL, name: str = "portrait") -> Picture:
    """Return a picture as the engine hands it over: a plane of the decoder has gaps between its rows."""
    resized = cv2.resize(sample(name), size, interpolation=cv2.INTER_AREA)
    made = converted(resized, pixel_format)
    return with_gaps(made) if pixel_format == "gray" else made


def with_gaps(plane: Picture) -> Picture:
    rows, columns = plane.shape
    padded = np.zeros((rows, columns + ROW_PADDING_PIXELS), np.uint8)
    padded[:, :columns] = plane
    return padded[:, :columns]


def sound(cls: type[Processor], begin: float, count: int) -> SampleArray:
    """Return ``count`` samples from ``begin`` seconds on, in as many channels as the class wants."""
    tenth = babble(cls.sample_rate, begin)
    repeated = np.resize(tenth[0], count)
    return np.repeat(repeated[np.newaxis], cls.channels, axis=0).astype(np.float32)


def play(
    instance: Instance, steps: int, name: str = "portrait", size: Size = SMALL, first: int = 0
) -> Iterator[Outcome]:
    """Feed an instance for a number of steps of 40 ms: sound, then a picture, then its own clock."""
    for step in range(first, first + steps):
        yield from moment(instance, step * STEP_SECONDS, name, size)


def moment(instance: Instance, at: float, name: str, size: Size) -> Iterator[Outcome]:
    for call in calls(instance, at, name, size):
        yield call()


def calls(instance: Instance, at: float, name: str, size: Size) -> Iterator[Callable[[], Outcome]]:
    """What is fed is made before the call, so that a call takes only the processor's own time."""
    cls = instance.cls
    if needs_samples(cls):
        samples = sound(cls, at, round(cls.sample_rate * STEP_SECONDS))
        yield lambda: instance.samples(samples, at)
    if needs_pixels(cls):
        image = picture(cls.pixel_format, size, name)
        yield lambda: instance.picture(image, at)
    if has_own_clock(cls):
        yield lambda: instance.render(at)


def traces(outcomes: Iterator[Outcome]) -> list[Any]:
    """Return something that is equal for equal outcomes, whatever their times."""
    return [trace(outcome) for outcome in outcomes]


def trace(outcome: Outcome) -> tuple[Any, ...]:
    arrays = (outcome.image, outcome.samples)
    prints = [None if array is None else (array.shape, hash(array.tobytes())) for array in arrays]
    return (*prints, repr(outcome.data))
