"""A second encode for viewers that are slow or speak another codec, and never a third."""

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor

import pytest

from workers.answer import QUALITIES
from workers.frames import EncodedFrame
from workers.outgoing import OutgoingVideo
from workers.reception import Reception
from workers.subscriber_track import SubscriberTrack
from workers.transcoder import Transcoder
from workers.versions import Versions

from .browser_peer import BrowserPeer, NoisyCamera, NumberedCamera, OneCodecPeer, read_number
from .conftest import WorkerUnderTest, until


async def test_a_seat_alone_may_speak_h264_forwarded_and_processed(worker: WorkerUnderTest) -> None:
    for key in ("passthrough", "test-darken"):
        peer = OneCodecPeer("H264", NumberedCamera())
        await worker.open(key, peer, session=key)
        await until(lambda peer=peer: len(peer.pictures) > 20)
        assert {frame.codec for frame in peer.packets} == {"H264"}
        numbers = [read_number(frame.image) for frame in peer.pictures]
        assert numbers == sorted(numbers)
        assert worker.engine._seats[key].pipeline.versions.second is None


async def test_an_h264_publisher_and_vp8_viewers_cost_one_transcode(worker: WorkerUnderTest) -> None:
    publisher = OneCodecPeer("H264", NumberedCamera(), direction="sendonly")
    await worker.open("passthrough", publisher, session="a", room="hall")
    viewers = []
    for name in ("b", "c"):
        viewer = BrowserPeer()
        viewer.receive_only("video")
        await worker.open("test-watching", viewer, session=name, room="hall")
        viewers.append(viewer)
    await until(lambda: all(len(viewer.pictures) > 20 for viewer in viewers))
    assert {frame.codec for viewer in viewers for frame in viewer.packets} == {"VP8"}
    versions = worker.engine._seats["a"].pipeline.versions
    assert versions.second is not None
    assert versions.second.output.encoded_frames < sum(len(viewer.packets) for viewer in viewers)


async def test_a_slow_viewer_gets_a_smaller_picture_and_the_others_keep_theirs(
    worker: WorkerUnderTest,
) -> None:
    publisher = BrowserPeer(NoisyCamera(), direction="sendonly")
    await worker.open("passthrough", publisher, session="a", room="hall")
    viewers = {}
    for name in ("slow", "fast"):
        viewers[name] = BrowserPeer()
        viewers[name].receive_only("video")
        await worker.open("test-watching", viewers[name], session=name, room="hall")
    await until(lambda: all(len(viewer.pictures) > 5 for viewer in viewers.values()))

    def say(name: str, bits_per_second: int) -> None:
        for track in worker.engine._seats[name].viewing_tracks().values():
            # What the test says holds, whatever the real network here could carry.
            track._created_at = math.inf
            track.estimate, track.reception = bits_per_second, Reception()

    say("slow", 200_000)
    say("fast", 3_000_000)
    await until(lambda: viewers["slow"].pictures[-1].image.shape == (240, 320, 3))
    assert viewers["fast"].pictures[-1].image.shape == (480, 640, 3)
    versions = worker.engine._seats["a"].pipeline.versions
    assert versions.second is not None
    await until(lambda: versions.second.output.bit_rate < 200_000)
    say("slow", 3_000_000)
    await until(lambda: viewers["slow"].pictures[-1].image.shape == (480, 640, 3), seconds=15)
    assert versions.second is None


async def test_another_codec_takes_the_second_place_and_nobody_is_left_behind() -> None:
    pool = ThreadPoolExecutor(1)
    main = OutgoingVideo(asyncio.get_running_loop(), pool, 900_000)
    main.live_codec = "VP8"
    versions = Versions(main, pool, QUALITIES["standard"])
    slow, other = SubscriberTrack("video", "VP8"), SubscriberTrack("video", "H264")
    versions.add(slow)
    versions._place(slow, is_slow=True)
    assert slow.stream is not main
    versions.add(other)
    assert versions.second is not None
    assert (slow.stream, other.stream) == (main, versions.second.output)
    versions._place(slow, is_slow=True)
    assert (slow.stream, other.stream) == (main, versions.second.output)
    await versions.close()
    main.close()
    pool.shutdown()


async def test_a_picture_that_cannot_be_made_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()
    main = OutgoingVideo(loop, pool, 900_000)
    transcoder = Transcoder(loop, pool, main, "VP8", 2, 300_000)
    monkeypatch.setattr(transcoder, "_publish_newest", lambda: 1 / 0)
    for count in (1, 2):
        transcoder.deliver(EncodedFrame(b"", "VP8", 0.0, True, 0.0))
        await until(lambda count=count: transcoder.failed_pictures == count)
    transcoder.close()
    await transcoder.join()
    pool.shutdown()
