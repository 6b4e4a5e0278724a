"""A visitor without a browser who sits in a room of a running site, and follows it as a page does."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self

from tests.workers.browser_peer import BrowserPeer, NumberedCamera
from workers import aiortc_hooks

from .patience import patient
from .visitor import Visitor


class RoomVisitor(Visitor):
    """Whoever comes or goes: offers again when there are too few sections, and keeps the list of people."""

    def __init__(self, url: str, has_camera: bool = True) -> None:
        super().__init__(url)
        aiortc_hooks.install()
        # By the second name others see this visitor.
        self.session = self.participant = ""
        self.processor: str | None = None
        self.peer = BrowserPeer(NumberedCamera(320, 240) if has_camera else None, direction="sendonly")
        self.peers.append(self.peer)
        self.sections = 0
        self.offers = 0
        # Who is seen, and in which section; who is listed, by id.
        self.shown: dict[str, str] = {}
        self.people: dict[str, dict[str, Any]] = {}

    async def join(self, room: str, processor: str | None = None, **fields: Any) -> None:
        self.processor = processor
        opened = await self.asks("session.open", processor=processor, room=room, **fields)
        assert opened["type"] == "session.opened", opened
        self.session = opened["session"]
        self.participant = opened.get("participant", self.session)
        await self.offer_sections(0)

    async def offer_sections(self, wanted: int) -> None:
        for _ in range(wanted - self.sections):
            self.peer.receive_only("video")
        self.sections = max(self.sections, wanted)
        self.offers += 1
        sdp = await self.peer.offer()
        answer = await self.asks("session.offer", session=self.session, sdp=sdp, processor=self.processor)
        assert answer["type"] == "session.answer", answer
        await self.peer.accept(answer["sdp"])
        await self.note(answer)

    async def note(self, view: dict[str, Any]) -> None:
        self.shown = {track["participant"]: track["mid"] for track in view["tracks"]}
        if view["wanted"]["video"] > self.sections:
            await self.offer_sections(view["wanted"]["video"])

    async def follow(self) -> None:
        """Read what the server says until nobody reads any more."""
        while True:
            message = await self.next(seconds=120)
            if message["type"] == "session.tracks_changed":
                await self.note(message)

    async def next(self, seconds: float = 15) -> dict[str, Any]:
        message = await super().next(seconds)
        if message["type"] == "room.participants":
            self.people = {person["id"]: person for person in message["participants"]}
            assert len(self.people) == len(message["participants"]), "nobody is listed twice"
        return message

    def sees(self, others: set[str]) -> bool:
        return self.shown.keys() == others and all(self.pictures_of(other) > 5 for other in others)

    def pictures_of(self, participant: str) -> int:
        return len(self.peer.pictures_by_mid.get(self.shown.get(participant, ""), []))


class QuietVisitor(RoomVisitor):
    """Somebody without camera and microphone, who looks at nobody: a name in the list, at next to no cost."""

    def __init__(self, url: str) -> None:
        super().__init__(url, has_camera=False)

    async def note(self, view: dict[str, Any]) -> None:
        self.shown = {}


class Crowd:
    """So many quiet people in a room, in a thread of their own, for tests that are not asynchronous."""

    def __init__(self, url: str, room: str, names: Sequence[str]) -> None:
        self._url, self._room, self._names = url, room, names
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="crowd")
        self._visitors = AsyncExitStack()
        self._following: list[asyncio.Task[None]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._come())
        return self

    def __exit__(self, *error: object) -> None:
        self._run(self._go())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(patient(60))

    async def _come(self) -> None:
        for name in self._names:
            visitor = await self._visitors.enter_async_context(QuietVisitor(self._url))
            await visitor.join(self._room, name=name)
            self._following.append(asyncio.create_task(visitor.follow()))

    async def _go(self) -> None:
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        await self._visitors.aclose()


Meet = Callable[..., Awaitable[RoomVisitor]]


@asynccontextmanager
async def meeting(url: str) -> AsyncIterator[Meet]:
    """``visitor = await meet(room, processor, name="Ada")``: somebody comes, and follows the room from then on."""
    async with AsyncExitStack() as visitors:
        following: list[asyncio.Task[None]] = []

        async def come(room: str, processor: str | None = None, **fields: Any) -> RoomVisitor:
            visitor = await visitors.enter_async_context(RoomVisitor(url))
            await visitor.join(room, processor, **fields)
            following.append(asyncio.create_task(visitor.follow()))
            return visitor

        yield come
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


async def until(condition: Callable[[], Any], seconds: float = 15) -> None:
    async with asyncio.timeout(patient(seconds)):
        while not condition():  # noqa: ASYNC110 (other tasks count)
            await asyncio.sleep(0.02)
