"""Damaged and hostile media: counted, dropped, and no other session notices."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamTrack
from av import VideoFrame

from tests.support.patience import patient
from workers import aiortc_hooks
from workers.audio_codecs import OpusEncoder
from workers.frames import EncodedFrame
from workers.incoming import IncomingAudio, IncomingVideo
from workers.packetisers import PACKETISERS
from workers.video_codecs import to_picture
from workers.video_encoders import H264Encoder, Vp8Encoder

from .browser_peer import BrowserPeer, NumberedCamera, OneCodecPeer, numbered_picture, read_number
from .conftest import WorkerUnderTest, until
from .h264_writer import parameter_set

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


class HostilePeer(OneCodecPeer):
    def __init__(self, codec: str, frames: list[list[bytes]]) -> None:
        super().__init__(codec, Payloads(frames))
        sender = self.connection.getTransceivers()[0].sender
        aiortc_hooks.attach_sender(sender, AsGiven(), lambda: None)


def payloads(data: bytes, codec: str = "VP8") -> list[bytes]:
    return PACKETISERS[codec]().pack(EncodedFrame(data, codec, 0.0, True, 0.0))[0]


def noise(first_byte: int) -> list[list[bytes]]:
    return [[bytes((first_byte + seed * 31 + i * 7) % 256 for i in range(1100))] for seed in range(40)]


def large_h264(width: int, height: int) -> bytes:
    picture = VideoFrame.from_ndarray(np.zeros((height * 3 // 2, width), np.uint8), format="yuv420p")
    return H264Encoder(1_000_000).encode(picture, True)[0]


def absurd_h264() -> bytes:
    """Return a whole picture whose parameter set says 16384×16384."""
    return b"\x00\x00\x00\x01\x67" + parameter_set(16384, 16384) + large_h264(320, 240)


def received(seat: Any) -> IncomingVideo:
    incoming: IncomingVideo = seat.pipeline.incoming_video
    return incoming


def dropped_packets(seat: Any) -> int:
    """Return what the jitter buffer could make no picture of."""
    receiver = seat.peer._connection.getTransceivers()[0].receiver
    buffer = getattr(receiver, "_RTCRtpReceiver__jitter_buffer")  # noqa: B009 - mangled name
    return int(buffer.dropped_packets)


def oversized(seat: Any) -> int:
    return received(seat).oversized_frames


def undecodable_or_forwarded(seat: Any) -> int:
    incoming = received(seat)
    is_decoded = seat.pipeline.assignment.key == "test-darken"
    return incoming.undecodable_frames if is_decoded else incoming.rate.total


async def packets_received(seat: Any) -> int:
    report = await seat.peer._connection.getTransceivers()[0].receiver.getStats()
    return sum(each.packetsReceived for each in report.values() if each.type == "inbound-rtp")


async def until_packets_came(seat: Any, count: int) -> None:
    async with asyncio.timeout(patient(15)):
        while await packets_received(seat) < count:  # noqa: ASYNC110 - nothing tells of packets
            await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Hostility:
    """What is sent, and what the worker counts of it beside packets."""

    frames: list[list[bytes]]
    counts: Callable[[Any], int]
    codec: str = "VP8"


HOSTILE = {
    "empty payloads": Hostility([[b""], [b"\x90"], [b"\x90\x80"], [b"", b""]], lambda seat: 1),
    "truncated VP8": Hostility(
        [payloads(data[: len(data) // 3]) for data in good_frames(20)], undecodable_or_forwarded
    ),
    "a 16k by 16k header": Hostility([payloads(HUGE_VP8)], oversized),
    "a header without size": Hostility([payloads(VP8_KEY + bytes(990))], oversized),
    "noise": Hostility(noise(0), dropped_packets),
    "H.264 of 16k by 16k": Hostility([payloads(absurd_h264(), "H264")], oversized, "H264"),
    "H.264 too large to decode": Hostility(
        [payloads(large_h264(4096, 2304), "H264")], undecodable_or_forwarded, "H264"
    ),
    "noise as H.264": Hostility(noise(1), dropped_packets, "H264"),
}


def longest_gap(peer: BrowserPeer) -> float:
    """Return the longest time between two frames, in seconds."""
    return max(later.arrived_at - frame.arrived_at for frame, later in pairwise(peer.packets))


@pytest.mark.parametrize("key", ["passthrough", "test-darken"])
@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_video_costs_only_its_own_session(worker: WorkerUnderTest, kind: str, key: str) -> None:
    hostility = HOSTILE[kind]
    good = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", good, session="good")
    await until(lambda: len(good.pictures) > 5)
    await worker.open(key, HostilePeer(hostility.codec, hostility.frames), session="bad")
    seat = worker.engine._seats["bad"]
    await until_packets_came(seat, 20)
    await until(lambda: hostility.counts(seat) > 0)
    seen = len(good.pictures)
    await until(lambda: len(good.pictures) > seen + 40)
    assert good.undecodable == 0
    assert longest_gap(good) < patient(1.0)
    assert worker.engine.load().sessions == {"good", "bad"}
    await worker.ask("close", "bad", reason="closed")


def frame(data: bytes, codec: str = "VP8", is_key: bool = True) -> EncodedFrame:
    return EncodedFrame(data, codec, 1.0, is_key, time.monotonic())


@pytest.mark.parametrize(
    "bad",
    [
        frame(HUGE_VP8),
        frame(good_frames(1)[0][:40]),
        frame(b""),
        frame(b"\x00\x00\x00\x01\x67" + b"\xff" * 60 + b"\x00\x00\x00\x01\x65" + b"\xff" * 60, "H264"),
        frame(large_h264(4096, 2304), "H264"),
        frame(absurd_h264(), "H264"),
        frame(b"x" * 100, "AV1"),
    ],
    ids=["huge", "cut", "empty", "absurd H.264", "huge H.264", "16k H.264", "foreign codec"],
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
    for number, data in enumerate(good_frames(30) * 20):
        incoming.put(frame(data, is_key=number % 30 == 0))
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
