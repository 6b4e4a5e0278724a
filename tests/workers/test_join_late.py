"""Who comes late sees a picture soon, and many who come at once cost few key frames."""

import asyncio
import math
import statistics
import time

import pytest
from aiortc.codecs.vpx import Vp8Encoder

from tests.support.figures import write_figure

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, until

LATE_VIEWERS = 11
VIEWERS_AT_ONCE = 20
# All in the same moment would be served by one picture, whatever is done about requests.
APART_SECONDS = 0.1


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


async def come(worker: WorkerUnderTest, number: int) -> None:
    await asyncio.sleep(number * APART_SECONDS)
    await first_picture_seconds(worker, f"viewer{number}")
    ignore_estimates(worker, f"viewer{number}")


class SteadyEncoder(Vp8Encoder):
    """The stand-in browser's, which would begin anew at each estimate."""

    @property
    def target_bitrate(self) -> int:
        return 300_000

    @target_bitrate.setter
    def target_bitrate(self, bits_per_second: int) -> None:
        pass


def keep_bit_rate(publisher: BrowserPeer) -> None:
    for transceiver in publisher.connection.getTransceivers():
        setattr(transceiver.sender, "_RTCRtpSender__encoder", SteadyEncoder())  # noqa: B010 - mangled name


def ignore_estimates(worker: WorkerUnderTest, name: str) -> None:
    """Another bit rate costs a key frame too, which nobody asked for."""
    for track in worker.engine._seats[name].viewing_tracks().values():
        track._created_at = math.inf


@pytest.mark.slow
@pytest.mark.parametrize("key", ["passthrough", "test-darken"])
async def test_twenty_viewers_at_once_cost_two_key_frames_a_second(worker: WorkerUnderTest, key: str) -> None:
    publisher = BrowserPeer(NumberedCamera(320, 240), direction="sendonly")
    keep_bit_rate(publisher)
    await worker.open(key, publisher, session="publisher", room="hall")
    watcher = BrowserPeer()
    watcher.receive_only("video")
    await worker.open("test-watching", watcher, session="watcher", room="hall")
    ignore_estimates(worker, "watcher")
    await asyncio.sleep(2)
    # What really goes out: of what is forwarded the publisher made each key frame, of the other our encoder.
    before, begun = watcher.key_frames, time.monotonic()
    await asyncio.gather(*(come(worker, number) for number in range(VIEWERS_AT_ONCE)))
    seen, seconds = watcher.key_frames - before, time.monotonic() - begun
    write_figure(f"twenty_viewers_{key}", key_frames=seen, seconds=round(seconds, 2))
    # The first request is passed on at once, the others at most twice a second.
    assert 1 <= seen <= 1 + 2 * seconds
