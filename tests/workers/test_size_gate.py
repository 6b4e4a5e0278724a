"""Pictures of absurd size reach nobody, and the next picture that is bearable does."""

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.frames import EncodedFrame
from workers.h264_size import H264SizeUnreadable, h264_sizes
from workers.incoming import IncomingVideo
from workers.size_gate import SizeGate
from workers.video_encoders import H264Encoder

from .h264_writer import parameter_set

START = b"\x00\x00\x00\x01\x67"
VP8_KEY = b"\x10\x02\x00\x9d\x01\x2a"


def picture(width: int, height: int) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.zeros((height * 3 // 2, width), np.uint8), format="yuv420p")


def vp8(width: int, height: int) -> EncodedFrame:
    header = VP8_KEY + width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return EncodedFrame(header + bytes(20), "VP8", 1.0, True, 1.0)


def h264(data: bytes, is_key: bool = True) -> EncodedFrame:
    return EncodedFrame(data, "H264", 1.0, is_key, 1.0)


DELTA = EncodedFrame(b"d" * 20, "VP8", 1.0, False, 1.0)


@pytest.mark.parametrize(
    ("size", "is_admitted"),
    [
        ((640, 480), True),
        ((4096, 4096), True),
        ((4097, 16), False),
        ((16383, 16383), False),
        ((0, 480), False),
    ],
)
def test_the_side_of_a_picture_decides_until_the_next_key_frame(
    size: tuple[int, int], is_admitted: bool
) -> None:
    gate = SizeGate()
    assert gate.admits(vp8(*size)) is is_admitted
    assert gate.admits(DELTA) is is_admitted
    assert gate.admits(vp8(320, 240))
    assert gate.admits(DELTA)


def test_what_is_absurd_is_counted_and_a_key_frame_asked_for() -> None:
    asked: list[bool] = []
    passed_on: list[EncodedFrame] = []
    incoming = IncomingVideo(lambda: asked.append(True))
    incoming.on_frame = passed_on.append
    good = vp8(640, 480)
    for frame in (vp8(16383, 16383), DELTA, good, DELTA):
        incoming.put(frame)
    assert passed_on == [good, DELTA]
    assert incoming.oversized_frames == len(asked) == 2
    assert incoming.rate.total == 2


def test_h264_is_judged_by_its_parameter_set() -> None:
    gate = SizeGate()
    assert gate.admits(h264(b"\x00\x00\x01\x65\x88", is_key=True))
    assert not gate.admits(h264(START + parameter_set(16384, 16384)))
    assert not gate.admits(h264(b"\x00\x00\x01\x65\x88", is_key=True))
    assert gate.admits(h264(START + parameter_set(1280, 720)))
    assert not gate.admits(h264(START + b"\x42"))


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("is_interlaced", [False, True])
def test_what_a_parameter_set_says_is_read(is_interlaced: bool, order: int) -> None:
    data = START + parameter_set(1920, 1088, is_interlaced, order)
    assert h264_sizes(data + b"\x00\x00\x00\x01\x65\x88") == [(1920, 1088)]


@pytest.mark.parametrize("profile", ["Baseline", "High"])
@pytest.mark.parametrize("size", [(320, 240), (1280, 720), (4096, 2304)])
def test_the_size_that_an_encoder_writes_is_read(size: tuple[int, int], profile: str) -> None:
    encoder = H264Encoder(1_000_000)
    codec = encoder._open(*size)
    if profile == "High":
        codec = av.CodecContext.create("libx264", "w")
        codec.width, codec.height, codec.pix_fmt, codec.profile = *size, "yuv420p", "High"
        codec.options = {"x264-params": "cqm=jvt"}
    data = b"".join(bytes(packet) for packet in [*codec.encode(picture(*size)), *codec.encode(None)])
    assert h264_sizes(data) == [size]


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        sizes = h264_sizes(START + data)
    except H264SizeUnreadable:
        return
    assert all(width > 0 and height > 0 for width, height in sizes)
