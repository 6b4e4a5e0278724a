"""What holds around the engine: its end, and answers that do not wait for the registry."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from workers.engine_options import EngineOptions
from workers.media_worker import MediaWorker
from workers.memory_registry import MemoryRegistry
from workers.registry import Heartbeat, Lease, Registry, RegistryLimits, WorkerState
from workers.service import RELEASE_PATIENCE_SECONDS, SendToWeb, ServiceOptions, WorkerService
from workers.transport import LocalTransport, Message
from workers.worker_thread import WorkerThread

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import processor_spec, until

LIMITS = RegistryLimits(ttl_seconds=1, reservation_seconds=5, sessions_per_owner=3, ended_seconds=5)


class Mailbox(LocalTransport):
    """Keeps what the worker says to the web."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Message] = []

    async def send_to_web(self, reply_channel: str, message: Message) -> None:
        self.said.append(message)

    def of_type(self, kind: str) -> list[Message]:
        return [message for message in self.said if message["type"] == kind]


def media_engine(name: str, send_to_web: SendToWeb, registry: Registry) -> MediaWorker:
    return MediaWorker(name, send_to_web, registry, EngineOptions())


def service_with(registry: Registry, mailbox: Mailbox, make_engine: Callable[..., Any]) -> WorkerService:
    return WorkerService("one", mailbox, registry, make_engine, ServiceOptions(heartbeat_seconds=0.05))


def offer(session: str, sdp: str = "") -> Message:
    return {
        "type": "offer",
        "id": f"offer-{session}",
        "session": session,
        "reply_channel": "web",
        "sdp": sdp,
        "processor": processor_spec("edges"),
        "epoch": 1,
        "owner": "user:1",
    }


def processor_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("processor-")]


async def test_a_service_that_fails_closes_its_engine_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mailbox = Mailbox()
    service = service_with(MemoryRegistry(LIMITS), mailbox, media_engine)
    running = asyncio.ensure_future(service.run())
    peer = BrowserPeer(NumberedCamera())
    service.receive(offer("first", await peer.offer()))
    answer = await until(lambda: mailbox.of_type("answer"))
    await peer.accept(answer[0]["sdp"])
    await until(lambda: peer.pictures and processor_threads())
    mailbox.said.clear()
    monkeypatch.setattr(service.engine, "load", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await running
    assert service.engine._seats == {}
    assert processor_threads() == []
    assert mailbox.said == []
    await peer.close()


def test_the_embedded_worker_starts_again_with_nothing_of_the_old_one() -> None:
    engines: list[Any] = []

    class Failing:
        """Fails once; keeps a task, as an engine keeps its connections."""

        def __init__(self, name: str, send_to_web: SendToWeb, registry: Registry) -> None:
            self.fails = not engines
            self.closed = False
            engines.append(self)

        async def handle(self, message: Message) -> None: ...

        async def run(self) -> None:
            if self.fails:
                raise RuntimeError("broken on purpose")
            await asyncio.get_running_loop().create_future()

        async def close(self, drain_seconds: float) -> None:
            self.closed = True

        def load(self) -> WorkerState:
            return WorkerState()

    thread = WorkerThread(lambda: service_with(MemoryRegistry(LIMITS), Mailbox(), Failing))
    thread.start()
    deadline = time.monotonic() + 10
    while len(engines) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [engine.closed for engine in engines] == [True, False]
    assert thread.stop(5)
    assert engines[1].closed


class Hanging(MemoryRegistry):
    """Takes heartbeats only while ``takes`` is set, and keeps what they said; so with releases."""

    def __init__(self) -> None:
        super().__init__(LIMITS)
        self.takes = asyncio.Event()
        self.held: tuple[Lease, ...] = ()

    async def beat(self, heartbeat: Heartbeat) -> list[str]:
        await self.takes.wait()
        self.held = heartbeat.leases
        return await super().beat(heartbeat)

    async def release(self, session: str, epoch: int, reason: str) -> None:
        await self.takes.wait()
        await super().release(session, epoch, reason)


class Quick:
    """Answers each offer at once."""

    def __init__(self, name: str, send_to_web: SendToWeb, registry: Registry) -> None:
        self.send_to_web = send_to_web
        self.sessions: set[str] = set()

    async def handle(self, message: Message) -> None:
        session = message["session"]
        (self.sessions.discard if message["type"] == "close" else self.sessions.add)(session)
        kind = {"close": "closed", "offer": "answer"}[message["type"]]
        await self.send_to_web("web", {"type": kind, "session": session, "id": message["id"]})

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()

    async def close(self, drain_seconds: float) -> None: ...

    def load(self) -> WorkerState:
        return WorkerState(sessions=frozenset(self.sessions))


async def test_answers_do_not_wait_for_a_registry_that_hangs() -> None:
    registry, mailbox = Hanging(), Mailbox()
    service = service_with(registry, mailbox, Quick)
    running = asyncio.ensure_future(service.run())
    for session in ("a", "b"):
        service.receive(offer(session))
    await until(lambda: len(mailbox.of_type("answer")) == 2, seconds=0.5)
    service.receive({"type": "close", "id": "c", "session": "a", "reply_channel": "web", "reason": "visitor"})
    await until(lambda: mailbox.of_type("closed"), seconds=RELEASE_PATIENCE_SECONDS + 0.5)
    registry.takes.set()
    await until(lambda: [lease.session for lease in registry.held] == ["b"])
    await service.close(0)
    await running


async def test_an_answer_brings_the_next_heartbeat_forward() -> None:
    registry, mailbox = Hanging(), Mailbox()
    registry.takes.set()
    service = WorkerService("one", mailbox, registry, Quick, ServiceOptions(heartbeat_seconds=60))
    running = asyncio.ensure_future(service.run())
    await asyncio.sleep(0.1)
    service.receive(offer("a"))
    await until(lambda: [lease.session for lease in registry.held] == ["a"])
    await service.close(0)
    await running
