"""A visit over the site's own websocket, as docs/protocol.md describes it: what a page does, without a page."""

import asyncio
import itertools
import json
import ssl
from types import TracebackType
from typing import Any, Self

import websockets

ANSWER_SECONDS = 10.0


class VisitError(Exception):
    """The socket could not be opened, or did not answer.

    VisitError
    ├── NoGreeting   it opened, and nothing came
    └── Refused      the site answered with an error
    """


class NoGreeting(VisitError):
    pass


class Refused(VisitError):
    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(f"{answer.get('code', '')}: {answer.get('message', '')}")


class Visit:
    """``cookie`` is the session of an account; without one it is the visit of a guest."""

    def __init__(self, origin: str, cookie: str = "", context: ssl.SSLContext | None = None) -> None:
        self._origin = origin
        self._headers = {"Cookie": cookie} if cookie else {}
        self._context = context if origin.startswith("https:") else None
        self._numbers = itertools.count(1)
        self._socket: websockets.ClientConnection | None = None
        self._greeting: dict[str, Any] = {}

    @property
    def is_welcome(self) -> bool:
        return self._greeting.get("type") == "hello"

    async def __aenter__(self) -> Self:
        try:
            self._socket = await websockets.connect(
                self._origin.replace("http", "ws", 1) + "/ws/",
                origin=websockets.Origin(self._origin),
                additional_headers=self._headers,
                ssl=self._context,
                open_timeout=ANSWER_SECONDS,
                # What is not asked for is few, and must not keep answers to pings waiting.
                max_queue=None,
                proxy=None,
            )
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            raise VisitError(str(error)) from error
        try:
            self._greeting = await self._next()
        except VisitError as error:
            await self._socket.close()
            raise NoGreeting(str(error)) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket:
            await self._socket.close()

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return the answer to one message; raises Refused for a typed error."""
        assert self._socket
        number = next(self._numbers)
        try:
            await self._socket.send(json.dumps({"type": kind, "id": number, **fields}))
        except websockets.ConnectionClosed as closed:
            raise VisitError(str(closed)) from closed
        while (answer := await self._next()).get("id") != number:
            pass
        if answer.get("type") == "error":
            raise Refused(answer)
        return answer

    async def _next(self) -> dict[str, Any]:
        assert self._socket
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                message = json.loads(await self._socket.recv())
        except (TimeoutError, ValueError, websockets.ConnectionClosed) as error:
            raise VisitError(str(error) or "no answer in time") from error
        if not isinstance(message, dict):
            raise VisitError("an answer that is no JSON object")
        return message
