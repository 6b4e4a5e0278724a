"""The currency of the media path: one encoded frame, as it came from the network or from our encoder."""

from collections import deque
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

VIDEO_CLOCK = 90_000
AUDIO_CLOCK = 48_000
CLOCK_RATES = {"video": VIDEO_CLOCK, "audio": AUDIO_CLOCK}

# Larger than any camera; a header that claims more is damage or an attack.
MAX_SIDE_PIXELS = 4096
MAX_PICTURE_PIXELS = 1920 * 1920


@dataclass(slots=True, frozen=True)
class EncodedFrame:
    """One encoded picture, or 20 ms of sound.

    ``time`` is seconds on the session's media clock (see ``workers.media_clock``); ``arrived_at`` is
    ``time.monotonic()`` when its last packet came in, or when it was encoded here. ``ticks`` counts samples of sound
    at 48 kHz: its receivers take a step other than a packet's length for a gap, so corrections of ``time`` must not
    change it. Only differences between neighbours count; None for pictures.
    """

    data: bytes
    codec: str
    time: float
    is_key: bool
    arrived_at: float
    ticks: int | None = None
    # Whether it is sound that nobody hears, as far as the publisher says.
    is_silent: bool = False


def take_oldest(waiting: deque[T]) -> T | None:
    """Take one out, in a thread, while the loop puts more in or throws all away; None when nothing is there."""
    try:
        return waiting.popleft()
    except IndexError:
        return None


def is_vp8_key_frame(data: bytes) -> bool:
    """Whether ``data`` begins a VP8 key frame (RFC 6386 §9.1: the lowest bit of the frame tag is 0)."""
    return len(data) >= 10 and not data[0] & 1 and data[3:6] == b"\x9d\x01\x2a"


def vp8_size(data: bytes) -> tuple[int, int]:
    """Return (width, height) in pixels from a VP8 key frame's header (RFC 6386 §9.1)."""
    return (int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF)


def is_h264_key_frame(data: bytes) -> bool:
    """Whether the Annex B ``data`` holds a parameter set or an IDR slice (ITU-T H.264 table 7-1: types 7, 5)."""
    position = data.find(b"\x00\x00\x01")
    while 0 <= position < len(data) - 3:
        if data[position + 3] & 0x1F in (5, 7):
            return True
        position = data.find(b"\x00\x00\x01", position + 3)
    return False


def is_key_frame(codec: str, data: bytes) -> bool:
    """Whether decoding can begin with ``data``; every audio frame can."""
    if codec == "VP8":
        return is_vp8_key_frame(data)
    if codec == "H264":
        return is_h264_key_frame(data)
    return True


def is_forwardable_size(width: int, height: int) -> bool:
    """Whether viewers may get pictures of this size, which nobody decodes here."""
    return 0 < width <= MAX_SIDE_PIXELS and 0 < height <= MAX_SIDE_PIXELS


def is_acceptable_size(width: int, height: int) -> bool:
    """Whether pictures of this size are decoded here."""
    return is_forwardable_size(width, height) and width * height <= MAX_PICTURE_PIXELS
