"""A websocket that reads typed messages, and answers whatever goes wrong with a typed error.

Nothing that a page sends, and no failure of ours, ends the socket by accident.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import translation

from . import metrics
from .errors import CLOSE_FLOOD, CLOSE_MALFORMED, Malformed, SignallingError
from .messages import ClientMessage, origin_of, parse
from .replies import origin
from .socket_limits import FloodGuard, Strikes

logger = logging.getLogger(__name__)


class TypedSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.flood = FloodGuard(settings.MESSAGES_PER_SECOND, settings.MESSAGE_BURST)
        self.strikes = Strikes()
        # Set once a close frame went out; what still arrives is not read.
        self.closing = False
        self.language = settings.LANGUAGE_CODE

    async def handle(self, message: ClientMessage) -> None:
        """Do what the page asks for."""
        raise NotImplementedError

    @property
    def is_in_use(self) -> bool:
        """Whether something goes on here that a refusal, of something else, must not end."""
        return False

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closing:
            return
        if not self.flood.admits():
            await self._slow_down()
            return
        await self.guarded(lambda: self._read(text_data), origin=lambda: origin_of(text_data or ""))

    async def guarded(
        self, step: Callable[[], Awaitable[None]], origin: Callable[[], dict[str, Any]] = dict
    ) -> None:
        """Run one step; every failure becomes a typed error."""
        translation.activate(self.language)
        try:
            await step()
        except Malformed as error:
            await self.refuse(error, origin())
            if self.strikes.add():
                await self.finish(CLOSE_MALFORMED)
        except SignallingError as error:
            await self.refuse(error, origin())
        except Exception:
            logger.exception("A signalling step failed")
            await self.refuse(SignallingError("internal", retry_after=1), origin())

    async def refuse(self, error: SignallingError, origin: dict[str, Any]) -> None:
        await self.say(error.as_message(**origin))
        if error.close_code and not self.is_in_use:
            await self.finish(error.close_code)

    async def say(self, message: dict[str, Any]) -> None:
        if self.closing:
            return
        if message["type"] == "error":
            metrics.ERRORS.labels(message["code"]).inc()
        await self.send(text_data=json.dumps(message))

    async def finish(self, code: int) -> None:
        if not self.closing:
            self.closing = True
            await self.close(code)

    async def _read(self, text: str | None) -> None:
        if text is None:
            raise Malformed("binary_not_supported")
        if len(text.encode(errors="replace")) > settings.WEBSOCKET_MESSAGE_BYTES:
            raise SignallingError("message_too_large")
        message = parse(text)
        await self.guarded(lambda: self.handle(message), origin=lambda: origin(message))

    async def _slow_down(self) -> None:
        if self.flood.is_flood():
            await self.refuse(SignallingError("too_many_messages"), {})
            await self.finish(CLOSE_FLOOD)
        elif self.flood.should_tell():
            wait = round(self.flood.bucket.wait_seconds + 1, 1)
            await self.refuse(SignallingError("too_many_messages", retry_after=wait), {})
