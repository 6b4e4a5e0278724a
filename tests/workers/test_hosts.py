"""A live session whose processor runs in a host: pictures come back, and what happens to the host stays there."""

import os
import signal
import time

import pytest

from tests.support.plugin import install_plugin

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, until

START_SECONDS = 30.0


@pytest.fixture(autouse=True)
def plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    install_plugin(monkeypatch)


def host_pids(worker: WorkerUnderTest) -> list[int]:
    return worker.engine.hosts.pids()


async def test_pictures_of_a_host_come_back(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-bad", peer)
    await until(lambda: len(peer.pictures) >= 40, START_SECONDS)
    assert len(host_pids(worker)) == 1
    assert peer.undecodable == 0


async def test_a_killed_host_costs_its_session_a_moment_and_others_nothing(worker: WorkerUnderTest) -> None:
    victim, neighbour = BrowserPeer(NumberedCamera()), BrowserPeer(NumberedCamera())
    await worker.open("test-bad", victim, "victim", parameters={"trigger": 300})
    await worker.open("test-darken", neighbour, "neighbour")
    await until(lambda: victim.of_type("result") and len(neighbour.pictures) > 20, START_SECONDS)
    first = victim.of_type("result")[-1]["data"]["pid"]
    os.kill(first, signal.SIGKILL)
    killed_at = time.monotonic()
    await until(lambda: victim.of_type("result")[-1]["data"]["pid"] != first, START_SECONDS)
    assert time.monotonic() - killed_at < 10
    codes = {news["code"] for news in victim.of_type("processor")}
    assert "host_lost" in codes
    assert worker.engine.hosts.pids() != [first]


async def test_nothing_is_left_of_a_closed_worker(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-bad", peer)
    await until(lambda: peer.pictures and host_pids(worker), START_SECONDS)
    (pid,) = host_pids(worker)
    await peer.close()
    await worker.engine.close(0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
