"""A host that was taken over may say anything; the worker reads nothing outside its memory and goes on."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processors.host.memory import DoesNotFit, Memory
from processors.hosts import HostPool
from tests.processors.desk import grey, wait_until

from .conftest import START_SECONDS, HostDesk

SitDown = Callable[..., HostDesk]

DEEP = "[" * 60 + "]" * 60
LIES: list[Any] = [
    {"image": [100_000, 100_000, 3]},
    {"image": [2**62, 2**62, 3]},
    {"image": [-48, -64, 3]},
    {"image": [48.5, 64, 3]},
    {"image": ["48", "64"]},
    {"image": [True, True]},
    {"image": []},
    {"image": [48]},
    {"image": "large"},
    {"image": {"0": 1}},
    {"image": 7},
    {"image": [48, 64, 3], "samples": [1, 2**40]},
    {"samples": [2, 10]},
    {"time": "soon"},
    {"time": 1e999},
    {"time": [1]},
    {"data": {"other": 1}},
    {"data": [1, 2]},
    {"data": {"": json.loads(DEEP)}},
    {"needs": 2**60},
    {"needs": -1},
    {"needs": "much"},
    {"needs": 4096},
    {"error": "no object"},
    {"error": {"code": "<script>", "message": 5, "permanent": "yes"}},
    {"error": {"code": "x" * 100, "message": "y" * 150, "permanent": 1}},
]


@pytest.mark.parametrize("lie", [*map(json.dumps, LIES), "raw:descriptors", "raw:flood", "raw:noise"])
def test_a_lie_costs_frames_of_its_own_session_only(sit_down: SitDown, pool: HostPool, lie: str) -> None:
    neighbour = sit_down("rotate")
    neighbour.picture_of(grey(10))
    files = open_files()
    desk = sit_down("test-liar", lie=lie)
    desk.show(grey(10))
    wait_until(lambda: desk.notebook.last_state in {"failing", "stopped"}, START_SECONDS)
    assert desk.notebook.pictures == []
    _state, message, code = desk.state
    assert 0 < len(message) <= 600
    assert code.replace("_", "").isalpha()
    neighbour.picture_of(grey(11))
    assert neighbour.notebook.last_state == "running"
    desk.close()
    # Nothing that the host sent along was taken.
    wait_until(lambda: open_files() <= files, START_SECONDS)


def test_memory_gives_views_of_itself_only() -> None:
    memory = Memory.create(1000)
    assert memory.array((10, 10, 3), np.uint8).nbytes == 300
    for shape in ((5000,), (-1, -1), (0, 4), (1.0, 2), (1, 2, 3, 4), ()):
        with pytest.raises(DoesNotFit):
            memory.array(shape, np.uint8)  # type: ignore[arg-type]
    with pytest.raises(DoesNotFit):
        memory.array((10,), np.uint8, offset=-5)
    memory.close()


def test_nobody_can_change_the_size_of_memory() -> None:
    memory = Memory.create(1000)
    for size in (0, 10**6):
        with pytest.raises(PermissionError):
            os.ftruncate(memory.descriptor, size)
    memory.close()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_log_without_end_costs_the_worker_next_to_nothing(
    sit_down: SitDown, caplog: pytest.LogCaptureFixture
) -> None:
    desk = sit_down("test-chatty")
    desk.picture_of(grey(10))
    before = time.process_time()
    for number in range(20):
        desk.picture_of(grey(number))
        time.sleep(0.1)
    assert time.process_time() - before < 0.5  # of 2 s
    lines = [record for record in caplog.records if "blah" in record.getMessage()]
    assert 0 < len(lines) <= 80
    assert max(len(record.getMessage()) for record in lines) < 600


def test_a_session_that_never_stops_talking_takes_its_host_with_it(sit_down: SitDown, pool: HostPool) -> None:
    desk = sit_down("test-talker")
    desk.picture_of(grey(10))
    (pid,) = pool.pids()
    desk.close()
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), START_SECONDS)
