"""Desks whose processor runs in a host: a real child process each time."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processors import catalogue
from processors.host_process import HostSpec
from processors.host_runner import HostRunner
from processors.hosts import HostOptions, HostPool
from tests.processors.desk import Camera, Microphone, Notebook, wait_until
from tests.support.plugin import install_plugin

START_SECONDS = 30.0  # imports of a child on a busy machine

QUICK = HostOptions(
    soft_deadline_seconds=0.5, hard_deadline_seconds=1.0, load_seconds=20.0, linger_seconds=0.2
)


class HostDesk:
    """One session of a processor in a host: a camera in front of it and a notebook behind."""

    def __init__(
        self, pool: HostPool, key: str, configuration: dict[str, Any], values: dict[str, Any]
    ) -> None:
        cls = catalogue.load_class(key, configuration)
        spec = HostSpec(key, 1, configuration, cls.label)
        self.camera, self.microphone, self.notebook = Camera(), Microphone(), Notebook()
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
