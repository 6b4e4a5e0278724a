"""The only border between web and worker: plain dictionaries, delivered at most once.

Whoever needs an answer repeats its request, with the same ``id``, until the deadline; the worker remembers
what it answered (``answered_requests.py``), so a repeated request does nothing twice.
"""

import asyncio
import copy
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Receive = Callable[[Message], None]

# The name under which a consumer gets what a worker says: ``SignallingConsumer.worker_message``.
WORKER_MESSAGE = "worker.message"
# After Redis went away; its client reconnects by itself meanwhile.
RECEIVE_AGAIN_SECONDS = 1.0


class TransportError(Exception):
    """The message did not leave; trying again may help."""


class Transport(ABC):
    @abstractmethod
    async def send_to_worker(self, worker: str, message: Message) -> None: ...

    @abstractmethod
    async def send_to_web(self, reply_channel: str, message: Message) -> None: ...

    @abstractmethod
    async def receive_as_worker(self, worker: str, receive: Receive) -> None:
        """Hand every message for ``worker`` to ``receive`` on this loop, until cancelled."""


class LocalTransport(Transport):
    """Web and worker are two loops in two threads of one process.

    Channels' in-memory layer belongs to one loop, so everything crosses by ``call_soon_threadsafe``.
    """

    def __init__(self) -> None:
        # Where each worker listens: its loop and its function.
        self._workers: dict[str, tuple[asyncio.AbstractEventLoop, Receive]] = {}
        # The loop that last sent something to be answered is the web's.
        self._web_loop: asyncio.AbstractEventLoop | None = None
        self._deliveries: set[asyncio.Task[None]] = set()

    async def send_to_worker(self, worker: str, message: Message) -> None:
        if "reply_channel" in message:
            self._web_loop = asyncio.get_running_loop()
        if worker not in self._workers:
            raise TransportError(f"no worker {worker} in this process")
        loop, receive = self._workers[worker]
        self._call(loop, receive, copy.deepcopy(message))

    async def send_to_web(self, reply_channel: str, message: Message) -> None:
        if self._web_loop is None:
            raise TransportError("the web side has not spoken yet")
        self._call(self._web_loop, self._deliver, reply_channel, copy.deepcopy(message))

    async def receive_as_worker(self, worker: str, receive: Receive) -> None:
        self._workers[worker] = (asyncio.get_running_loop(), receive)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            del self._workers[worker]

    def _call(self, loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: Any) -> None:
        try:
            loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError as error:
            raise TransportError("the other side has ended") from error

    def _deliver(self, reply_channel: str, message: Message) -> None:
        task = asyncio.ensure_future(send_on_layer(reply_channel, message))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)


class RedisTransport(Transport):
    """Web and workers are processes, on any machines, that share a Redis (pub/sub channel layer)."""

    async def send_to_worker(self, worker: str, message: Message) -> None:
        await self._send(worker_channel(worker), message)

    async def send_to_web(self, reply_channel: str, message: Message) -> None:
        await self._send(reply_channel, message)

    async def receive_as_worker(self, worker: str, receive: Receive) -> None:
        while True:
            try:
                await self._receive_all(worker, receive)
            except Exception:
                logger.warning("Redis is away; worker %s listens again shortly", worker, exc_info=True)
                await asyncio.sleep(RECEIVE_AGAIN_SECONDS)

    async def _receive_all(self, worker: str, receive: Receive) -> None:
        layer = get_channel_layer()
        while True:
            # Never inside wait_for: a cancelled receive() gives up the subscription and what is queued on it.
            event = await layer.receive(worker_channel(worker))
            receive(event["message"])

    async def _send(self, channel: str, message: Message) -> None:
        try:
            await get_channel_layer().send(channel, {"type": WORKER_MESSAGE, "message": message})
        except Exception as error:
            raise TransportError("Redis did not take the message") from error


async def send_on_layer(reply_channel: str, message: Message) -> None:
    """A socket that does not keep up loses this message; it asks again or is closed by its own limits."""
    with suppress(ChannelFull):
        await get_channel_layer().send(reply_channel, {"type": WORKER_MESSAGE, "message": message})


def worker_channel(worker: str) -> str:
    return f"worker.{worker}"
