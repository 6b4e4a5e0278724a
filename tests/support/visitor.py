"""A visitor without a browser: the documented protocol over a real websocket, media by a real peer connection."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

import websockets

from tests.workers.browser_peer import BrowserPeer, NumberedCamera
from workers import aiortc_hooks

from .patience import patient


class Visitor:
    """``async with Visitor(site.url) as visitor: await visitor.start("edges")``"""

    def __init__(self, url: str, cookie: str = "", origin: str | None = None) -> None:
        self._url = url.rstrip("/").replace("http", "ws", 1) + "/ws/"
        self._origin = origin or url.rstrip("/")
        self._headers = {"Cookie": f"sessionid={cookie}"} if cookie else {}
        self._next_id = 0
        self.hello: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self.socket: websockets.ClientConnection | None = None
        self.peers: list[BrowserPeer] = []

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.leave()

    async def connect(self) -> None:
        self.socket = await websockets.connect(
            self._url, origin=self._origin, additional_headers=self._headers
        )
        self.hello = await self.next()

    async def leave(self) -> None:
        for peer in self.peers:
            await peer.close()
        if self.socket:
            await self.socket.close()

    async def says(self, kind: str, **fields: Any) -> int:
        assert self.socket
        self._next_id += 1
        await self.socket.send(json.dumps({"type": kind, "id": self._next_id, **fields}))
        return self._next_id

    async def asks(self, kind: str, **fields: Any) -> dict[str, Any]:
        asked = await self.says(kind, **fields)
        while True:
            message = await self.next()
            if message.get("id") == asked:
                return message

    async def hears(self, kind: str, seconds: float = 10) -> dict[str, Any]:
        while True:
            message = await self.next(seconds)
            if message["type"] == kind:
                return message

    async def next(self, seconds: float = 15) -> dict[str, Any]:
        assert self.socket
        async with asyncio.timeout(patient(seconds)):
            message: dict[str, Any] = json.loads(await self.socket.recv())
        self.heard.append(message)
        return message

    async def closed_with(self, seconds: float = 10) -> int:
        """Read until the server closes; its close code."""
        try:
            while True:
                await self.next(seconds)
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    async def start(self, processor: str = "edges") -> dict[str, Any]:
        """Open a session and connect; return what ``session.opened`` said."""
        opened = await self.asks("session.open", processor=processor)
        assert opened["type"] == "session.opened", opened
        await self.offer(opened["session"], processor)
        return opened

    async def offer(self, session: str, processor: str = "edges") -> dict[str, Any]:
        aiortc_hooks.install()
        peer = BrowserPeer(NumberedCamera())
        self.peers.append(peer)
        sdp = await peer.offer()
        answer = await self.asks(
            "session.offer", session=session, sdp=sdp, processor=processor, parameters={}
        )
        assert answer["type"] == "session.answer", answer
        await peer.accept(answer["sdp"])
        return answer

    @property
    def pictures(self) -> int:
        """How many pictures have come back."""
        return sum(len(peer.pictures) for peer in self.peers)

    async def sees_pictures(self, more: int = 3, seconds: float = 15) -> None:
        wanted = self.pictures + more
        async with asyncio.timeout(patient(seconds)):
            while self.pictures < wanted:  # noqa: ASYNC110 (counted by another task)
                await asyncio.sleep(0.02)
