"""A small desk to try processors at: a camera and a microphone that play what they are given, and a notebook."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from processors.base import Processor
from processors.planes import Place, new_place
from processors.runner import Frame, RunnerState, Samples
from processors.thread_runner import ThreadRunner

PATIENCE_SECONDS = 5.0


class Camera:
    """A video source: ``show`` puts a picture in front of it."""

    def __init__(self, queue_length: int = 30) -> None:
        self._frames: deque[tuple[np.ndarray, float]] = deque(maxlen=queue_length)
        self._lock = threading.Lock()
        self._dropped = 0

    def show(self, image: np.ndarray, time: float) -> None:
        with self._lock:
            if len(self._frames) == self._frames.maxlen:
                self._dropped += 1
            self._frames.append((image, time))

    def latest(self, pixel_format: str, place: Place = new_place) -> Frame | None:
        with self._lock:
            dropped = max(0, len(self._frames) - 1)
            newest = self._frames[-1] if self._frames else None
            self._frames.clear()
        return newest and Frame(newest[0], newest[1], dropped)

    def next(self, pixel_format: str, place: Place = new_place) -> Frame | None:
        with self._lock:
            dropped, self._dropped = self._dropped, 0
            oldest = self._frames.popleft() if self._frames else None
        return oldest and Frame(oldest[0], oldest[1], dropped)


class Microphone:
    def __init__(self) -> None:
        self._chunks: deque[Samples] = deque(maxlen=50)

    def hear(self, samples: np.ndarray, time: float) -> None:
        self._chunks.append(Samples(samples, time))

    def next(self, sample_rate: int, channels: int) -> Samples | None:
        return self._chunks.popleft() if self._chunks else None


class Notebook:
    """An output that writes down what it gets, and in which thread."""

    def __init__(self) -> None:
        self.pictures: list[tuple[np.ndarray, float, str]] = []
        self.sounds: list[tuple[np.ndarray, float]] = []
        self.results: list[tuple[dict[str, Any], float]] = []
        self.states: list[tuple[RunnerState, str, str]] = []
        self.threads: set[str] = set()

    def picture(self, image: np.ndarray, time: float, pixel_format: str) -> None:
        self.threads.add(threading.current_thread().name)
        self.pictures.append((image.copy(), time, pixel_format))

    def samples(self, samples: np.ndarray, time: float, sample_rate: int) -> None:
        self.sounds.append((samples.copy(), time))

    def data(self, values: dict[str, Any], time: float) -> None:
        self.results.append((values, time))

    def state(self, state: RunnerState, message: str, code: str) -> None:
        self.states.append((state, message, code))

    @property
    def last_state(self) -> str:
        return self.states[-1][0] if self.states else ""


class Desk:
    def __init__(self, cls: type[Processor], configuration: dict[str, Any], values: dict[str, Any]) -> None:
        self.camera, self.microphone, self.notebook = Camera(), Microphone(), Notebook()
        self.runner = ThreadRunner(cls, configuration, values, self.camera, self.microphone, self.notebook)

    def show(self, image: np.ndarray, time: float = 0.0) -> None:
        self.camera.show(image, time)
        self.runner.notify()

    def hear(self, samples: np.ndarray, time: float = 0.0) -> None:
        self.microphone.hear(samples, time)
        self.runner.notify()

    def picture_of(self, image: np.ndarray, time: float = 0.0) -> np.ndarray:
        """Show a picture and wait for what comes of it."""
        before = len(self.notebook.pictures)
        self.show(image, time)
        wait_until(lambda: len(self.notebook.pictures) > before)
        return self.notebook.pictures[-1][0]


@contextmanager
def at_desk(
    cls: type[Processor], configuration: dict[str, Any] | None = None, **values: Any
) -> Iterator[Desk]:
    desk = Desk(cls, configuration or {}, values)
    desk.runner.open()
    try:
        yield desk
    finally:
        assert desk.runner.close(PATIENCE_SECONDS)


def wait_until(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.002)


def grey(value: int, width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def plane(value: int, width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width), value, np.uint8)


def tone(hertz: float, seconds: float, amplitude: float = 0.25, rate: int = 48000) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)[
        None
    ]


def chunks_of(samples: np.ndarray, size: int = 960) -> list[np.ndarray]:
    return [samples[:, at : at + size] for at in range(0, samples.shape[1], size)]


def decibels(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))
