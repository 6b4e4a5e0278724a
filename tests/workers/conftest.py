"""A media worker in the test's own loop, and peers that talk to it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from processors import catalogue
from tests.support.patience import patient
from workers import aiortc_hooks
from workers.engine_options import EngineOptions
from workers.media_worker import MediaWorker

from .browser_peer import BrowserPeer
from .processors import KEYS


async def until(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Wait until ``condition`` holds, and return what it gave."""
    async with asyncio.timeout(patient(seconds)):
        while not (value := condition()):  # noqa: ASYNC110 - any condition, not one event
            await asyncio.sleep(0.01)
    return value


class WorkerUnderTest:
    """A real ``MediaWorker``; what it would send to the web is kept."""

    def __init__(self, options: EngineOptions) -> None:
        self.sent: list[dict[str, Any]] = []
        self.engine = MediaWorker("test", self._send, None, options)  # type: ignore[arg-type]
        self._running = asyncio.create_task(self.engine.run())
        self._ids = itertools.count(1)
        self.peers: list[BrowserPeer] = []

    async def ask(self, kind: str, session: str, **fields: Any) -> dict[str, Any]:
        """Send one request and return its answer."""
        number = str(next(self._ids))
        message = {"type": kind, "id": number, "session": session, "reply_channel": "web", **fields}
        await self.engine.handle(message)
        return next((m for m in self.sent if m.get("id") == number), {})

    async def open(
        self,
        key: str,
        peer: BrowserPeer,
        session: str = "one",
        parameters: dict[str, Any] | None = None,
        quality: str = "standard",
        **fields: Any,
    ) -> dict[str, Any]:
        """Offer from ``peer`` and accept the answer; a second time it is a re-offer."""
        if peer not in self.peers:
            self.peers.append(peer)
        answer = await self.ask(
            "offer",
            session,
            sdp=await peer.offer(),
            processor=processor_spec(key),
            parameters=parameters or {},
            quality=quality,
            **fields,
        )
        assert answer["type"] == "answer", answer
        await peer.accept(answer["sdp"])
        return answer

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.sent if message["type"] == kind]

    async def close(self) -> None:
        for peer in self.peers:
            await peer.close()
        await self.engine.close(0)
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def _send(self, reply_channel: str, message: dict[str, Any]) -> None:
        self.sent.append(message)


def processor_spec(key: str) -> dict[str, Any]:
    return {"slug": key, "key": key, "version": 1, "configuration": {}, "title": key}


@pytest.fixture
async def worker(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WorkerUnderTest]:
    aiortc_hooks.install()
    monkeypatch.setattr(catalogue, "BUILTINS", catalogue.BUILTINS | KEYS)
    under_test = WorkerUnderTest(EngineOptions())
    yield under_test
    await under_test.close()
