"""Our media worker as a process of its own: the real engine in its real loop; only the way of messages is a pipe.

offer   {session, sdp, job, room}  → {sdp}
switch  {session, job}             → {}              another processor for a running session
parameters  {session, values}      → {}              other values of its parameters
state   {session, muted}           → {}              somebody in a room mutes or unmutes themselves
close   {session}                  → {}
report  {}                         → {encoded_frames, dropped_datagrams}   frames of the streams published now
loop    {}                         → {lag_p50_ms, lag_p99_ms, lag_max_ms, slow}   since the last time

``--opencv-threads N`` gives OpenCV another number of threads than production does; ``--watch-loop`` looks all the time
how late the loop runs (which costs 0.015 core); ``--time-callbacks`` runs in the stock loop and lists what held it up.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable
from typing import Any

import cv2

from processors import catalogue
from processors.hosts import HostOptions
from processors.sandbox import Limits
from tests.support.site import PLUGIN_FOLDER
from workers import aiortc_hooks
from workers.engine_options import EngineOptions
from workers.event_loop import new_event_loop
from workers.media_worker import MediaWorker

from .door import Message, log_to_stderr, serve
from .jobs import OUR_KEYS, configuration
from .loop_watch import LoopLag, SlowCallbacks
from .stream import FOLDER

CAPACITY = 64


class OurServer:
    def __init__(self, loop_lag: LoopLag | None, slow_callbacks: SlowCallbacks | None) -> None:
        self._loop_lag = loop_lag
        self._slow_callbacks = slow_callbacks
        self._answers: dict[int, Message] = {}
        self.engine = MediaWorker("bench", self._take_reply, None, engine_options())  # type: ignore[arg-type]

    async def handle(self, message: Message) -> Message:
        if message["type"] == "report":
            dropped = aiortc_hooks.dropped_datagrams
            return {"encoded_frames": self._encoded_frames(), "dropped_datagrams": dropped}
        if message["type"] == "loop":
            assert self._loop_lag is not None, "start the server with --watch-loop"
            slow = self._slow_callbacks.take() if self._slow_callbacks else []
            return self._loop_lag.take() | {"slow": slow}
        fields = self._fields(message)
        common = {"id": message["id"], "session": message["session"], "reply_channel": "door"}
        await self.engine.handle({"type": message["type"]} | common | fields)
        answer = self._answers.pop(message["id"], {})
        if answer.get("type") == "error":
            return {"error": answer["message"]}
        if answer.get("errors"):
            return {"error": answer["errors"]}
        return {"sdp": answer["sdp"]} if message["type"] == "offer" else {}

    def _fields(self, message: Message) -> Message:
        match message["type"]:
            case "offer":
                room = {"room": message["room"]} if message["room"] else {}
                return {"sdp": message["sdp"], "quality": "standard"} | processor(message["job"]) | room
            case "switch":
                return processor(message["job"])
            case "parameters":
                return {"values": message["values"], "number": message["id"]}
            case "state":
                return {"muted": message["muted"]}
            case "view":
                return {"audio_only": message["audio_only"]}
        return {"reason": "closed"}

    def _encoded_frames(self) -> int:
        return sum(seat.pipeline.outgoing_video.encoded_frames for seat in self.engine._seats.values())

    async def _take_reply(self, reply_channel: str, message: dict[str, Any]) -> None:
        if message.get("id") is not None:
            self._answers[message["id"]] = message


def engine_options() -> EngineOptions:
    models = FOLDER / "models"
    models.mkdir(parents=True, exist_ok=True)
    return EngineOptions(capacity=CAPACITY, hosts=HostOptions(limits=Limits(readable=(str(models),))))


def processor(job: str) -> Message:
    key = OUR_KEYS[job]
    needed = configuration(job, FOLDER / "models")
    spec = {"slug": key, "key": key, "version": 1, "configuration": needed, "title": key}
    return {"processor": spec, "parameters": {}}


async def main(opencv_threads: int | None, watch_loop: bool, slow_callbacks: SlowCallbacks | None) -> None:
    # Its processors run in hosts, as those of any other package.
    sys.path.append(str(PLUGIN_FOLDER))
    catalogue.BUILTINS["bench-sleep"] = "tests.bench.slow_processor:Sleep"
    server = OurServer(LoopLag() if watch_loop else None, slow_callbacks)
    if opencv_threads is not None:
        cv2.setNumThreads(opencv_threads)
    running = asyncio.create_task(server.engine.run())
    await serve(server.handle)
    await server.engine.close(0)
    running.cancel()


if __name__ == "__main__":
    log_to_stderr()
    parser = argparse.ArgumentParser()
    # -1: as many as OpenCV likes.
    parser.add_argument("--opencv-threads", type=int)
    parser.add_argument("--watch-loop", action="store_true")
    parser.add_argument("--time-callbacks", action="store_true")
    options = parser.parse_args()
    make_loop: Callable[[], asyncio.AbstractEventLoop] = new_event_loop
    if options.time_callbacks:
        make_loop = asyncio.new_event_loop
    with asyncio.Runner(loop_factory=make_loop) as runner:
        slow_callbacks = SlowCallbacks() if options.time_callbacks else None
        runner.run(main(options.opencv_threads, options.watch_loop, slow_callbacks))
