"""A host names hardware encoders: they make the pictures wherever any are made, and software replaces what fails."""

import logging
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured

from config import settings
from processors import catalogue
from workers import aiortc_hooks, video_encoders
from workers.encoder_options import LIVE_OPTIONS, picture_format
from workers.engine_options import EngineOptions
from workers.frames import EncodedFrame
from workers.host_encoders import HostEncoders, grey_picture
from workers.outgoing import OutgoingVideo
from workers.video_codecs import VideoDecoder, to_image, to_picture

from .browser_peer import BrowserPeer, NumberedCamera, read_number
from .conftest import WorkerUnderTest, until
from .processors import KEYS
from .room_guest import Person
from .test_make_versions import OneCodecPeer

# What no FFmpeg has: done in software here, under names that stand for hardware.
STAND_INS = {"h264_standin": "libx264", "vp8_standin": "libvpx"}
NAMED = {"H264": "h264_standin", "VP8": "vp8_standin"}
MIX = {"mix": {"width": 320, "height": 240, "fps": 10}}


class StandIn:
    """An encoder of a host's hardware, as far as we see it: it may take other planes, and it may fail."""

    def __init__(self, name: str) -> None:
        own = vars(self)
        own["name"] = name
        own["codec_context"] = av.CodecContext.create(STAND_INS[name], "w")
        own["codec"] = SimpleNamespace(
            video_formats=[SimpleNamespace(name=each) for each in Hardware.formats]
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self.codec_context, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "options":
            value = value | LIVE_OPTIONS[STAND_INS[self.name]]
        setattr(self.codec_context, name, value)

    def encode(self, picture: av.VideoFrame) -> list[Any]:
        assert picture.format.name == self.pix_fmt
        Hardware.pictures += 1
        if Hardware.pictures >= Hardware.fails_at:
            return Hardware.fail()
        return list(self.codec_context.encode(picture))


class Hardware:
    """All stand-ins of one test."""

    formats: tuple[str, ...]
    pictures: int
    fails_at: float
    fail: Callable[[], list[Any]]

    @classmethod
    def begin(cls) -> None:
        cls.formats, cls.pictures, cls.fails_at = ("yuv420p", "nv12"), 0, float("inf")
        cls.fail = cls.is_lost

    @staticmethod
    def is_lost() -> list[Any]:
        raise av.ExternalError(-542398533, "the device is gone")


def create(name: str) -> Any:
    return StandIn(name) if name in STAND_INS else av.CodecContext.create(name, "w")


@pytest.fixture(autouse=True)
def hardware(monkeypatch: pytest.MonkeyPatch) -> type[Hardware]:
    Hardware.begin()
    monkeypatch.setattr(video_encoders, "create_codec", create)
    return Hardware


async def running(monkeypatch: pytest.MonkeyPatch, named: dict[str, str]) -> AsyncIterator[WorkerUnderTest]:
    aiortc_hooks.install()
    monkeypatch.setattr(catalogue, "BUILTINS", catalogue.BUILTINS | KEYS)
    under_test = WorkerUnderTest(EngineOptions(video_encoders=named))
    yield under_test
    await under_test.close()


@pytest.fixture
async def equipped(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WorkerUnderTest]:
    """A worker on a host that has encoders for both codecs."""
    async for each in running(monkeypatch, NAMED):
        yield each


@pytest.fixture
async def mistaken(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WorkerUnderTest]:
    """A worker on a host that names what is not there."""
    async for each in running(monkeypatch, {"H264": "h264_of_tomorrow"}):
        yield each


async def processed(worker: WorkerUnderTest) -> tuple[BrowserPeer, OutgoingVideo, str]:
    peer = BrowserPeer(NumberedCamera(320, 240))
    await worker.open("test-darken", peer)
    return peer, worker.engine._seats["one"].pipeline.outgoing_video, "libx264"


async def transcoded(worker: WorkerUnderTest) -> tuple[BrowserPeer, OutgoingVideo, str]:
    publisher = BrowserPeer(NumberedCamera(320, 240), direction="sendonly")
    await worker.open("passthrough", publisher, session="a", room="hall")
    viewer = OneCodecPeer("H264")
    viewer.receive_only("video")
    await worker.open("test-watching", viewer, session="b", room="hall")
    versions = worker.engine._seats["a"].pipeline.versions
    await until(lambda: versions.second)
    assert versions.second is not None
    return viewer, versions.second.output, "libx264"


async def mixed(worker: WorkerUnderTest) -> tuple[BrowserPeer, OutgoingVideo, str]:
    people = [Person(worker, name) for name in ("alice", "bob")]
    for person in people:
        await person.offer(video=1, room_options=MIX)
    await worker.ask("view", "alice", mix=True)
    await people[0].follow()
    room = worker.engine._rooms["hall"]
    await until(lambda: room._mix and room._mix._picture)
    return people[0].peer, room._mix._picture.output, "libvpx"


WAYS = [processed, transcoded, mixed]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    return [each.getMessage() for each in records if each.name == "workers.host_encoders"]


@pytest.mark.parametrize("way", WAYS)
async def test_what_the_host_names_makes_the_pictures(equipped: WorkerUnderTest, way: Any) -> None:
    peer, video, software = await way(equipped)
    await until(lambda: len(peer.pictures) > 10)
    assert STAND_INS[video._encoder.implementation] == software
    assert peer.undecodable == 0


@pytest.mark.parametrize("way", WAYS)
async def test_one_that_fails_in_mid_stream_gives_way_to_software(
    equipped: WorkerUnderTest, hardware: type[Hardware], caplog: pytest.LogCaptureFixture, way: Any
) -> None:
    peer, video, software = await way(equipped)
    await until(lambda: len(peer.pictures) > 10)
    hardware.fails_at = 0
    await until(lambda: video._encoder.implementation == software)
    seen = len(peer.pictures)
    await until(lambda: len(peer.pictures) > seen + 10)
    assert peer.undecodable == 0
    named = {name for name, done_by in STAND_INS.items() if done_by == software}
    assert [any(name in told for name in named) for told in warnings(caplog)] == [True]


async def test_one_that_gives_nothing_any_more_gives_way_too(
    equipped: WorkerUnderTest, hardware: type[Hardware]
) -> None:
    peer, video, software = await processed(equipped)
    await until(lambda: len(peer.pictures) > 10)
    hardware.fails_at, hardware.fail = 0, list
    await until(lambda: video._encoder.implementation == software)
    seen = len(peer.pictures)
    await until(lambda: len(peer.pictures) > seen + 10)
    assert peer.undecodable == 0


async def test_one_that_takes_other_planes_gets_them(
    equipped: WorkerUnderTest, hardware: type[Hardware]
) -> None:
    hardware.formats = ("nv12", "qsv")
    peer, video, _ = await processed(equipped)
    await until(lambda: len(peer.pictures) > 20)
    assert (video._encoder.implementation, video._encoder._codec.pix_fmt) == ("h264_standin", "nv12")
    numbers = [read_number(frame.image) for frame in peer.pictures]
    assert numbers == sorted(numbers)


async def test_a_studio_speaks_h264_where_the_host_encodes_it(equipped: WorkerUnderTest) -> None:
    for key in ("passthrough", "test-darken"):
        peer = BrowserPeer(NumberedCamera(320, 240))
        answer = await equipped.open(key, peer, session=key)
        assert answer["sdp"].index("H264/90000") < answer["sdp"].index("VP8/90000")
        await until(lambda peer=peer: len(peer.pictures) > 5)
        assert {frame.codec for frame in peer.packets} == {"H264"}


async def test_a_room_speaks_vp8_all_the_same(equipped: WorkerUnderTest) -> None:
    people = [Person(equipped, name) for name in ("alice", "bob")]
    for person in people:
        await person.offer(video=1)
    await people[0].follow()
    await until(lambda: len(people[0].pictures("bob")) > 5)
    assert {frame.codec for frame in people[0].peer.packets} == {"VP8"}


async def test_what_cannot_be_opened_is_told_once_and_left_alone(
    mistaken: WorkerUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    await until(lambda: warnings(caplog))
    await until(lambda: not mistaken.engine._options.encoders.prefers_h264)
    for session in ("one", "two"):
        peer = OneCodecPeer("H264", NumberedCamera(320, 240))
        await mistaken.open("test-darken", peer, session=session)
        await until(lambda peer=peer: len(peer.pictures) > 5)
    visitor = BrowserPeer(NumberedCamera(320, 240))
    await mistaken.open("test-darken", visitor, session="three")
    await until(lambda: len(visitor.pictures) > 5)
    assert {frame.codec for frame in visitor.packets} == {"VP8"}
    assert len(warnings(caplog)) == 1
    assert "h264_of_tomorrow" in warnings(caplog)[0]


def test_one_that_wants_pictures_in_its_own_memory_gives_way(
    hardware: type[Hardware], caplog: pytest.LogCaptureFixture
) -> None:
    hardware.formats = ("vaapi",)
    encoders = HostEncoders(NAMED)
    with caplog.at_level(logging.WARNING):
        encoder = encoders.make("H264", 400_000)
        data, is_key = encoder.encode(grey_picture(320, 240), False)
    assert (encoder.implementation, is_key) == ("libx264", True)
    assert "vaapi only" in warnings(caplog)[0]
    picture = VideoDecoder().decode(EncodedFrame(data, "H264", 0.0, True, 0.0))
    assert picture is not None
    assert to_image(picture, "gray").shape == (240, 320)


def test_software_that_fails_says_so() -> None:
    encoder = HostEncoders().make("VP8", 400_000)
    with pytest.raises(av.FFmpegError):
        encoder.encode(to_picture(np.zeros((2, 40_000), np.uint8), "gray"), False)


def test_the_setting_names_codecs_that_are_spoken_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEO_ENCODERS", "H264=h264_nvenc,VP8=vp8_qsv")
    assert settings.video_encoders("VIDEO_ENCODERS") == {"H264": "h264_nvenc", "VP8": "vp8_qsv"}
    for wrong in ("AV1=av1_nvenc", "h264=h264_nvenc", "H264="):
        monkeypatch.setenv("VIDEO_ENCODERS", wrong)
        with pytest.raises(ImproperlyConfigured, match="VIDEO_ENCODERS=H264=h264_nvenc"):
            settings.video_encoders("VIDEO_ENCODERS")


@pytest.mark.parametrize("name", LIVE_OPTIONS)
def test_ffmpeg_knows_what_each_encoder_is_told(name: str) -> None:
    """It ignores names that it does not know, and refuses values: so it must refuse nonsense and take ours."""
    assert not refuses(name, dict(LIVE_OPTIONS[name]))
    for option in LIVE_OPTIONS[name]:
        assert refuses(name, {option: "nonsense"}), option


def refuses(name: str, options: dict[str, str]) -> bool:
    codec: Any = av.CodecContext.create(name, "w")
    codec.width, codec.height, codec.pix_fmt = 320, 240, picture_format(codec)
    codec.time_base, codec.bit_rate, codec.options = video_encoders.FRAME_TIME, 400_000, options
    try:
        codec.open()
    except av.ArgumentError:
        return True
    except av.FFmpegError:
        return False  # there is no such hardware here
    return False
