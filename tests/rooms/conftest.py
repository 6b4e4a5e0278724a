"""A page's socket, and a worker that answers without media: what is tested here is the signalling."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from channels.testing import WebsocketCommunicator
from django.conf import settings as site_settings
from django.test import Client

from processors.models import Processor
from processors.visibility import Visibility
from workers import door
from workers.registry import Registry, WorkerState
from workers.service import SendToWeb, ServiceOptions, WorkerService
from workers.transport import Message

from .page import Page

ORIGIN = b"http://testserver"


class QuietEngine:
    """Keeps sessions and answers like the media engine, but has no media."""

    def __init__(self, name: str, send_to_web: SendToWeb, registry: Registry) -> None:
        self.send_to_web = send_to_web
        self.sessions: dict[str, str] = {}
        self.handled: list[Message] = []
        # What is worn over the sound, by session, as the last offer said it.
        self.sounds: dict[str, Message | None] = {}
        # Types of messages that get no answer, as if lost.
        self.deaf: set[str] = set()
        # What the next message of a type is refused with.
        self.refusals: dict[str, str] = {}

    async def handle(self, message: Message) -> None:
        if message["type"] in {"warm", "published"}:
            return  # nothing to load here
        self.handled.append(message)
        if message["type"] in self.deaf:
            return
        if code := self.refusals.pop(message["type"], None):
            await self.reply(message, {"type": "error", "code": code, "message": "refused by the test"})
        else:
            await getattr(self, message["type"])(message)

    async def offer(self, message: Message) -> None:
        self.sessions[message["session"]] = message["reply_channel"]
        self.sounds[message["session"]] = message.get("sound")
        await self.reply(message, {"type": "answer", "sdp": "v=0 answer", "tracks": [], "errors": {}})
        await self.send_to_web(message["reply_channel"], {"type": "live", "session": message["session"]})

    async def switch(self, message: Message) -> None:
        await self.reply(message, {"type": "switched", "parameters": message["parameters"]})

    async def parameters(self, message: Message) -> None:
        values = {"number": message["number"], "values": message["values"], "errors": {}}
        await self.reply(message, {"type": "parameters", **values})

    async def only_noted(self, message: Message) -> None:
        """What the engine acts on without an answer."""

    async def record(self, message: Message) -> None:
        await self.reply(message, {"type": "recorded", "act": message["act"]})

    state = name = view = moderate = room = only_noted

    async def attach(self, message: Message) -> None:
        if message["session"] not in self.sessions:
            await self.reply(message, {"type": "error", "code": "session_unknown", "message": "unknown"})
            return
        self.sessions[message["session"]] = message["reply_channel"]
        sound = self.sounds[message["session"]]
        worn = sound and {"processor": sound["processor"]["slug"], "parameters": sound["parameters"]}
        await self.reply(message, {"type": "attached", "parameters": {"low": 7}, "sound": worn})

    async def close(self, message: Message | float) -> None:
        """Both of the engine's meanings: end one session, or the whole engine."""
        if isinstance(message, dict):
            await self.end(message["session"], message["reason"])

    async def end(self, session: str, reason: str) -> None:
        channel = self.sessions.pop(session, None)
        if channel:
            closed = {"type": "closed", "session": session, "reason": reason, "code": "", "message": ""}
            await self.send_to_web(channel, closed)

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()

    def load(self) -> WorkerState:
        return WorkerState(sessions=frozenset(self.sessions))

    async def reply(self, message: Message, answer: Message) -> None:
        origin = {"id": message["id"], "session": message["session"]} if "id" in message else {}
        await self.send_to_web(message["reply_channel"], {**answer, "session": message["session"], **origin})

    def of_type(self, kind: str) -> list[Message]:
        return [message for message in self.handled if message["type"] == kind]


class Workers:
    """Starts and kills workers on the loop of the test."""

    def __init__(self) -> None:
        self.running: dict[str, tuple[WorkerService, asyncio.Task[None]]] = {}

    async def start(self, name: str = "one", capacity: int = 8) -> QuietEngine:
        options = ServiceOptions(capacity=capacity, heartbeat_seconds=0.05, resume_window_seconds=0.5)
        service = WorkerService(name, door.transport(), door.registry(), QuietEngine, options)
        self.running[name] = (service, asyncio.ensure_future(service.run()))
        await self._registered(name)
        engine: Any = service.engine
        return engine  # type: ignore[no-any-return]

    async def kill(self, name: str) -> None:
        """As kill -9 does: no farewell."""
        _service, task = self.running.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        for name in list(self.running):
            await self.kill(name)

    async def _registered(self, name: str) -> None:
        async with asyncio.timeout(5):
            while not await self._is_known(name):  # noqa: ASYNC110 (it appears by its heartbeat)
                await asyncio.sleep(0.01)

    async def _is_known(self, name: str) -> bool:
        return name in {worker.name for worker in await door.registry().workers()}


@pytest.fixture(autouse=True)
def quick_site(settings: Any) -> Iterator[None]:
    settings.GUESTS_ALLOWED = True
    settings.HEARTBEAT_SECONDS = 0.1
    settings.WORKER_TTL_SECONDS = 0.3
    settings.REQUEST_DEADLINE_SECONDS = 1
    door.forget()
    channel_layers.backends.clear()
    yield
    door.forget()
    channel_layers.backends.clear()


@pytest.fixture
def edges(transactional_db: None) -> Processor:
    return Processor.objects.create(
        slug="edges", key="edges", title="Edges", visibility=Visibility.EVERYONE, parameters={"high": 300}
    )


@pytest.fixture
def blur(transactional_db: None) -> Processor:
    return Processor.objects.create(slug="blur", key="blur", title="Blur", visibility=Visibility.EVERYONE)


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    found = Workers()
    yield found
    await found.close()


@pytest.fixture
async def engine(workers: Workers) -> QuietEngine:
    return await workers.start()


@pytest.fixture
async def visit(transactional_db: None) -> AsyncIterator[Callable[..., Any]]:
    """``page = await visit()`` opens a socket as a guest, ``visit(user)`` as somebody signed in."""
    pages: list[Page] = []

    async def open_page(user: Any = None, greeted: bool = True, address: str = "", **headers: str) -> Page:
        cookie = await sync_to_async(sign_in)(user) if user else ""
        socket = communicator(cookie, headers)
        if address:
            socket.scope["client"] = [address, 50000]
        page = Page(socket)
        pages.append(page)
        assert await page.connect()
        if greeted:
            page.hello = await page.hears("hello")
        return page

    yield open_page
    for page in pages:
        await page.leave()


def sign_in(user: Any) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[site_settings.SESSION_COOKIE_NAME].value


def communicator(cookie: str = "", headers: dict[str, str] | None = None) -> WebsocketCommunicator:
    from config.asgi import application

    given = {"host": "testserver", "origin": ORIGIN.decode(), **(headers or {})}
    if cookie:
        given["cookie"] = f"{site_settings.SESSION_COOKIE_NAME}={cookie}"
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items() if value]
    return WebsocketCommunicator(application, "/ws/", headers=raw)
