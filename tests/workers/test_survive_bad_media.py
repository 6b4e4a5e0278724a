"""Damaged and hostile media: counted, dropped, and no other session notices."""

import asyncio
import time
from typing import Any

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamTrack
from av import VideoFrame

from workers import aiortc_hooks
from workers.audio_codecs import OpusEncoder
from workers.frames import EncodedFrame
from workers.incoming import IncomingAudio, IncomingVideo
from workers.packetisers import Vp8Packetiser
from workers.video_codecs import to_picture
from workers.video_encoders import H264Encoder, Vp8Encoder

from .browser_peer import BrowserPeer, NumberedCamera, numbered_picture, read_number
from .conftest import WorkerUnderTest, until

VP8_KEY = b"\x10\x02\x00\x9d\x01\x2a"
HUGE_VP8 = VP8_KEY + (16383).to_bytes(2, "little") * 2 + bytes(200)


def good_frames(count: int) -> list[bytes]:
    encoder = Vp8Encoder(800_000)
    return [encoder.encode(to_picture(numbered_picture(n), "bgr24"), n == 0)[0] for n in range(count)]


class Payloads(MediaStreamTrack):
    """Sends whatever payloads it is given, one frame of them 30 times a second, over and over."""

    kind = "video"

    def __init__(self, frames: list[list[bytes]]) -> None:
        super().__init__()
        self.frames, self.number = frames, 0

    async def recv(self) -> Any:
        await asyncio.sleep(1 / 30)
        self.number += 1
        return self.frames[self.number % len(self.frames)]


class AsGiven:
    """A packetiser that sends payloads as they are."""

    target_bitrate = 0

    def __init__(self) -> None:
        self.timestamp = 0

    def pack(self, payloads: list[bytes]) -> tuple[list[bytes], int]:
        self.timestamp += 3000
        return payloads, self.timestamp


class HostilePeer(BrowserPeer):
    def __init__(self, frames: list[list[bytes]]) -> None:
        super().__init__(Payloads(frames))
        sender = self.connection.getTransceivers()[0].sender
        aiortc_hooks.attach_sender(sender, AsGiven(), lambda: None)


def vp8_payloads(data: bytes) -> list[bytes]:
    return Vp8Packetiser().pack(EncodedFrame(data, "VP8", 0.0, True, 0.0))[0]


HOSTILE: dict[str, list[list[bytes]]] = {
    "empty payloads": [[b""], [b"\x90"], [b"\x90\x80"], [b"", b""]],
    "truncated VP8": [vp8_payloads(data[: len(data) // 3]) for data in good_frames(20)],
    "a 16k by 16k header": [vp8_payloads(HUGE_VP8)],
    "4000 byte payloads": [[b"\x90\x80\x80\x01" + VP8_KEY + bytes(3990)]],
    "noise": [[bytes((seed * 31 + i * 7) % 256 for i in range(1100))] for seed in range(40)],
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_video_costs_only_its_own_session(worker: WorkerUnderTest, kind: str) -> None:
    good = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", good, session="good")
    hostile = HostilePeer(HOSTILE[kind])
    await worker.open("test-darken", hostile, session="bad")
    await until(lambda: len(good.pictures) > 40)
    assert good.undecodable == 0
    assert worker.engine.load().sessions == {"good", "bad"}
    await worker.ask("close", "bad", reason="closed")


def frame(data: bytes, codec: str = "VP8", is_key: bool = True) -> EncodedFrame:
    return EncodedFrame(data, codec, 1.0, is_key, time.monotonic())


def huge_h264() -> bytes:
    """Return a whole H.264 picture that is larger than what is accepted."""
    picture = VideoFrame.from_ndarray(np.zeros((2304 * 3 // 2, 4096), np.uint8), format="yuv420p")
    return H264Encoder(1_000_000).encode(picture, True)[0]


@pytest.mark.parametrize(
    "bad",
    [
        frame(HUGE_VP8),
        frame(good_frames(1)[0][:40]),
        frame(b""),
        frame(b"\x00\x00\x00\x01\x67" + b"\xff" * 60 + b"\x00\x00\x00\x01\x65" + b"\xff" * 60, "H264"),
        frame(huge_h264(), "H264"),
        frame(b"x" * 100, "AV1"),
    ],
    ids=["huge", "cut", "empty", "absurd H.264", "huge H.264", "foreign codec"],
)
def test_an_undecodable_frame_is_counted_and_a_key_frame_asked_for(bad: EncodedFrame) -> None:
    asked: list[bool] = []
    incoming = IncomingVideo(lambda: asked.append(True))
    incoming.start_decoding()
    incoming.put(bad)
    assert incoming.latest("bgr24") is None
    incoming.put(frame(b"d" * 50, is_key=False))
    assert incoming.latest("bgr24") is None
    assert len(asked) >= 2
    incoming.put(frame(good_frames(1)[0]))
    picture = incoming.latest("bgr24")
    assert picture is not None
    assert picture.image.shape == (480, 640, 3)


def test_the_backlog_of_a_processor_that_hangs_is_bounded() -> None:
    incoming = IncomingVideo(lambda: None)
    incoming.start_decoding()
    for data in good_frames(30) * 20:
        incoming.put(frame(data))
    assert len(incoming._backlog) <= 90
    assert incoming.overflowed_frames > 400


def test_a_switch_leaves_no_old_pictures_to_the_next_processor() -> None:
    asked: list[bool] = []
    incoming = IncomingVideo(lambda: asked.append(True))
    incoming.start_decoding()
    encoded = good_frames(6)
    for number, data in enumerate(encoded[:4]):
        incoming.put(frame(data, is_key=number == 0))
    incoming.start_decoding()
    for data in encoded[4:]:
        incoming.put(frame(data, is_key=False))
    given = [read_number(picture.image) for _ in range(3) if (picture := incoming.next("bgr24")) is not None]
    assert given == [4, 5]
    assert len(asked) == 1


def test_a_switch_leaves_no_old_sound_to_the_next_processor() -> None:
    incoming = IncomingAudio(lambda in_order: None)
    incoming.start_decoding()
    encoder = OpusEncoder(48000, 1)
    packets = [data for _ in range(10) for data in encoder.encode(np.zeros((1, 960), np.float32))]
    for number, data in enumerate(packets[:6]):
        if number == 5:
            incoming.start_decoding()
        incoming.put(EncodedFrame(data, "opus", number / 50, True, time.monotonic()))
        if number == 1:
            assert incoming.next(48000, 1) is not None
    sound = incoming.next(48000, 1)
    assert sound is not None
    assert (sound.time, sound.samples.shape[1] <= 960) == (5 / 50, True)
    assert incoming.next(48000, 1) is None
