"""Code and models of others for visitors, on a worker that cannot keep them apart: refused, whoever published them."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from processors import catalogue
from processors.hosts import HostOptions
from processors.sandbox import Limits
from workers import aiortc_hooks
from workers.assignments import Assignments
from workers.engine_options import EngineOptions
from workers.exceptions import TooWeaklyIsolated

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, processor_spec, until
from .processors import KEYS

WEAK = HostOptions(limits=Limits(level="limits"))
START_SECONDS = 30.0
IMPORTS = ThreadPoolExecutor(1)


def of_others(key: str) -> dict[str, Any]:
    return {**processor_spec(key), "title": "Hats", "needs_strong_isolation": True}


@pytest.fixture
async def weak_worker(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WorkerUnderTest]:
    aiortc_hooks.install()
    monkeypatch.setattr(catalogue, "BUILTINS", catalogue.BUILTINS | KEYS)
    under_test = WorkerUnderTest(EngineOptions(hosts=WEAK))
    yield under_test
    await under_test.close()


async def test_a_weak_worker_refuses_what_others_brought(weak_worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    weak_worker.peers.append(peer)
    answer = await weak_worker.ask(
        "offer",
        "one",
        sdp=await peer.offer(),
        processor=of_others("test-darken"),
        parameters={},
        quality="standard",
    )
    assert (answer["type"], answer["code"]) == ("error", "processor_unavailable")
    assert "Hats runs what others brought" in answer["message"]


async def test_nor_may_it_be_put_on_later(weak_worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await weak_worker.open("test-darken", peer)
    await until(lambda: peer.pictures, START_SECONDS)
    answer = await weak_worker.ask("switch", "one", processor=of_others("test-darken"), parameters={})
    assert (answer["type"], answer["code"]) == ("error", "processor_unavailable")


@pytest.mark.parametrize(
    "options",
    [EngineOptions(hosts=WEAK, allow_weak_isolation=True), EngineOptions()],
    ids=["allowed", "strong"],
)
async def test_where_it_is_allowed_or_kept_apart_it_runs(options: EngineOptions) -> None:
    assignment = await assignments(options).of(of_others("invert"))
    assert assignment.key == "invert"


async def test_our_own_runs_on_a_weak_worker() -> None:
    own, others = processor_spec("invert"), of_others("invert")
    weak = assignments(EngineOptions(hosts=WEAK))
    assert (await weak.of(own)).key == "invert"
    with pytest.raises(TooWeaklyIsolated):
        await weak.of(others)


def assignments(options: EngineOptions) -> Assignments:
    return Assignments(IMPORTS, options)
