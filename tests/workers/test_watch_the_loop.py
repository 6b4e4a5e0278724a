"""A worker tells how late its loop runs: who looks at its figures sees a call that held all sessions up."""

import asyncio
import time

import pytest
from prometheus_client import Gauge

from workers import engine_metrics
from workers.load_meter import FULL_LAG_SECONDS, IDLE_STRESS, LoadMeter
from workers.loop_watch import LATE_SECONDS, LEAST_PROBES, PROBE_SECONDS, REMEMBERED_PROBES, LoopWatch

from .conftest import WorkerUnderTest, until

HELD_SECONDS = 0.5


def value(gauge: Gauge) -> float:
    return float(next(iter(gauge.collect())).samples[0].value)


async def test_a_call_that_holds_the_loop_is_seen() -> None:
    watch = LoopWatch()
    watching = asyncio.create_task(look_all_the_time(watch))
    await asyncio.sleep(2.5 * PROBE_SECONDS)
    quiet = watch.times_late
    time.sleep(HELD_SECONDS)  # noqa: ASYNC251 - on purpose
    await until(lambda: watch.lateness().longest_seconds > HELD_SECONDS - 2 * PROBE_SECONDS)
    assert watch.times_late > quiet
    assert watch.lateness().p99_seconds > HELD_SECONDS / 2, "all who were due meanwhile have waited"
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_what_the_engine_itself_does_ten_times_a_second_counts_too(
    worker: WorkerUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker.engine, "_tick", lambda now: time.sleep(HELD_SECONDS))
    for gauge in (engine_metrics.LOOP_LAG, engine_metrics.LOOP_LAG_P99, engine_metrics.LOOP_LAG_MAX):
        gauge.set(0)
    await until(lambda: value(engine_metrics.LOOP_LAG_MAX) > HELD_SECONDS - 2 * PROBE_SECONDS)
    await until(lambda: value(engine_metrics.LOOP_LAG_P99) > HELD_SECONDS / 2)
    await until(lambda: value(engine_metrics.LOOP_LAG) > HELD_SECONDS / 8)
    assert value(engine_metrics.LOOP_LATE) >= 1


async def test_the_watch_ends_with_the_worker(worker: WorkerUnderTest) -> None:
    watch = worker.engine._loop_watch
    await until(lambda: len(watch._waits) > 1)
    await worker.close()
    seen = len(watch._waits)
    await asyncio.sleep(3 * PROBE_SECONDS)
    assert len(watch._waits) == seen


async def look_all_the_time(watch: LoopWatch) -> None:
    async for _ in watch.moments():
        pass


def test_old_trouble_is_forgotten_after_ten_seconds() -> None:
    watch = LoopWatch()
    assert watch.note(0.201) == 2
    assert watch.lateness().longest_seconds == 0.201
    for _ in range(REMEMBERED_PROBES):
        assert watch.note(0.0) == 0
    assert watch.lateness().longest_seconds == 0.0
    assert watch.times_late == 1, "the count stays"


def test_a_loop_that_hung_for_long_takes_no_more_memory_than_one_that_did_not() -> None:
    watch = LoopWatch()
    watch.note(3600.0)
    assert watch.lateness().longest_seconds == 3600.0
    assert len(watch._waits) == REMEMBERED_PROBES


def test_only_what_is_too_late_is_counted() -> None:
    watch = LoopWatch()
    watch.note(LATE_SECONDS)
    watch.note(-0.001)
    watch.note(LATE_SECONDS * 2)
    assert watch.times_late == 1


def test_a_loop_that_is_late_for_seconds_is_a_full_worker() -> None:
    watch = LoopWatch()
    meter = LoadMeter(watch)
    for _ in range(LEAST_PROBES - 1):
        watch.note(PROBE_SECONDS / 2)
    assert meter.stress(1) == 0.0, "a start is not a load"
    for _ in range(REMEMBERED_PROBES):
        watch.note(3 * FULL_LAG_SECONDS)
    assert meter.stress(1) >= 1, "who comes at any moment waits for half of that"
    assert meter.stress(0) <= IDLE_STRESS
