"""Everything around a media engine that is not media: messages in and out, heartbeat, leases, farewell.

Runs on the worker's loop. ``run`` ends only by ``close`` or with the error that ended one of its tasks; then
the process (or thread) starts anew, for half a worker is worse than none.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from .answered_requests import AnsweredRequests
from .lease_book import LeaseBook
from .placement import FULL_STRESS
from .registry import Heartbeat, Registry, RegistryError, WorkerState
from .transport import Message, Transport, TransportError

logger = logging.getLogger(__name__)

SendToWeb = Callable[[str, Message], Awaitable[None]]
# How long the engine may take to end after an error; its seats take three seconds at most, side by side.
ENGINE_CLOSE_SECONDS = 10.0
# How long the word that a session is closed waits for the registry to free its place.
RELEASE_PATIENCE_SECONDS = 1.0
INTERNAL_ERROR = "The media server could not do this. Please try again."


class Engine(Protocol):
    """``MediaWorker`` seen from outside."""

    async def handle(self, message: Message) -> None: ...
    async def run(self) -> None: ...
    async def close(self, drain_seconds: float) -> None: ...
    def load(self) -> WorkerState: ...


MakeEngine = Callable[[str, SendToWeb, Registry], Engine]


@dataclass(frozen=True)
class ServiceOptions:
    capacity: int = 8
    heartbeat_seconds: float = 1.0
    # How long a session may live without a websocket.
    resume_window_seconds: float = 120.0
    # How long a seat in a room lives when websocket and media are both gone.
    departure_seconds: float = 20.0


class WorkerService:
    def __init__(
        self,
        name: str,
        transport: Transport,
        registry: Registry,
        make_engine: MakeEngine,
        options: ServiceOptions,
    ) -> None:
        self.name = name
        self.options = options
        self._transport = transport
        self._registry = registry
        self._leases = LeaseBook(name)
        self._requests = AnsweredRequests()
        # Sessions whose websocket was lost, and when.
        self._detached: dict[str, float] = {}
        # Which websocket each session answers to.
        self._attached: dict[str, str] = {}
        # One task for each message being handled.
        self._handling: set[asyncio.Task[None]] = set()
        self._draining = False
        # Whether nothing may be said any more: the service has ended unexpectedly.
        self._is_mute = False
        self._closed = asyncio.Event()
        # Release and heartbeat never overlap: an older list must not bring a released session back.
        self._registry_lock = asyncio.Lock()
        self._registry_away = False
        # Set when something happened that the next heartbeat should tell at once.
        self._beat_wanted = asyncio.Event()
        # What the engine said at the last heartbeat; read by other threads too.
        self.last_state = WorkerState()
        self.engine = make_engine(name, self.send_to_web, registry)

    async def run(self) -> None:
        jobs: list[Awaitable[Any]] = [
            self._transport.receive_as_worker(self.name, self.receive),
            self._beat_for_ever(),
            self.engine.run(),
            self._closed.wait(),
        ]
        tasks = {asyncio.ensure_future(job) for job in jobs}
        running = tasks
        try:
            while not self._closed.is_set():
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            await cancel_and_wait([*tasks, *self._handling])
            if not self._closed.is_set():
                await self._give_up_engine()

    async def close(self, drain_seconds: float) -> None:
        """Take nothing new, give the sessions ``drain_seconds``, then end them and the service."""
        self._draining = True
        await self._beat()
        try:
            await self.engine.close(drain_seconds)
        finally:
            await self._retire()
            self._closed.set()

    @property
    def is_ready(self) -> bool:
        """It would take a session now."""
        return not (self._draining or self._registry_away) and self.last_state.stress < FULL_STRESS

    async def _give_up_engine(self) -> None:
        """After an unexpected end: free ports and threads, for this process may go on with another service.

        The web is told nothing, least of all that its sessions are closed: their pages resume on the next service.
        """
        self._is_mute = True
        try:
            await asyncio.wait_for(self.engine.close(drain_seconds=0), ENGINE_CLOSE_SECONDS)
        except Exception:
            logger.exception("The engine of worker %s did not close cleanly", self.name)

    def receive(self, message: Message) -> None:
        """Called by the transport on this loop; returns at once."""
        request = message.get("id")
        if request is not None and not self._requests.is_new(request):
            self._start(self._answer_again(request, message))
            return
        self._leases.note(message)
        self._start(self._handle(message))

    async def send_to_web(self, reply_channel: str, message: Message) -> None:
        """The engine's way out. What is lost on the way is asked for again by whoever needs it."""
        if self._is_mute:
            return
        message = {**message, "worker": self.name}
        if message.get("id") is not None:
            self._requests.remember(message["id"], message)
        if message["type"] == "answer":
            # The place is reserved; from the next heartbeat on it is held. A registry that hangs delays no answer.
            self._beat_wanted.set()
        if message["type"] == "closed":
            await self._release_soon(message["session"], message.get("reason", ""))
        try:
            await self._transport.send_to_web(reply_channel, message)
        except TransportError:
            logger.info("A %s message could not be sent", message["type"])

    def _start(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(job)
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)
        return task

    async def _answer_again(self, request: str, message: Message) -> None:
        answer = self._requests.answer(request)
        if answer is not None:
            with suppress(TransportError):
                await self._transport.send_to_web(message["reply_channel"], answer)

    async def _handle(self, message: Message) -> None:
        if message["type"] == "detach":
            self._detach(message["session"], message["reply_channel"])
            return
        if "session" in message:
            self._attach(message["session"], message.get("reply_channel"))
        try:
            await self.engine.handle(message)
        except Exception:
            logger.exception("The engine raised on a %s message", message["type"])
            await self._report_failure(message)
        if message["type"] == "close":
            await self._confirm_close(message)

    async def _confirm_close(self, message: Message) -> None:
        """Who asks to close a session hears that it is closed, also when there was none."""
        request = message.get("id")
        if request is not None and self._requests.answer(request) is None:
            origin = {"id": request, "session": message["session"], "reason": message.get("reason", "")}
            await self.send_to_web(message["reply_channel"], {"type": "closed", **origin})

    def _attach(self, session: str, reply_channel: str | None) -> None:
        if reply_channel:
            self._detached.pop(session, None)
            self._attached[session] = reply_channel

    def _detach(self, session: str, reply_channel: str) -> None:
        """A socket that is closed late must not detach the one that resumed meanwhile."""
        if self._attached.get(session) == reply_channel:
            self._detached[session] = time.monotonic()

    async def _report_failure(self, message: Message) -> None:
        if "reply_channel" in message:
            error = {"type": "error", "code": "internal", "message": INTERNAL_ERROR, "retry_after": 1}
            origin = {"id": message.get("id"), "session": message.get("session")}
            await self.send_to_web(message["reply_channel"], error | origin)

    async def _beat_for_ever(self) -> None:
        while True:
            self._beat_wanted.clear()
            await self._beat()
            await self._end_abandoned()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.options.heartbeat_seconds):
                    await self._beat_wanted.wait()

    async def _beat(self) -> None:
        try:
            async with self._registry_lock:
                moved = await self._registry.beat(self._heartbeat())
        except RegistryError:
            self._note_registry(away=True)
            return
        self._note_registry(away=False)
        for session in moved:
            self._end(session, "moved")

    def _heartbeat(self) -> Heartbeat:
        state = self.last_state = self.engine.load()
        return Heartbeat(
            self.name,
            capacity=self.options.capacity,
            stress=state.stress,
            draining=self._draining or state.draining,
            leases=self._leases.held(state.sessions),
            report=state.report,
        )

    def _note_registry(self, away: bool) -> None:
        """Sessions go on without a registry; the log says once that it is gone and once that it is back."""
        if away != self._registry_away:
            logger.warning("The registry is %s for worker %s", "away" if away else "back", self.name)
        self._registry_away = away

    async def _end_abandoned(self) -> None:
        now = time.monotonic()
        for session, since in list(self._detached.items()):
            if now - since > self.options.resume_window_seconds or self._has_departed(session, now - since):
                self._detached.pop(session, None)
                self._attached.pop(session, None)
                self._end(session, "left")

    def _has_departed(self, session: str, detached_seconds: float) -> bool:
        """Others in the room wait for nobody whose page is gone and who sends nothing any more."""
        if not self._leases.room_of(session):
            return False
        silent_seconds = self.last_state.silent.get(session, 0.0)
        return min(detached_seconds, silent_seconds) > self.options.departure_seconds

    def _end(self, session: str, reason: str) -> None:
        self._start(self._handle({"type": "close", "session": session, "reason": reason}))

    async def _release_soon(self, session: str, reason: str) -> None:
        """Free the place before saying so, unless the registry hangs: then it is freed later."""
        release = self._start(self._release(session, reason))
        await asyncio.wait([release], timeout=RELEASE_PATIENCE_SECONDS)

    async def _release(self, session: str, reason: str) -> None:
        lease = self._leases.forget(session)
        self._detached.pop(session, None)
        self._attached.pop(session, None)
        if lease is None:
            return
        try:
            async with self._registry_lock:
                await self._registry.release(session, lease.epoch, reason)
        except RegistryError:
            logger.info("A place is freed later: the registry is away")

    async def _retire(self) -> None:
        try:
            async with self._registry_lock:
                await self._registry.retire(self.name)
            await self._registry.close()
        except RegistryError:
            logger.info("The registry is away; the worker's entry expires by itself")


async def cancel_and_wait(tasks: Collection[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
