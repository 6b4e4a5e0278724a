"""A processor that takes long makes pictures rare, never late, and costs neither memory nor its neighbour's frames."""

import os
import statistics
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from processors.hosts import HostOptions, HostPool
from tests.bench.measure import resident_bytes
from tests.support.figures import write_figure

from .conftest import START_SECONDS, HostDesk, wait_until

FPS = 30
PICTURES = 12
LATER_THAN_THE_WORK_SECONDS = 0.3
# Small, for the notebook keeps every one.
IMAGE = np.full((48, 64, 3), 90, np.uint8)

SitDown = Callable[..., HostDesk]


@pytest.mark.slow
@pytest.mark.parametrize("pool", [HostOptions()], indirect=True, ids=["as-in-production"])
@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.0])
def test_pictures_get_rare_and_not_late(seconds: float, sit_down: SitDown, pool: HostPool) -> None:
    desk, neighbour = sit_down("test-slow", seconds=seconds), sit_down("test-hosted-invert")
    for each in (desk, neighbour):
        each.picture_of(IMAGE, time.monotonic(), START_SECONDS)
    memory = resident_bytes(os.getpid())
    late, frames_beside = watched(desk, neighbour, PICTURES * seconds)
    grown = (resident_bytes(os.getpid()) - memory) / 1e6
    p95 = statistics.quantiles(late, n=20)[-1]
    write_figure(
        f"slow_in_a_host_{seconds:g}",
        late_p95_seconds=p95,
        neighbour_fps=frames_beside,
        megabytes_grown=grown,
    )
    assert p95 <= seconds + LATER_THAN_THE_WORK_SECONDS
    assert statistics.mean(late[-4:]) - statistics.mean(late[:4]) < 0.1, "no queue grows"
    assert frames_beside >= 0.95 * FPS
    assert grown < 10
    assert desk.runner.statistics.dropped > 0.8 * (FPS - 1 / seconds) * PICTURES * seconds
    assert desk.notebook.last_state == "running"


def watched(desk: HostDesk, neighbour: HostDesk, seconds: float) -> tuple[list[float], float]:
    """Play to both; return how old each picture of the first was when it came, and the other's frames a second."""
    seen, beside = len(desk.notebook.pictures), len(neighbour.notebook.pictures)
    late: list[float] = []
    ended = threading.Event()
    player = threading.Thread(target=play, args=((desk, neighbour), ended))
    player.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for _image, shown_at, _format in desk.notebook.pictures[seen:]:
            late.append(time.monotonic() - shown_at)
            seen += 1
        time.sleep(0.002)
    ended.set()
    player.join()
    wait_until(lambda: len(late) > PICTURES // 2)
    return late, (len(neighbour.notebook.pictures) - beside) / seconds


def play(desks: tuple[HostDesk, ...], ended: threading.Event) -> None:
    next_at = time.monotonic()
    while not ended.wait(max(0.0, next_at - time.monotonic())):
        for each in desks:
            each.show(IMAGE, time.monotonic())
        next_at += 1 / FPS
