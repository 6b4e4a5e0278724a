"""When the parts behind a socket are away (Redis, database) the page is told so, instead of a bare error 500."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from channels.exceptions import DenyConnection, StopConsumer

logger = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Any, Any], Awaitable[Any]]

CLOSE_UNAVAILABLE = 4503
ERROR = {
    "type": "error",
    "code": "offline",
    "message": "The server cannot be reached just now. Please try again in a moment.",
    "retry_after": 5,
}


class SayUnavailable:
    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        answered = Answered(send)
        try:
            return await self.application(scope, receive, answered)
        except (StopConsumer, DenyConnection):
            raise
        except Exception:
            if answered.closed:
                raise
            logger.warning("A websocket ended because something it needs is away", exc_info=True)
            await say_unavailable(send, answered.accepted)


class Answered:
    """Passes on what the application sends and remembers how far it came."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.accepted = False
        self.closed = False

    async def __call__(self, message: dict[str, Any]) -> None:
        self.accepted |= message["type"] == "websocket.accept"
        self.closed |= message["type"] == "websocket.close"
        await self._send(message)


async def say_unavailable(send: Any, accepted: bool) -> None:
    """A browser sees no reason for a refused handshake; so accept first, then say it, then close."""
    if not accepted:
        await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": json.dumps(ERROR)})
    await send({"type": "websocket.close", "code": CLOSE_UNAVAILABLE})
