"""The load client: many visitors in one process, told by its parent when to come, to look and to go.

open    {session, probe, others, sends, sound}  → {sdp}    others: how many other people's tracks it takes (rooms)
accept  {session, sdp}                   → {}       answered when connected
mute    {session, muted}                 → {}
window  {seconds}                        → {sessions: {session: figures}}
close   {session}                        → {}

Its argument names the stream that all of them send.
"""

import asyncio
import sys
import time
from itertools import pairwise
from typing import Any

from workers import aiortc_hooks
from workers.event_loop import new_event_loop

from .door import Message, log_to_stderr, serve
from .load_peer import LoadPeer, Received, ReceivedStream
from .stream import PreparedStream, prepared_stream

# The golden ratio spreads any number of visitors evenly over the time of one frame.
GOLDEN = 0.618034
# Frames older than this are forgotten after a window.
REMEMBERED_SECONDS = 5.0
CLOSE_SECONDS = 3.0


class LoadClient:
    def __init__(self, stream: PreparedStream) -> None:
        self._stream = stream
        self._peers: dict[str, LoadPeer] = {}
        self._first_frame_seconds: dict[str, float] = {}
        self._opened = 0
        self._handlers = {
            "open": self._open,
            "accept": self._accept,
            "mute": self._mute,
            "window": self._window,
            "close": self._close,
        }

    async def handle(self, message: Message) -> Message:
        return await self._handlers[message["type"]](message)

    async def _open(self, message: Message) -> Message:
        phase = self._opened * GOLDEN % 1 / self._stream.format.frames_per_second
        self._opened += 1
        wanted = (message["probe"], message["others"], message["sends"], message["sound"])
        peer = LoadPeer(self._stream, phase, *wanted)
        self._peers[message["session"]] = peer
        return {"sdp": await peer.offer()}

    async def _accept(self, message: Message) -> Message:
        await self._peers[message["session"]].accept(message["sdp"])
        return {}

    async def _mute(self, message: Message) -> Message:
        microphone = self._peers[message["session"]].microphone
        assert microphone is not None
        microphone.is_muted = message["muted"]
        return {}

    async def _window(self, message: Message) -> Message:
        for peer in self._peers.values():
            for sound in peer.sounds:
                sound.take()
        begun = time.monotonic()
        await asyncio.sleep(message["seconds"])
        ended = time.monotonic()
        for session, peer in self._peers.items():
            if session not in self._first_frame_seconds and peer.first_frame_seconds is not None:
                self._first_frame_seconds[session] = peer.first_frame_seconds
        return {"sessions": {name: self._figures(name, begun, ended) for name in self._peers}}

    async def _close(self, message: Message) -> Message:
        await self._peers.pop(message["session"]).close()
        return {}

    async def close(self) -> None:
        """Say goodbye, so that the server does not wait for anybody."""
        await asyncio.gather(*(peer.close() for peer in self._peers.values()), return_exceptions=True)

    def _figures(self, session: str, begun: float, ended: float) -> dict[str, Any]:
        peer = self._peers[session]
        streams = [stream_figures(stream, begun, ended) for stream in peer.streams]
        for stream in peer.streams:
            stream.forget_before(ended - REMEMBERED_SECONDS)
        return {
            "first_frame_seconds": self._first_frame_seconds.get(session),
            "late_frames": peer.camera.late_frames,
            "streams": streams,
            "sound_per_second": [sound.take() / (ended - begun) for sound in peer.sounds],
        }


def stream_figures(stream: ReceivedStream, begun: float, ended: float) -> dict[str, Any]:
    frames = [frame for frame in stream.frames if begun <= frame.at < ended]
    seconds = ended - begun
    delays = [stream.delay(frame) for frame in frames]
    return {
        "fps": len(frames) / seconds,
        "kbps": sum(frame.size for frame in frames) * 8 / 1000 / seconds,
        "delays_ms": [round(delay * 1000, 2) for delay in delays if delay is not None],
        "glass_ms": [round(delay * 1000, 2) for delay in map(glass_delay, frames) if delay is not None],
        "longest_gap_ms": round(longest_gap(frames, begun, ended) * 1000),
        "dropped_packets": stream.jitter_buffer.dropped_packets,
        "key_frames": stream.key_frames,
        "unreadable": stream.unreadable,
        "mismatches": stream.mismatches,
    }


def glass_delay(frame: Received) -> float | None:
    return frame.glass_delay


def longest_gap(frames: list[Received], begun: float, ended: float) -> float:
    moments = [begun, *(frame.at for frame in frames), ended]
    return max(later - earlier for earlier, later in pairwise(moments))


async def main(stream: str) -> None:
    aiortc_hooks.install()
    client = LoadClient(prepared_stream(stream))
    await serve(client.handle)
    await asyncio.wait_for(client.close(), CLOSE_SECONDS)


if __name__ == "__main__":
    log_to_stderr()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main(sys.argv[1]))
