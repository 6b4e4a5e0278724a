"""Desks whose processor runs in a host: a real child process each time."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processors import catalogue
from processors.host_process import HostSpec
from processors.host_runner import HostRunner
from processors.hosts import HostOptions, HostPool
from processors.planes import Place, even_sides, image_of, new_place, planes_of
from processors.results import PixelFormat
from processors.runner import Frame
from tests.processors.desk import Camera, Microphone, Notebook, wait_until
from tests.support.plugin import install_plugin

START_SECONDS = 30.0  # imports of a child on a busy machine

QUICK = HostOptions(
    soft_deadline_seconds=0.5, hard_deadline_seconds=1.0, load_seconds=20.0, linger_seconds=0.2
)


class HostCamera(Camera):
    """Gives planes, as decoders do, to whoever asks for them."""

    def __init__(self, shown_as: PixelFormat) -> None:
        super().__init__()
        self._shown_as = shown_as
        self.asked: set[str] = set()

    def latest(self, pixel_format: str, place: Place = new_place) -> Frame | None:
        return self._as_asked(super().latest(pixel_format), pixel_format, place)

    def next(self, pixel_format: str, place: Place = new_place) -> Frame | None:
        return self._as_asked(super().next(pixel_format), pixel_format, place)

    def _as_asked(self, frame: Frame | None, pixel_format: str, place: Place) -> Frame | None:
        self.asked.add(pixel_format)
        if frame is None or pixel_format == self._shown_as:
            return frame
        planes = planes_of(even_sides(frame.image), self._shown_as)
        written = place(planes.shape)
        written[...] = planes
        return replace(frame, image=written)


class HostNotebook(Notebook):
    """Notes planes in the colours that they were made of."""

    def __init__(self, noted_as: PixelFormat) -> None:
        super().__init__()
        self._noted_as = noted_as
        # Format and shape in which each picture came from the host.
        self.crossed: list[tuple[str, tuple[int, ...]]] = []

    def picture(self, image: np.ndarray, time: float, pixel_format: str) -> None:
        self.crossed.append((pixel_format, image.shape))
        if pixel_format == "yuv420p" != self._noted_as:
            image, pixel_format = image_of(image, self._noted_as), self._noted_as
        super().picture(image, time, pixel_format)


class HostDesk:
    """One session of a processor in a host: a camera in front of it and a notebook behind."""

    def __init__(
        self, pool: HostPool, key: str, configuration: dict[str, Any], values: dict[str, Any]
    ) -> None:
        cls = catalogue.load_class(key, configuration)
        spec = HostSpec(key, 1, configuration, cls.label)
        self.camera, self.notebook = HostCamera(cls.pixel_format), HostNotebook(cls.pixel_format)
        self.microphone = Microphone()
        self.runner = HostRunner(cls, spec, pool, values, self.camera, self.microphone, self.notebook)
        self._playing = threading.Event()
        self._player: threading.Thread | None = None

    def show(self, image: np.ndarray, time: float = 0.0) -> None:
        self.camera.show(image, time)
        self.runner.notify()

    def picture_of(self, image: np.ndarray, time: float = 0.0, seconds: float = START_SECONDS) -> np.ndarray:
        before = len(self.notebook.pictures)
        self.show(image, time)
        wait_until(lambda: len(self.notebook.pictures) > before, seconds)
        return self.notebook.pictures[-1][0]

    def play(self, image: np.ndarray, fps: float = 30.0) -> None:
        """Show the same picture over and over, as a camera does."""

        def run() -> None:
            number = 0
            while not self._playing.wait(1 / fps):
                self.show(image, number / fps)
                number += 1

        self._player = threading.Thread(target=run, daemon=True)
        self._player.start()

    @property
    def last_data(self) -> dict[str, Any]:
        return self.notebook.results[-1][0]

    @property
    def state(self) -> tuple[str, str, str]:
        return self.notebook.states[-1]

    def stopped(self) -> bool:
        return self.notebook.last_state == "stopped"

    def close(self) -> None:
        self._playing.set()
        if self._player is not None:
            self._player.join()
        assert self.runner.close(10)


@pytest.fixture
def pool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostPool]:
    """Nothing of it may be left at the end of a test."""
    install_plugin(monkeypatch)
    pool = HostPool(getattr(request, "param", QUICK))
    yield pool
    pool.close()
    assert children() == []


@pytest.fixture
def sit_down(pool: HostPool) -> Iterator[Callable[..., HostDesk]]:
    """``sit_down(key, configuration, **parameters)`` opens a session."""
    desks: list[HostDesk] = []

    def sit(key: str, configuration: dict[str, Any] | None = None, **values: Any) -> HostDesk:
        desks.append(HostDesk(pool, key, configuration or {}, values))
        desks[-1].runner.open()
        return desks[-1]

    yield sit
    for desk in desks:
        desk.close()


def children() -> list[str]:
    """Return the command lines of hosts that this process has started, also of ended ones not yet reaped."""
    mine = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (folder / "cmdline").read_text()
        except (OSError, ValueError):
            continue
        if parent == os.getpid() and ("processors.host" in command or not command):
            mine.append(command or "a zombie")
    return mine
