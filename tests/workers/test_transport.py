"""Messages cross between web and worker: threads of one process, or processes that share a Redis."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.layers import channel_layers, get_channel_layer

from tests.support.redis_server import RedisServer
from workers import door
from workers.answered_requests import AnsweredRequests
from workers.event_loop import new_event_loop
from workers.transport import LocalTransport, Message, RedisTransport, Transport, TransportError


class EchoThread:
    """A worker on a thread and loop of its own that sends back what it gets."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.ready = threading.Event()
        self.got: list[Message] = []
        self.loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> "EchoThread":
        self._thread.start()
        assert self.ready.wait(5)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self.loop
        self.loop.call_soon_threadsafe(self.listening.cancel)
        self._thread.join(5)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            self.loop = runner.get_loop()
            try:
                runner.run(self._listen())
            except asyncio.CancelledError:
                return

    async def _listen(self) -> None:
        self.listening = asyncio.ensure_future(self.transport.receive_as_worker("echo", self._receive))
        # Subscribing to Redis takes a moment.
        await asyncio.sleep(0.3)
        self.ready.set()
        await self.listening

    def _receive(self, message: Message) -> None:
        self.got.append(message)
        self._start(self.transport.send_to_web(message["reply_channel"], {**message, "type": "echo"}))

    def _start(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.redis)])
def transport(request: pytest.FixtureRequest, settings: Any) -> Iterator[Transport]:
    if request.param == "redis":
        use_redis(settings, request.getfixturevalue("redis_server").url)
    channel_layers.backends.clear()
    yield RedisTransport() if request.param == "redis" else LocalTransport()
    channel_layers.backends.clear()


def use_redis(settings: Any, url: str) -> None:
    hosts = [{"address": url, "socket_timeout": None, "socket_connect_timeout": 2}]
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": hosts}}
    }


async def replies(channel: str, count: int) -> list[Message]:
    """What a consumer with that channel would get."""
    layer = get_channel_layer()
    async with asyncio.timeout(10):
        return [(await layer.receive(channel))["message"] for _number in range(count)]


async def test_a_message_goes_there_and_back(transport: Transport) -> None:
    channel = await get_channel_layer().new_channel()
    with EchoThread(transport):
        message = {
            "type": "offer",
            "reply_channel": channel,
            "values": {"low": 1.5, "on": True, "none": None},
        }
        await transport.send_to_worker("echo", message)
        assert await replies(channel, 1) == [{**message, "type": "echo"}]


async def test_a_thousand_messages_keep_their_order(transport: Transport) -> None:
    channel = await get_channel_layer().new_channel()
    with EchoThread(transport) as worker:
        for number in range(1000):
            await transport.send_to_worker(
                "echo", {"type": "ping", "reply_channel": channel, "number": number}
            )
            if number % 50 == 0:
                await replies_so_far(worker, number)
        await replies_so_far(worker, 999)
        assert [message["number"] for message in worker.got] == list(range(1000))


async def replies_so_far(worker: EchoThread, number: int) -> None:
    async with asyncio.timeout(10):
        while len(worker.got) <= number:  # noqa: ASYNC110 (filled by another thread)
            await asyncio.sleep(0.005)


async def test_what_arrives_is_a_copy(transport: Transport) -> None:
    channel = await get_channel_layer().new_channel()
    with EchoThread(transport) as worker:
        message: Message = {"type": "offer", "reply_channel": channel, "values": {"low": 1}}
        await transport.send_to_worker("echo", message)
        message["values"]["low"] = 2
        await replies(channel, 1)
        assert worker.got[0]["values"] == {"low": 1}


async def test_a_local_worker_that_is_not_there_is_told() -> None:
    with pytest.raises(TransportError, match="no worker nobody"):
        await LocalTransport().send_to_worker("nobody", {"type": "close"})


async def test_replies_come_on_the_loop_of_the_web(transport: Transport) -> None:
    """Channels' in-memory layer, used from another thread, would deliver seconds late."""
    channel = await get_channel_layer().new_channel()
    with EchoThread(transport):
        started_at = asyncio.get_running_loop().time()
        for _number in range(20):
            await transport.send_to_worker("echo", {"type": "ping", "reply_channel": channel})
            await replies(channel, 1)
        assert asyncio.get_running_loop().time() - started_at < 2


@pytest.mark.redis
async def test_a_restarted_redis_delivers_again(tmp_path: Path, settings: Any) -> None:
    server = RedisServer(tmp_path)
    server.start()
    use_redis(settings, server.url)
    channel_layers.backends.clear()
    try:
        transport = RedisTransport()
        channel = await get_channel_layer().new_channel()
        with EchoThread(transport) as worker:
            server.stop()
            with pytest.raises(TransportError):
                await transport.send_to_worker("echo", {"type": "lost", "reply_channel": channel})
            server.start()
            await until_delivered(transport, channel, worker)
            assert (await replies(channel, 1))[0]["type"] == "echo"
            assert all(message["type"] == "again" for message in worker.got)
    finally:
        channel_layers.backends.clear()
        server.stop()


async def until_delivered(transport: Transport, channel: str, worker: EchoThread) -> None:
    """As requests do: repeat until the answer comes."""
    async with asyncio.timeout(10):
        while not worker.got:
            try:
                await transport.send_to_worker("echo", {"type": "again", "reply_channel": channel})
            except TransportError:
                pass
            await asyncio.sleep(0.2)


def test_the_settings_choose(settings: Any) -> None:
    kinds: dict[str, Callable[[], Any]] = {"": LocalTransport, "redis://127.0.0.1:1": RedisTransport}
    for url, kind in kinds.items():
        settings.REDIS_URL = url
        door.forget()
        assert isinstance(door.transport(), kind)  # type: ignore[arg-type]
    door.forget()


def test_a_request_is_new_once_and_its_answer_is_kept() -> None:
    requests = AnsweredRequests()
    assert requests.is_new("a")
    assert not requests.is_new("a")
    assert requests.answer("a") is None
    requests.remember("a", {"type": "answer"})
    assert requests.answer("a") == {"type": "answer"}


def test_a_flood_of_requests_does_not_fill_the_memory() -> None:
    requests = AnsweredRequests()
    for number in range(5000):
        requests.is_new(str(number))
    assert len(requests._requests) == 1000
    assert not requests.is_new("4999")
