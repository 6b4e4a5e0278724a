"""Processors with one planted fault each, which the conformance suite must find, and one without."""

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import cv2
import numpy as np

from processors.base import AudioProcessor, VideoProcessor
from processors.parameters import IntegerParameter, Parameter
from processors.results import Number, Result, Table


class Good(VideoProcessor):
    """Blurs the picture, and tells how bright it is."""

    label = "Good"
    results = {"light": Number("Light")}
    radius = IntegerParameter("Radius", minimum=1, maximum=20, default=3)

    def process(self, image: Any) -> Result:
        print("I was asked")  # noqa: T201 (as authors do)
        side = 2 * self.radius + 1
        return Result(image=cv2.blur(image, (side, side)), data={"light": float(image.mean())})


class FloatPicture(VideoProcessor):
    """Gives a picture of floats."""

    label = "Float picture"

    def process(self, image: Any) -> Any:
        return image / 255.0


class WritesIntoPlane(VideoProcessor):
    """Writes into the plane that the decoder has lent."""

    label = "Writes into the plane"
    pixel_format = "gray"

    def process(self, image: Any) -> Any:
        image[: image.shape[0] // 2] = 0
        return image


class FirstSize(VideoProcessor):
    """Keeps the first picture, and takes all others to be as large."""

    label = "First size"

    def start(self) -> None:
        self.first: Any = None

    def reset(self) -> None:
        self.start()

    def process(self, image: Any) -> Any:
        if self.first is None:
            self.first = image.copy()
        return (image // 2 + self.first // 2).astype(np.uint8)


class SharedList(VideoProcessor):
    """Keeps what it has seen in the class."""

    label = "Shared list"
    results = {"seen": Number("Seen")}
    brightness: list[float] = []

    def process(self, image: Any) -> Result:
        self.brightness.append(float(image.mean()))
        return Result(image=image, data={"seen": len(self.brightness)})


class HangsOnPortrait(VideoProcessor):
    """Never comes back from a picture that is higher than wide."""

    label = "Hangs on portrait"

    def process(self, image: Any) -> Any:
        while image.shape[0] > image.shape[1]:
            time.sleep(0.01)
        return image


class HangsInClose(VideoProcessor):
    """Waits at its end for something that never comes."""

    label = "Hangs in close"

    def process(self, image: Any) -> Any:
        return image

    def close(self) -> None:
        threading.Event().wait()


class Crashes(VideoProcessor):
    """Ends the process with a small picture."""

    label = "Crashes"

    def process(self, image: Any) -> Any:
        if image.shape[0] < 100:
            os.abort()
        return image


class Grows(VideoProcessor):
    """Keeps every picture."""

    label = "Grows"

    def start(self) -> None:
        self.kept: list[Any] = []

    def reset(self) -> None:
        self.start()

    def process(self, image: Any) -> Any:
        self.kept.append(image.copy())
        return image


class GrowingSound(AudioProcessor):
    """Keeps every piece of sound."""

    label = "Growing sound"

    def start(self) -> None:
        self.kept: list[Any] = []

    def reset(self) -> None:
        self.start()

    def process(self, samples: Any) -> Any:
        self.kept.append(samples.copy())
        return samples


class WrongTable(VideoProcessor):
    """Gives rows with fewer cells than columns."""

    label = "Wrong table"
    results = {"rows": Table("Rows", columns=("What", "Score"))}

    def process(self, image: Any) -> Result:
        return Result(image=image, data={"rows": [["car"]]})


class FailsAtMinimum(VideoProcessor):
    """Divides by a parameter that may be 0."""

    label = "Fails at minimum"
    parts = IntegerParameter("Parts", minimum=0, maximum=10, default=2)

    def process(self, image: Any) -> Any:
        return image[:: max(1, 10 // self.parts)]


class DeafToChanges(VideoProcessor):
    """Looks at its parameter once."""

    label = "Deaf to changes"
    light = IntegerParameter("Light", minimum=0, maximum=100, default=10)

    def start(self) -> None:
        self.added = self.light

    def process(self, image: Any) -> Any:
        return cv2.add(image, np.full_like(image, self.added))


class AnyText(Parameter[str]):
    """A parameter of the author's own that takes everything."""

    kind = "text"

    def clean(self, value: Any) -> Any:
        return value


class TakesEverything(VideoProcessor):
    """Refuses no value."""

    label = "Takes everything"
    words = AnyText("Words", "")

    def process(self, image: Any) -> Any:
        return image


class LeavesThread(VideoProcessor):
    """Begins a thread that outlives it."""

    label = "Leaves a thread"

    def start(self) -> None:
        threading.Thread(target=threading.Event().wait, name="left-behind", daemon=True).start()

    def process(self, image: Any) -> Any:
        return image


class CloseFails(VideoProcessor):
    """Gives back what only a frame would have taken."""

    label = "Close fails"

    def process(self, image: Any) -> Any:
        self.buffer = image
        return image

    def close(self) -> None:
        del self.buffer


class NeverForgets(VideoProcessor):
    """Goes on counting after a reset."""

    label = "Never forgets"
    results = {"count": Number("Pictures")}

    def start(self) -> None:
        self.count = 0

    def process(self, image: Any) -> Result:
        self.count += 1
        return Result(image=image, data={"count": self.count})


class HidesLate(VideoProcessor):
    """Promises to hide, and has nothing to show at first."""

    label = "Hides late"
    never_passthrough = True

    def start(self) -> None:
        self.before: Any = None

    def reset(self) -> None:
        self.start()

    def process(self, image: Any) -> Any:
        before, self.before = self.before, cv2.blur(image, (31, 31))
        return before


class FixedChunk(AudioProcessor):
    """Takes every piece of sound to be 20 ms."""

    label = "Fixed chunk"

    def process(self, samples: Any) -> Any:
        return samples * np.hanning(960).astype(np.float32)


class Nameless(VideoProcessor):
    label = "Nameless"

    def process(self, image: Any) -> Any:
        return image


class PhonesHome(VideoProcessor):
    """Connects to somewhere and does not say so."""

    label = "Phones home"

    def start(self) -> None:
        with suppress(OSError), socket.socket() as connection:
            connection.settimeout(0.2)
            connection.connect(("127.0.0.1", 9))

    def process(self, image: Any) -> Any:
        return image


class Slow(VideoProcessor):
    """Takes its time: no fault, but worth a word."""

    label = "Slow"

    def process(self, image: Any) -> Any:
        time.sleep(0.15)
        return image
