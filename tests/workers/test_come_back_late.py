"""A network that is away for longer than a session may be idle: whoever keeps trying to come back has a seat."""

import asyncio
import time

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, processor_spec, until


async def test_a_page_that_goes_on_offering_is_not_idle(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera(320, 240))
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    seat = worker.engine._seats["one"]
    idle_seconds = seat._options.idle_seconds
    await peer.close()
    await asyncio.sleep(1)
    last = seat.media.last_frame_at()
    assert last is not None

    # Its answer arrives, but no check does: the path is cut.
    again = BrowserPeer(NumberedCamera(320, 240))
    worker.peers.append(again)
    answer = await worker.ask(
        "offer", "one", sdp=await again.offer(), processor=processor_spec("passthrough"), parameters={}
    )
    assert answer["type"] == "answer"
    assert seat.end_reason(last + idle_seconds + 0.5) is None
    assert seat.end_reason(time.monotonic() + idle_seconds + 0.5) == "idle"
