"""The visitor's quality level reaches the browser's encoder by the answer, and ours with its first picture."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from workers.answer import QUALITIES
from workers.outgoing import OutgoingVideo
from workers.subscriber_track import SubscriberTrack
from workers.versions import Versions

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, until

# Start, minimum and maximum of the browser's encoder, and the bit rate of ours, in kbit/s.
LEVELS = {
    "low": (400, 100, 600, 400),
    "standard": (1200, 250, 2000, 900),
    "high": (2500, 500, 4000, 2200),
}


@pytest.mark.parametrize("level", LEVELS)
async def test_both_encoders_begin_at_the_level(worker: WorkerUnderTest, level: str) -> None:
    start, least, most, ours = LEVELS[level]
    peer = BrowserPeer(NumberedCamera(320, 240))
    answer = await worker.open("test-darken", peer, quality=level)
    assert (
        f"x-google-start-bitrate={start};x-google-min-bitrate={least};x-google-max-bitrate={most}"
        in answer["sdp"]
    )
    video = worker.engine._seats["one"].pipeline.outgoing_video
    await until(lambda: video.encoded_frames)
    assert video._encoder._codec.bit_rate == ours * 1000
    await until(lambda: peer.pictures)


async def test_an_unknown_level_is_the_usual_one(worker: WorkerUnderTest) -> None:
    answer = await worker.open("test-darken", BrowserPeer(NumberedCamera(320, 240)), quality="best")
    assert "x-google-start-bitrate=1200;" in answer["sdp"]
    assert worker.engine._seats["one"].pipeline.outgoing_video.bit_rate == 900_000


async def test_another_level_in_mid_session_reaches_the_encoder(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera(320, 240))
    await worker.open("test-darken", peer)
    video = worker.engine._seats["one"].pipeline.outgoing_video
    await until(lambda: peer.pictures)
    await worker.open("test-darken", peer, quality="low")
    assert video.bit_rate <= 400_000
    await until(lambda: video._encoder._codec.bit_rate <= 400_000)


async def test_a_higher_level_waits_only_for_networks_that_said_what_they_take() -> None:
    pool = ThreadPoolExecutor(1)
    main = OutgoingVideo(asyncio.get_running_loop(), pool, 900_000)
    versions = Versions(main, pool, QUALITIES["standard"])
    viewer = SubscriberTrack("video", "VP8")
    versions.add(viewer)
    versions.use_quality(QUALITIES["high"])
    assert main.bit_rate == 2_200_000
    viewer.estimate = 500_000
    versions.use_quality(QUALITIES["low"])
    assert main.bit_rate == 400_000
    versions.use_quality(QUALITIES["high"])
    assert main.bit_rate == 400_000
    main.bit_rate = 700_000
    versions.use_quality(QUALITIES["high"])
    assert main.bit_rate == 700_000
    await versions.close()
    main.close()
    pool.shutdown()
