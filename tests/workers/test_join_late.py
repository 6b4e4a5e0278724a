"""Who comes late sees a picture soon, and many who come at once cost few key frames."""

import asyncio
import statistics
import time

import pytest

from tests.support.figures import write_figure

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, until

LATE_VIEWERS = 11
VIEWERS_AT_ONCE = 20


async def first_picture_seconds(worker: WorkerUnderTest, name: str) -> float:
    """Let a viewer join; return how long after its answer it saw a picture."""
    viewer = BrowserPeer()
    viewer.receive_only("video")
    await worker.open("test-watching", viewer, session=name, room="hall")
    begun = time.monotonic()
    await until(lambda: viewer.pictures)
    return time.monotonic() - begun


@pytest.mark.slow
@pytest.mark.parametrize("key", ["passthrough", "test-darken"])
async def test_a_late_viewer_sees_a_picture_within_half_a_second(worker: WorkerUnderTest, key: str) -> None:
    publisher = BrowserPeer(NumberedCamera(), direction="sendonly")
    await worker.open(key, publisher, session="publisher", room="hall")
    # The publisher's first key frame has come and gone.
    await asyncio.sleep(2)
    waits = []
    for number in range(LATE_VIEWERS):
        waits.append(await first_picture_seconds(worker, f"viewer{number}"))
        await worker.ask("close", f"viewer{number}")
    write_figure(f"late_viewer_{key}", median_seconds=statistics.median(waits), longest_seconds=max(waits))
    assert statistics.median(waits) <= 0.5
    assert max(waits) <= 1.0


@pytest.mark.slow
@pytest.mark.parametrize("key", ["passthrough", "test-darken"])
async def test_twenty_viewers_at_once_cost_two_key_frames_a_second(worker: WorkerUnderTest, key: str) -> None:
    publisher = BrowserPeer(NumberedCamera(320, 240), direction="sendonly")
    await worker.open(key, publisher, session="publisher", room="hall")
    await asyncio.sleep(2)
    video = worker.engine._seats["publisher"].pipeline.outgoing_video
    before, begun = video.key_frame_requests, time.monotonic()
    await asyncio.gather(
        *(first_picture_seconds(worker, f"viewer{number}") for number in range(VIEWERS_AT_ONCE))
    )
    asked, seconds = video.key_frame_requests - before, time.monotonic() - begun
    write_figure(f"twenty_viewers_{key}", key_frames=asked, seconds=round(seconds, 2))
    # The first is passed on at once, the others at most twice a second.
    assert asked <= 1 + 2 * seconds
