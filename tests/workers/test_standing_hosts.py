"""Hosts that are there before anybody comes, and what the heartbeat says of them. Real workers, real hosts."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest

from processors import catalogue, sandbox
from processors.host_process import HostSpec
from processors.hosts import RESTARTS, HostOptions
from tests.support.plugin import install_plugin
from workers import standing_hosts
from workers.engine_options import EngineOptions
from workers.readiness import WorkerReport

from .conftest import WorkerUnderTest, processor_spec, until
from .processors import KEYS

START_SECONDS = 30.0


@pytest.fixture(autouse=True)
def plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    install_plugin(monkeypatch)
    monkeypatch.setattr(catalogue, "BUILTINS", catalogue.BUILTINS | KEYS)


@pytest.fixture
async def early_worker() -> AsyncIterator[WorkerUnderTest]:
    """It loads two rows at its start; one of them cannot be."""
    rows = [processor_spec("test-bad"), processor_spec("no-such-class")]
    options = EngineOptions(rows_at_start=lambda: rows, hosts=HostOptions(linger_seconds=0.2))
    under_test = WorkerUnderTest(options)
    yield under_test
    await under_test.close()


def report(worker: WorkerUnderTest) -> WorkerReport:
    return worker.engine.load().report


def states(worker: WorkerUnderTest) -> dict[str, str]:
    return {f"{host.key} {host.version}": host.state for host in report(worker).hosts}


async def test_a_host_is_loaded_at_the_start_and_stays(early_worker: WorkerUnderTest) -> None:
    await until(lambda: states(early_worker) == {"test-bad 1": "loading"}, START_SECONDS)
    await until(lambda: states(early_worker) == {"test-bad 1": "ready"}, START_SECONDS)
    (host,) = report(early_worker).hosts
    assert host.mark == HostSpec("test-bad", 1, {}).mark
    await asyncio.sleep(1)
    assert states(early_worker) == {"test-bad 1": "ready"}, "longer than hosts linger"


async def test_a_host_that_is_lost_while_nobody_uses_it_is_loaded_again(
    early_worker: WorkerUnderTest,
) -> None:
    hosts = early_worker.engine.hosts
    for _ in range(RESTARTS + 1):
        await until(lambda: states(early_worker) == {"test-bad 1": "ready"}, START_SECONDS)
        (pid,) = hosts.pids()
        os.kill(pid, signal.SIGKILL)
        await until(lambda lost=pid: lost not in hosts.pids(), START_SECONDS)  # type: ignore[misc]
    await until(lambda: states(early_worker) == {"test-bad 1": "failed"}, START_SECONDS)
    assert "4 times within a minute" in report(early_worker).hosts[0].reason


async def test_a_worker_says_how_well_it_keeps_hosts_apart(early_worker: WorkerUnderTest) -> None:
    assert report(early_worker).isolation == ""
    await until(lambda: report(early_worker).isolation, START_SECONDS)
    assert report(early_worker).isolation == sandbox.level()
    assert report(early_worker).files_hidden == sandbox.describe().files_hidden


async def test_a_host_that_stays_follows_its_row(early_worker: WorkerUnderTest) -> None:
    await until(lambda: states(early_worker) == {"test-bad 1": "ready"}, START_SECONDS)
    pids = early_worker.engine.hosts.pids()
    await early_worker.ask("published", "", processor=processor_spec("test-bad"))
    await asyncio.sleep(0.5)
    assert early_worker.engine.hosts.pids() == pids, "a row saved as it was"
    await early_worker.ask("published", "", processor=processor_spec("test-bad") | {"version": 2})
    await until(lambda: states(early_worker) == {"test-bad 2": "ready"}, START_SECONDS)
    await early_worker.ask("withdrawn", "", slug="test-bad")
    await until(lambda: not states(early_worker), START_SECONDS)


async def test_a_row_that_was_just_published_is_loaded(worker: WorkerUnderTest) -> None:
    await worker.ask("published", "", processor=processor_spec("test-bad"))
    await worker.ask("published", "", processor=processor_spec("invert"))
    await until(lambda: states(worker) == {"test-bad 1": "ready"}, START_SECONDS)


async def test_what_cannot_be_loaded_is_told_with_its_reason(worker: WorkerUnderTest) -> None:
    await worker.ask("published", "", processor=processor_spec("test-broken-load"))
    await until(lambda: states(worker) == {"test-broken-load 1": "failed"}, START_SECONDS)
    assert report(worker).hosts[0].reason


async def test_where_memory_is_short_nothing_is_loaded_ahead(
    worker: WorkerUnderTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 4000000 kB\nMemAvailable: 500000 kB\n")
    monkeypatch.setattr(standing_hosts, "MEMINFO", meminfo)
    await worker.ask("published", "", processor=processor_spec("test-bad"))
    assert not states(worker)
