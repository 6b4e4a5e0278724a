"""What a bad processor does to its own session, and that it does nothing to others."""

import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from processors import hosts
from processors.hosts import HostOptions, HostPool
from processors.runner import RunnerState
from tests.processors.desk import grey, wait_until

from .conftest import START_SECONDS, HostDesk, children

SitDown = Callable[..., HostDesk]

BAD, GOOD = grey(66), grey(10)
CRASHES = {
    "segfault": "crashed (SIGSEGV)",
    "abort": "crashed (SIGABRT)",
    "exit": "ended by itself with status 3",
    "hang": "gave nothing for 1 s",
    "native": "gave nothing for 1 s",
    "sleep": "gave nothing for 1 s",
}
# A neighbour in the same host, while another session's call holds the interpreter: not more than this behind.
GAP_SECONDS = 0.3


def longest_gap(moments: list[float]) -> float:
    """Up to now: a neighbour that stopped for good has a gap that still grows."""
    return max((after - before for before, after in itertools.pairwise([*moments, time.monotonic()])))


def note_moments(desk: HostDesk) -> list[float]:
    """Return a list that grows with the moment of every picture."""
    moments: list[float] = []
    original = desk.notebook.picture

    def picture(*arguments: Any) -> None:
        moments.append(time.monotonic())
        original(*arguments)

    desk.notebook.picture = picture  # type: ignore[method-assign, assignment]
    return moments


@pytest.mark.parametrize("fault", CRASHES)
def test_one_bad_frame_costs_a_moment_and_parameters_stay_in_force(
    sit_down: SitDown, pool: HostPool, fault: str
) -> None:
    neighbour = sit_down("rotate")
    desk = sit_down("test-bad", fault="none", trigger=66)
    desk.picture_of(GOOD)
    desk.runner.set_parameters({"fault": fault})
    neighbour.picture_of(GOOD)
    moments = note_moments(neighbour)
    neighbour.play(GOOD)
    first = desk.last_data["pid"]
    desk.show(BAD)
    time.sleep(0.1)
    desk.play(GOOD)
    wait_until(lambda: not is_running(first), START_SECONDS)
    gone_at = time.monotonic()
    wait_until(lambda: desk.last_data["pid"] != first, START_SECONDS)
    sys.stderr.write(
        f"{fault}: back after {time.monotonic() - gone_at:.2f} s, neighbour's gap {longest_gap(moments):.2f} s\n"
    )
    codes = [code for _state, _message, code in desk.notebook.states]
    messages = " ".join(message for _state, message, _code in desk.notebook.states)
    assert "host_lost" in codes
    assert f"Bad {CRASHES[fault]}" in messages
    assert desk.runner.parameters == {"fault": fault, "trigger": 66}
    assert desk.state[0] == RunnerState.RUNNING
    assert longest_gap(moments) < 1.0  # 0.3 s is measured below, on a machine that does nothing else
    assert len(pool.pids()) == 2


@pytest.mark.parametrize("fault", ["segfault", "hang"])
def test_a_session_that_always_crashes_is_stopped_alone(
    sit_down: SitDown, pool: HostPool, fault: str
) -> None:
    good = sit_down("test-bad")
    good.picture_of(GOOD)
    good.play(GOOD, fps=10)
    bad = sit_down("test-bad", trigger=66, fault=fault)
    bad.play(BAD)
    wait_until(bad.stopped, 3 * START_SECONDS)
    _state, message, code = next(entry for entry in bad.notebook.states if entry[0] == "stopped")
    assert code == "host_stopped"
    assert message.startswith(f"Bad {CRASHES[fault]}")
    before = len(good.notebook.pictures)
    wait_until(lambda: len(good.notebook.pictures) > before + 5, START_SECONDS)
    assert good.state[0] == RunnerState.RUNNING
    wait_until(lambda: len(pool.pids()) == 1, START_SECONDS)


def test_a_host_that_is_lost_again_and_again_is_not_started_for_ever(
    sit_down: SitDown, pool: HostPool
) -> None:
    desk = sit_down("test-bad")
    for _ in range(4):
        desk.picture_of(GOOD)  # between two frames a session is not to blame
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGKILL)
        wait_until(partial(is_other, pool, pid), START_SECONDS)
    desk.show(GOOD)
    wait_until(desk.stopped, START_SECONDS)
    _state, message, code = next(entry for entry in desk.notebook.states if entry[0] == "stopped")
    assert code == "host_stopped"
    assert "4 times within a minute" in message
    assert pool.states() == {"test-bad": "failed"}
    late = sit_down("test-bad")
    wait_until(late.stopped)
    assert pool.pids() == []


@pytest.mark.parametrize(("fault", "sentence"), [("raise", "could not be loaded"), ("segfault", "SIGSEGV")])
def test_a_load_that_fails_is_said(sit_down: SitDown, pool: HostPool, fault: str, sentence: str) -> None:
    desk = sit_down("test-bad", {"load": fault})
    wait_until(desk.stopped, 3 * START_SECONDS)
    assert sentence in desk.notebook.states[-1][1]
    assert pool.states() == {"test-bad": "failed"}


def test_a_crash_is_told_no_longer_than_it_keeps_others_away(
    sit_down: SitDown, pool: HostPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault in ("segfault", "raise"):
        desk = sit_down("test-bad", {"load": fault})
        wait_until(desk.stopped, 3 * START_SECONDS)
    assert [report.state for report in pool.reports()] == ["failed", "failed"]
    monkeypatch.setattr(hosts, "RESTART_SECONDS", 0.0)  # as if the minute were over
    [left] = pool.reports()
    assert "could not be loaded" in left.reason, "that would be the same again"


@pytest.mark.parametrize(("fault", "sentence"), [("raise", "could not be started"), ("segfault", "SIGSEGV")])
def test_a_start_that_fails_is_said_and_others_stay(
    sit_down: SitDown, pool: HostPool, fault: str, sentence: str
) -> None:
    neighbour = sit_down("test-hosted-invert")
    neighbour.picture_of(GOOD)
    desk = sit_down("test-bad", {"start": fault})
    desk.play(GOOD)
    wait_until(desk.stopped, 3 * START_SECONDS)
    _state, message, _code = next(entry for entry in desk.notebook.states if entry[0] == "stopped")
    assert message.startswith("Bad ")
    assert sentence in message
    neighbour.picture_of(GOOD)
    assert neighbour.state[0] == RunnerState.RUNNING


def test_old_versions_that_failed_or_were_lost_are_forgotten(
    sit_down: SitDown, pool: HostPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "FAILED_KEPT", 2)
    monkeypatch.setattr(hosts, "RESTART_SECONDS", 0.1)
    for number in range(5):
        desk = sit_down("test-bad", {"load": "raise", "number": number})
        wait_until(desk.stopped, START_SECONDS)
    wait_until(lambda: [report.state for report in pool.reports()] == ["failed"] * 2, START_SECONDS)
    desk = sit_down("test-bad", {"number": 5})
    desk.picture_of(GOOD)
    (pid,) = pool.pids()
    os.kill(pid, signal.SIGKILL)
    wait_until(partial(is_other, pool, pid), START_SECONDS)
    desk.picture_of(GOOD)
    desk.close()
    wait_until(lambda: len(pool.reports()) == 2, START_SECONDS)
    assert len(pool._losses) == 2, "those of the hosts that are known"


@pytest.mark.parametrize("pool", [HostOptions(load_seconds=1.5)], indirect=True)
def test_a_load_that_hangs_is_ended(sit_down: SitDown, pool: HostPool) -> None:
    desk = sit_down("test-bad", {"load": "native"})
    wait_until(desk.stopped, START_SECONDS)
    assert "was not loaded after 1.5 s" in desk.notebook.states[-1][1]
    wait_until(lambda: children() == [])


@pytest.mark.parametrize("fault", ["sleep", "native", "segfault", "raise"])
def test_whatever_happens_in_close_nothing_is_left(sit_down: SitDown, pool: HostPool, fault: str) -> None:
    desk = sit_down("test-bad", {"close": fault})
    desk.picture_of(GOOD)
    started = time.monotonic()
    assert desk.runner.close(2)
    assert time.monotonic() - started < 1
    wait_until(lambda: not pool.pids(), START_SECONDS)
    wait_until(lambda: children() == [], START_SECONDS)


def test_a_close_that_hangs_gives_the_others_a_new_host(sit_down: SitDown, pool: HostPool) -> None:
    stays, leaves = (sit_down("test-bad", {"close": "sleep"}) for _ in range(2))
    leaves.picture_of(GOOD)
    stays.picture_of(GOOD)
    first = stays.last_data["pid"]
    leaves.close()
    stays.play(GOOD)
    wait_until(lambda: stays.last_data["pid"] != first, START_SECONDS)


def test_an_exception_costs_one_frame(sit_down: SitDown) -> None:
    desk = sit_down("test-bad-at-hundred")
    desk.picture_of(GOOD)
    for _ in range(98):
        desk.picture_of(GOOD)
    desk.show(GOOD)
    wait_until(lambda: desk.notebook.last_state == "failing")
    assert desk.state[2] == "process_failed"
    desk.picture_of(GOOD)
    wait_until(lambda: desk.notebook.last_state == "running")


def test_an_exception_on_every_frame_stops_the_processor(sit_down: SitDown, pool: HostPool) -> None:
    desk = sit_down("test-bad", fault="raise")
    desk.play(GOOD)
    wait_until(desk.stopped, START_SECONDS)
    assert desk.notebook.states[-1][2] == "too_many_errors"


def test_memory_that_is_not_there_is_refused_and_the_session_goes_on(sit_down: SitDown) -> None:
    desk = sit_down("test-bad", fault="memory", trigger=66)
    desk.picture_of(GOOD)
    desk.show(BAD)
    wait_until(lambda: desk.notebook.last_state == "failing", START_SECONDS)
    assert "memory" in desk.state[1]
    first = desk.last_data["pid"]
    assert np.abs(desk.picture_of(GOOD).astype(int) - (255 - GOOD)).max() <= 2
    assert desk.last_data["pid"] == first


def test_a_slow_frame_is_left_out_and_nobody_is_killed(sit_down: SitDown, pool: HostPool) -> None:
    desk = sit_down("test-slow", seconds=0)
    desk.picture_of(GOOD)
    before = pool.pids()
    desk.runner.set_parameters({"seconds": 0.75})
    desk.show(grey(1), 1.0)
    wait_until(lambda: desk.notebook.last_state == "failing", START_SECONDS)
    assert desk.state[2] == "too_slow"
    desk.runner.set_parameters({"seconds": 0})
    desk.picture_of(grey(2), 2.0)
    assert [time for _image, time, _format in desk.notebook.pictures] == [0.0, 2.0]
    assert pool.pids() == before


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("text", "wrong_picture"),
        ("shape", "wrong_picture"),
        ("float", "wrong_picture"),
        ("nan", "wrong_picture"),
        ("huge", "wrong_picture"),
        ("data", "wrong_data"),
        ("time", "wrong_data"),
    ],
)
def test_wrong_output_is_said_as_in_a_thread(sit_down: SitDown, fault: str, code: str) -> None:
    desk = sit_down("test-wrong", fault=fault)
    desk.show(GOOD)
    wait_until(lambda: desk.notebook.last_state == "failing", START_SECONDS)
    assert desk.state[2] == code


def test_a_session_may_be_closed_while_its_host_hangs(sit_down: SitDown, pool: HostPool) -> None:
    desk = sit_down("test-bad", fault="sleep", trigger=66)
    desk.picture_of(GOOD)
    desk.show(BAD)
    time.sleep(0.2)
    started = time.monotonic()
    assert desk.runner.close(1)
    assert time.monotonic() - started < 0.5
    wait_until(lambda: not pool.pids(), START_SECONDS)


def is_other(pool: HostPool, pid: int) -> bool:
    return pid not in pool.pids()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_parameter_that_meets_a_lost_host_stops_nothing(sit_down: SitDown, pool: HostPool) -> None:
    desk = sit_down("test-bad", trigger=66)
    desk.picture_of(GOOD)
    (pid,) = pool.pids()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid), START_SECONDS)
    desk.runner.set_parameters({"fault": "raise"})
    time.sleep(0.2)  # no frame comes meanwhile: it is the parameter that finds the host gone
    desk.picture_of(GOOD)
    assert desk.state[0] == RunnerState.RUNNING
    desk.show(BAD)
    wait_until(lambda: desk.state[2] == "process_failed", START_SECONDS)
