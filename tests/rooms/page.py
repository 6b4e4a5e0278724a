"""The page's end of the socket, in the words of the story."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from channels.testing import WebsocketCommunicator

from tests.support.patience import patient

SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\n"


class Page:
    def __init__(self, socket: WebsocketCommunicator) -> None:
        self.socket = socket
        self.hello: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self._next_id = 0
        self._left = False

    async def connect(self) -> bool:
        accepted, _protocol = await self.socket.connect(patient(5))
        return bool(accepted)

    async def leave(self) -> None:
        if not self._left:
            self._left = True
            await self.socket.disconnect(timeout=patient(5))

    async def says(self, kind: str, **fields: Any) -> int:
        """Send a message and return the id it was given."""
        self._next_id += 1
        await self.sends_text(json.dumps({"type": kind, "id": self._next_id, **fields}))
        return self._next_id

    async def sends_text(self, text: str) -> None:
        await self.socket.send_to(text_data=text)

    async def asks(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a message and return what comes back with its id."""
        asked = await self.says(kind, **fields)
        while True:
            message = await self.next()
            if message.get("id") == asked:
                return message

    async def hears(self, kind: str) -> dict[str, Any]:
        """The next message of that type; others are kept in ``heard``."""
        while True:
            message = await self.next()
            if message["type"] == kind:
                return message

    async def next(self, seconds: float = 5) -> dict[str, Any]:
        event = await self.socket.receive_output(patient(seconds))
        assert event["type"] == "websocket.send", event
        message: dict[str, Any] = json.loads(event["text"])
        self.heard.append(message)
        return message

    async def is_closed(self, seconds: float = 5) -> int:
        """Read until the server closes; return its close code."""
        while True:
            event = await self.socket.receive_output(patient(seconds))
            if event["type"] == "websocket.close":
                self._left = True
                return int(event["code"])
            self.heard.append(json.loads(event["text"]))

    async def hears_nothing(self, seconds: float = 0.2) -> bool:
        return bool(await self.socket.receive_nothing(timeout=seconds))

    # --- the usual course ------------------------------------------------------------------------

    async def opens(self, processor: str = "edges") -> dict[str, Any]:
        opened = await self.asks("session.open", processor=processor)
        assert opened["type"] == "session.opened", opened
        return opened

    async def offers(self, session: str, processor: str = "edges", **fields: Any) -> dict[str, Any]:
        return await self.asks("session.offer", session=session, sdp=SDP, processor=processor, **fields)

    async def is_live(self, processor: str = "edges") -> dict[str, Any]:
        """Open a session and bring it to its first picture."""
        opened = await self.opens(processor)
        answer = await self.offers(opened["session"], processor)
        assert answer["type"] == "session.answer", answer
        if not any(message["type"] == "session.live" for message in self.heard):
            await self.hears("session.live")
        return opened


async def until(condition: Callable[[], Any], seconds: float = 5) -> None:
    async with asyncio.timeout(patient(seconds)):
        while not condition():  # noqa: ASYNC110 (it becomes true elsewhere)
            await asyncio.sleep(0.02)
