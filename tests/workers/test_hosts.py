"""A live session whose processor runs in a host: pictures come back, and what happens to the host stays there."""

import asyncio
import itertools
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.plugin import install_plugin

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, processor_spec, until

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
    assert first not in host_pids(worker)


async def test_a_host_may_be_loaded_before_the_visitor_comes(worker: WorkerUnderTest) -> None:
    await worker.ask("warm", "", processor=processor_spec("test-bad"))
    await until(lambda: worker.engine.hosts.states() == {"test-bad": "ready"}, START_SECONDS)
    before = host_pids(worker)
    await worker.ask("warm", "", processor=processor_spec("no-such-class"))
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-bad", peer)
    await until(lambda: peer.pictures, START_SECONDS)
    assert host_pids(worker) == before


async def test_a_session_keeps_the_version_that_it_began_with(worker: WorkerUnderTest) -> None:
    first = processor_spec("test-bad")
    second = first | {"version": 2, "configuration": {"number": 2}}
    await worker.ask("published", "", processor=first)
    old, new = (BrowserPeer(NumberedCamera()) for _ in range(2))
    await worker.open("test-bad", old, "old", parameters={"trigger": 300})
    await until(lambda: old.of_type("result"), START_SECONDS)
    (pid,) = host_pids(worker)
    await worker.ask("published", "", processor=second)
    await until(lambda: len(host_pids(worker)) == 2, START_SECONDS)
    await begin(worker, new, second)
    await until(lambda: new.of_type("result"), START_SECONDS)
    count = len(old.of_type("result"))
    await until(lambda: len(old.of_type("result")) > count + 20, START_SECONDS)
    assert {news["data"]["pid"] for news in old.of_type("result")} == {pid}
    assert {news["data"]["pid"] for news in new.of_type("result")} == set(host_pids(worker)) - {pid}
    await worker.ask("close", "old")
    await until(lambda: pid not in host_pids(worker), START_SECONDS)


async def begin(worker: WorkerUnderTest, peer: BrowserPeer, row: dict[str, Any]) -> None:
    worker.peers.append(peer)
    offered = {"sdp": await peer.offer(), "processor": row, "parameters": {"trigger": 300}}
    answer = await worker.ask("offer", "new", quality="standard", **offered)
    await peer.accept(answer["sdp"])


async def test_nothing_is_left_of_a_closed_worker(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-bad", peer)
    await until(lambda: peer.pictures and host_pids(worker), START_SECONDS)
    (pid,) = host_pids(worker)
    await peer.close()
    await worker.engine.close(0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("fault", ["segfault", "sleep", "raise"])
async def test_a_hidden_camera_stays_hidden_while_its_host_dies(worker: WorkerUnderTest, fault: str) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-hidden", peer)
    await until(lambda: len(peer.pictures) >= 10, START_SECONDS)
    peer.send(type="parameters", number=1, values={"fault": fault})
    await until(lambda: "failing" in states(peer), START_SECONDS)
    await until(lambda: peer.of_type("processor")[-1]["showing"] == "placeholder", START_SECONDS)
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count + 2, START_SECONDS)
    assert leaks(peer) == []
    assert {news["showing"] for news in peer.of_type("processor")} <= {"result", "held", "placeholder"}


async def test_the_check_itself_sees_the_camera(worker: WorkerUnderTest) -> None:
    """Else the test above would prove nothing."""
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-copy", peer)
    await until(lambda: len(peer.pictures) >= 10, START_SECONDS)
    assert len(leaks(peer)) > 5


async def test_a_processor_may_be_changed_while_its_host_hangs(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-bad", peer)
    await until(lambda: len(peer.pictures) >= 10, START_SECONDS)
    peer.send(type="parameters", number=1, values={"fault": "native"})
    await until(lambda: "stalled" in states(peer), START_SECONDS)
    answer = await worker.ask("switch", "one", processor=processor_spec("test-darken"), parameters={})
    assert answer["type"] == "switched"
    await until(lambda: states(peer)[-1] == "running", START_SECONDS)
    await until(lambda: not host_pids(worker), START_SECONDS)


def leaks(peer: BrowserPeer) -> list[float]:
    """Return the brightness of pictures that are the camera's (90), not the wall (112) nor a placeholder (dark)."""
    levels = [float(frame.image[200:220, 100:120].mean()) for frame in peer.pictures]
    return [level for level in levels if 70 < level < 105]


def states(peer: BrowserPeer) -> list[str]:
    return [news["state"] for news in peer.of_type("processor")]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["segfault", "abort", "hang", "native", "sleep", "memory", "raise"])
async def test_neighbours_see_no_gap_and_the_session_is_soon_back(
    worker: WorkerUnderTest, fault: str
) -> None:
    """Measured with the deadlines in force: 2 s soft, 5 s hard."""
    victim, neighbour = BrowserPeer(NumberedCamera()), BrowserPeer(NumberedCamera())
    await worker.open("test-bad", victim, "victim", parameters={"trigger": 300})
    await worker.open("test-darken", neighbour, "neighbour")
    await until(lambda: victim.of_type("result") and len(neighbour.pictures) > 30, START_SECONDS)
    pids, begun = host_pids(worker), len(neighbour.pictures)
    arrivals = await watch(neighbour, lambda: provoke(worker, victim, fault, pids))
    longest = max(after - before for before, after in itertools.pairwise(arrivals))
    sys.stderr.write(f"\n{fault}: longest gap of the neighbour {longest:.3f} s\n")
    assert len(neighbour.pictures) > begun + 20
    assert longest < 0.3


async def provoke(worker: WorkerUnderTest, victim: BrowserPeer, fault: str, pids: list[int]) -> None:
    """Let one fault happen, then wait until the victim is well again."""
    victim.send(type="parameters", number=1, values={"fault": fault, "trigger": -1})
    if fault in {"memory", "raise"}:
        await until(lambda: "failing" in states(victim), START_SECONDS)
        victim.send(type="parameters", number=2, values={"fault": "none"})
    else:
        await until(lambda: host_pids(worker) != pids, START_SECONDS)
        lost_at = time.monotonic()
        victim.send(type="parameters", number=2, values={"fault": "none"})
        await until(lambda: [victim.of_type("result")[-1]["data"]["pid"]] != pids, START_SECONDS)
        took = time.monotonic() - lost_at
        sys.stderr.write(f"\n{fault}: back {took:.2f} s after the loss\n")
        assert took < 2
    await asyncio.sleep(1)


async def watch(peer: BrowserPeer, act: Callable[[], Awaitable[None]]) -> list[float]:
    """Return when pictures of ``peer`` came while ``act`` ran, with its begin and its end."""
    arrivals = [time.monotonic()]
    acting = asyncio.ensure_future(act())
    count = len(peer.pictures)
    while not acting.done():
        if len(peer.pictures) > count:
            count = len(peer.pictures)
            arrivals.append(time.monotonic())
        await asyncio.sleep(0.002)
    await acting
    return [*arrivals, time.monotonic()]
