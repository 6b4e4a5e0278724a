"""What a socket has asked workers and not been answered yet.

Messages may be lost on the way, so a request is repeated with the same id until its deadline.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from workers.transport import Message, Transport, TransportError

logger = logging.getLogger(__name__)

REPEAT_SECONDS = 2.0


@dataclass
class PendingRequest:
    """``asked`` is the id the page chose; ``answer`` what is already known of the reply to the page."""

    worker: str
    message: Message
    asked: str | int | None
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.message["id"])

    @property
    def session(self) -> str:
        return str(self.message["session"])


class PendingRequests:
    def __init__(
        self,
        transport: Transport,
        reply_channel: str,
        deadline_seconds: float,
        on_timeout: Callable[[PendingRequest], Awaitable[None]],
    ) -> None:
        self._transport = transport
        self._reply_channel = reply_channel
        self._deadline_seconds = deadline_seconds
        self._on_timeout = on_timeout
        self._requests: dict[str, PendingRequest] = {}
        # One task repeats one request; it ends with the answer, the deadline or the socket.
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._requests)

    def ask(
        self, worker: str, message: Message, asked: str | int | None, answer: dict[str, Any] | None = None
    ) -> None:
        """Send and return at once; the reply comes as an event with the same id."""
        request_id = secrets.token_hex(12)
        message = {**message, "id": request_id, "reply_channel": self._reply_channel}
        request = PendingRequest(worker, message, asked, answer or {})
        self._requests[request_id] = request
        task = asyncio.ensure_future(self._repeat(request))
        self._tasks[request_id] = task
        task.add_done_callback(lambda _task: self._tasks.pop(request_id, None))

    def tell(self, worker: str, message: Message) -> Awaitable[None]:
        """Send once and expect no answer."""
        return self._send(worker, {**message, "reply_channel": self._reply_channel})

    def answered(self, request_id: str | None) -> PendingRequest | None:
        """The request this reply belongs to; None for an event, a late reply or a second one."""
        request = self._requests.pop(request_id or "", None)
        if request and (task := self._tasks.get(request.id)):
            task.cancel()
        return request

    def asked_to_close(self, session: str) -> PendingRequest | None:
        about = (request for request in self._requests.values() if request.session == session)
        return next((request for request in about if request.message["type"] == "close"), None)

    def forget(self, session: str) -> list[PendingRequest]:
        """The session is over; what was asked about it gets no answer any more."""
        about = [request for request in self._requests.values() if request.session == session]
        for request in about:
            self.answered(request.id)
        return about

    def close(self) -> None:
        for task in list(self._tasks.values()):
            task.cancel()
        self._requests.clear()

    async def _repeat(self, request: PendingRequest) -> None:
        try:
            async with asyncio.timeout(self._deadline_seconds):
                while True:
                    await self._send(request.worker, request.message)
                    await asyncio.sleep(REPEAT_SECONDS)
        except TimeoutError:
            if self._requests.pop(request.id, None):
                await self._on_timeout(request)

    async def _send(self, worker: str, message: Message) -> None:
        try:
            await self._transport.send_to_worker(worker, message)
        except TransportError:
            logger.info("A %s message could not be sent to worker %s", message["type"], worker)
