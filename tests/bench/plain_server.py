"""A plain aiortc server that does the same job the usual way: the processor in the track's ``recv``, ``MediaRelay``.

No hook of ours, the stock event loop, aiortc's own defaults. It answers the same messages as our server.
"""

import asyncio
import os
import time
from typing import Any

import cv2
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from aiortc.mediastreams import MediaStreamTrack
from av import VideoFrame

from .door import Message, log_to_stderr, serve
from .jobs import SLEEP_SECONDS


class VideoTransformTrack(MediaStreamTrack):
    """Takes a frame from its source and gives it back processed."""

    kind = "video"

    def __init__(self, source: MediaStreamTrack, job: str, is_shared: bool) -> None:
        super().__init__()
        self._source = source
        self._job = job
        # Several senders that each convert the same BGR frame crash; so it is converted before it is shared.
        self._is_shared = is_shared

    async def recv(self) -> VideoFrame:
        frame = await self._source.recv()
        if self._job == "none":
            return frame
        image = frame.to_ndarray(format="bgr24")
        if self._job == "sleep":
            await asyncio.to_thread(time.sleep, SLEEP_SECONDS)
        processed = VideoFrame.from_ndarray(process(self._job, image), format="bgr24")
        if self._is_shared:
            processed = processed.reformat(format="yuv420p")
        processed.pts, processed.time_base = frame.pts, frame.time_base
        return processed


def process(job: str, image: Any) -> Any:
    if job == "invert":
        return cv2.bitwise_not(image)
    if job == "edges":
        return cv2.cvtColor(cv2.Canny(image, 100, 200), cv2.COLOR_GRAY2BGR)
    return image


class Room:
    """Everybody gets everybody else's processed track through one relay, once all have come."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._relay = MediaRelay()
        self._published: dict[str, VideoTransformTrack] = {}
        self._members: set[str] = set()
        self._is_complete = asyncio.Event()

    def publish(self, session: str, track: MediaStreamTrack, job: str) -> None:
        self._published[session] = VideoTransformTrack(track, job, is_shared=True)

    async def join(self, session: str) -> list[MediaStreamTrack]:
        """Return what ``session`` sees."""
        self._members.add(session)
        if len(self._members) == self._size:
            self._is_complete.set()
        await self._is_complete.wait()
        others = [track for publisher, track in self._published.items() if publisher != session]
        return [self._relay.subscribe(track) for track in others]


class PlainServer:
    """``room`` is the room's name, ``size`` how many will come; a visitor without a room sees himself."""

    def __init__(self) -> None:
        self._connections: dict[str, RTCPeerConnection] = {}
        self._relay = MediaRelay()
        self._rooms: dict[str, Room] = {}

    async def handle(self, message: Message) -> Message:
        if message["type"] == "offer":
            return {"sdp": await self._answer(message)}
        if message["type"] == "report":
            # Every sender of aiortc encodes for itself and does not count.
            return {"encoded_frames": 0}
        await self._connections.pop(message["session"]).close()
        return {}

    async def _answer(self, message: Message) -> str:
        session, job = message["session"], message["job"]
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections[session] = connection
        room = self._rooms.setdefault(message["room"], Room(message["size"])) if message["room"] else None

        @connection.on("track")
        def on_track(track: MediaStreamTrack) -> None:
            if room is not None:
                room.publish(session, track, job)
            else:
                connection.addTrack(VideoTransformTrack(self._relay.subscribe(track), job, is_shared=False))

        await connection.setRemoteDescription(RTCSessionDescription(message["sdp"], "offer"))
        for track in await room.join(session) if room is not None else ():
            connection.addTrack(track)
        await connection.setLocalDescription(await connection.createAnswer())
        return str(connection.localDescription.sdp)


async def main() -> None:
    await serve(PlainServer().handle)


if __name__ == "__main__":
    log_to_stderr()
    asyncio.run(main())
    # aiortc's decoder threads are no daemons: they would keep the process until their peers are given up.
    os._exit(0)
