"""A stream changes what it shows: the new picture is never lost, and of the old one nothing more comes."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from tests.support.patience import patient
from workers.frames import EncodedFrame
from workers.outgoing import Feed, OutgoingAudio, OutgoingVideo
from workers.subscriber_track import SubscriberTrack
from workers.transcoder import Transcoder
from workers.video_codecs import VideoDecoder, to_image, to_picture
from workers.video_encoders import Vp8Encoder

from .conftest import until

DARK, LIGHT = 60, 200
SECONDS_OF_A_PICTURE = 1 / 30


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


def plain(level: int) -> Any:
    return np.full((240, 320), level, np.uint8)


def film(level: int, count: int, begin: float = 0.0) -> list[EncodedFrame]:
    """Encoded pictures of one brightness; the first is a key frame."""
    encoder = Vp8Encoder(400_000)
    frames = []
    for number in range(count):
        data, is_key = encoder.encode(to_picture(plain(level), "gray"), False)
        moment = begin + number * SECONDS_OF_A_PICTURE
        frames.append(EncodedFrame(data, "VP8", moment, is_key, time.monotonic()))
    return frames


def sound(number: int) -> EncodedFrame:
    return EncodedFrame(b"sound", "opus", number * 0.02, True, time.monotonic(), number * 960)


async def next_frame(track: SubscriberTrack) -> EncodedFrame:
    async with asyncio.timeout(patient(20)):
        return await track.recv()


def level(frame: EncodedFrame) -> float:
    picture = VideoDecoder().decode(frame)
    assert picture is not None
    return float(to_image(picture, "gray").mean())


class SwitchesMeanwhile(OutgoingVideo):
    """The loop puts ``next_feed`` in force just after a thread has looked whether it is."""

    next_feed: Feed | None = None

    @property
    def feed(self) -> Feed | None:
        seen, wanted, self.next_feed = self._feed, self.next_feed, None
        if wanted is not None:
            self.switch_to(wanted)
        return seen

    @feed.setter
    def feed(self, feed: Feed | None) -> None:
        self._feed = feed


async def test_the_only_picture_is_shown_though_its_feed_comes_in_force_that_moment(
    pool: ThreadPoolExecutor,
) -> None:
    video, feed = SwitchesMeanwhile(asyncio.get_running_loop(), pool, 400_000), Feed("once")
    viewer = SubscriberTrack("video", "VP8")
    viewer.point_at(video)
    video.next_feed = feed
    video.publish(feed, plain(LIGHT), 0.0, "gray")
    # What is told to who could not publish: it is in force already.
    video.switch_to(feed)
    assert abs(level(await next_frame(viewer)) - LIGHT) < 10
    video.close()


async def test_another_codec_does_not_wait_for_the_picture_at_hand(pool: ThreadPoolExecutor) -> None:
    video, feed = OutgoingVideo(asyncio.get_running_loop(), pool, 400_000), Feed("processor")
    video.count_frames_by(2)
    with video._lock:  # as while a picture is being encoded
        switching = asyncio.create_task(asyncio.to_thread(video.use_codec, "H264"))
        await until(switching.done)
    viewer = SubscriberTrack("video", "H264")
    viewer.point_at(video)
    video.switch_to(feed)
    video.publish(feed, plain(LIGHT), 0.0, "gray")
    frame = await next_frame(viewer)
    assert (frame.codec, frame.is_key) == ("H264", True)
    assert video._encoder.frame_step == 2
    video.close()


@pytest.mark.parametrize("failure", ["raises", "gives nothing"])
async def test_a_key_frame_that_fails_is_made_of_the_next_picture(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    video, feed = OutgoingVideo(asyncio.get_running_loop(), pool, 400_000), Feed("processor")
    viewer = SubscriberTrack("video", "VP8")
    viewer.point_at(video)
    video.switch_to(feed)
    for number in range(3):
        video.publish(feed, plain(LIGHT), number * SECONDS_OF_A_PICTURE, "gray")
        assert (await next_frame(viewer)).is_key == (number == 0)
    # By another way than a request, which would repeat the last picture meanwhile.
    video._key_frame_wanted = True
    with monkeypatch.context() as broken:
        broken.setattr(video._encoder, "encode", lambda *_: fail() if failure == "raises" else (b"", False))
        if failure == "raises":
            with pytest.raises(RuntimeError):
                video.publish(feed, plain(LIGHT), 0.2, "gray")
        else:
            video.publish(feed, plain(LIGHT), 0.2, "gray")
    video.publish(feed, plain(LIGHT), 0.3, "gray")
    assert (await next_frame(viewer)).is_key
    video.publish(feed, plain(LIGHT), 0.4, "gray")
    assert not (await next_frame(viewer)).is_key
    video.close()


def fail() -> None:
    raise RuntimeError("broken on purpose")


async def test_of_what_waits_for_a_slow_viewer_nothing_is_shown_after_a_switch(
    pool: ThreadPoolExecutor,
) -> None:
    video = OutgoingVideo(asyncio.get_running_loop(), pool, 400_000)
    camera, hidden = Feed("camera"), Feed("hidden")
    viewer = SubscriberTrack("video", "VP8")
    dropped: list[bool] = []
    viewer.on_other_stream = lambda: dropped.append(True)
    viewer.point_at(video)
    video.switch_to(camera)
    for frame in film(DARK, 20):
        video.forward(camera, frame)
    assert viewer.waiting_frames == 20
    dropped.clear()
    video.switch_to(None)
    assert (viewer.waiting_frames, dropped) == (0, [True])
    video.switch_to(hidden)
    later = film(LIGHT, 4, begin=1.0)
    for frame in (*later[2:], *later[:2]):
        video.forward(hidden, frame)
    assert [await next_frame(viewer), await next_frame(viewer)] == later[:2]
    video.close()


async def test_of_what_waits_of_a_sound_nothing_is_heard_after_a_switch() -> None:
    audio, microphone = OutgoingAudio(asyncio.get_running_loop()), Feed("microphone")
    listener = SubscriberTrack("audio", "opus")
    listener.point_at(audio)
    audio.switch_to(microphone)
    for number in range(3):
        audio.forward(microphone, sound(number))
    assert listener.waiting_frames == 3
    audio.switch_to(None)
    assert listener.waiting_frames == 0


async def test_of_a_smaller_version_nothing_old_is_shown_after_a_switch(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what waits for its viewer, nor what it has still to make, nor the picture at hand."""
    loop = asyncio.get_running_loop()
    main = OutgoingVideo(loop, pool, 400_000)
    camera, hidden = Feed("camera"), Feed("hidden")
    main.switch_to(camera)
    transcoder = Transcoder(loop, pool, main, "VP8", 2, 200_000)
    viewer = SubscriberTrack("video", "VP8")
    viewer.point_at(transcoder.output)
    old = film(DARK, 3)
    main.forward(camera, old[0])
    await until(lambda: viewer.waiting_frames == 1)
    is_held, go_on, decode = threading.Event(), threading.Event(), transcoder._decode

    def decode_slowly(frame: EncodedFrame) -> Any:
        decoded = decode(frame)
        is_held.set()
        go_on.wait()
        return decoded

    monkeypatch.setattr(transcoder, "_decode", decode_slowly)
    main.forward(camera, old[1])
    await until(is_held.is_set)
    main.forward(camera, old[2])
    main.switch_to(hidden)
    assert viewer.waiting_frames == 0
    go_on.set()
    main.forward(hidden, film(LIGHT, 1, begin=1.0)[0])
    frame = await next_frame(viewer)
    assert (frame.is_key, frame.time) == (True, 1.0)
    assert abs(level(frame) - LIGHT) < 10
    assert viewer.waiting_frames == 0
    transcoder.close()
    await transcoder.join()
    main.close()
