"""A live session whose model runs on a server that hangs: the own picture with a notice, and back again."""

import time
from typing import Any

import pytest

from tests.processors.remote.conftest import server  # noqa: F401
from tests.processors.remote.misbehaving import MisbehavingServer
from tests.processors.remote.test_run_in_a_host import model
from tests.support.patience import patient

from . import conftest
from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, until

START_SECONDS = 30.0
BACK_SECONDS = 5.0  # a promise, so no machine gets more


@pytest.fixture
def look(server: MisbehavingServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: F811
    """A row with a model on the server, as a web process describes it to a worker."""
    settings.REMOTE_ALLOWED_HOSTS = ["127.0.0.1"]
    known = {"models": [model({"name": "test", "url": server.url("grpc"), "sealed_token": ""})]}
    spec = {"slug": "look", "key": "classification", "version": 1, "configuration": known, "title": "Look"}
    monkeypatch.setattr(conftest, "processor_spec", lambda _key: spec)
    return "classification"


async def test_a_hung_server_gives_the_own_picture_with_a_notice_and_comes_back(
    worker: WorkerUnderTest,
    look: str,
    server: MisbehavingServer,  # noqa: F811
) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open(look, peer)
    await until(lambda: peer.of_type("result"), START_SECONDS)
    [host] = worker.engine.hosts.pids()

    def last_news() -> dict[str, Any]:
        return peer.of_type("processor")[-1]

    server.stop()
    await until(lambda: last_news()["showing"] == "input", patient(6))
    assert last_news()["state"] == "failing"
    assert last_news()["code"] in {"remote_deadline", "remote_away"}
    assert "test" in last_news()["message"]
    seen = len(peer.pictures)
    await until(lambda: len(peer.pictures) > seen + 30, patient(5))
    server.go_on()
    started = time.monotonic()
    await until(lambda: last_news()["showing"] == "result", patient(6))
    assert time.monotonic() - started < BACK_SECONDS
    assert worker.engine.hosts.pids() == [host]
