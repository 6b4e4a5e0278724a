"""The pre-encoded streams that load clients send: 640×480, 30 frames a second, VP8 of about 1 Mbit/s; or a small one.

Encoded once and kept under var/bench/ as an IVF file, which any player shows. It begins with a key frame and is played
in a loop; who needs a key frame is answered by beginning anew.
"""

import struct
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av import VideoFrame
from av.video.frame import PictureType

from tests.support.processes import ROOT
from workers.frames import is_vp8_key_frame

from .counter import Plane
from .scene import FRAMES_PER_SECOND, HEIGHT, WIDTH, Scene

FOLDER = ROOT / "var" / "bench"
# Part of the file's name: another scene is another file.
VERSION = 1
STREAM_SECONDS = 20

IVF_HEADER = struct.Struct("<4sHH4sHHIIII")
IVF_FRAME = struct.Struct("<IQ")


@dataclass(frozen=True)
class StreamFormat:
    """``shrunk``: how many times smaller than the scene its sides are."""

    file_name: str
    shrunk: int
    frames_per_second: int
    bits_per_second: int

    @property
    def size(self) -> tuple[int, int]:
        return WIDTH // self.shrunk, HEIGHT // self.shrunk


FORMATS = {
    "standard": StreamFormat(f"stream-{VERSION}.ivf", 1, FRAMES_PER_SECOND, 1_000_000),
    "small": StreamFormat(f"stream-{VERSION}-small.ivf", 2, FRAMES_PER_SECOND // 2, 250_000),
}


@dataclass(frozen=True)
class PreparedStream:
    """The encoded frames; the number drawn into a picture is its place here."""

    format: StreamFormat
    frames: tuple[bytes, ...]


@cache
def prepared_stream(name: str = "standard") -> PreparedStream:
    """Return the stream; made in a few seconds when it is not there yet."""
    wanted = FORMATS[name]
    path = FOLDER / wanted.file_name
    if not path.exists():
        write_ivf(path, wanted, encode_scene(wanted))
    return PreparedStream(wanted, tuple(read_ivf(path)))


def encode_scene(wanted: StreamFormat) -> list[bytes]:
    scene, encoder = Scene(), browser_like_encoder(wanted)
    frames = []
    for number in range(STREAM_SECONDS * wanted.frames_per_second):
        planes = shrunk(scene.i420(number, wanted.frames_per_second), wanted.shrunk)
        picture = VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = number
        picture.pict_type = PictureType.NONE if number else PictureType.I
        data = b"".join(bytes(packet) for packet in encoder.encode(picture))
        if not data or is_vp8_key_frame(data) != (number == 0):
            raise RuntimeError(f"Frame {number} was dropped or became a key frame; calm the scene down.")
        frames.append(data)
    return frames


def shrunk(planes: Plane, times: int) -> Plane:
    """Return an I420 picture with smaller sides."""
    if times == 1:
        return planes
    luma, width, height = planes[:HEIGHT], WIDTH // times, HEIGHT // times
    chroma = planes[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
    small = [cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA) for plane in chroma]
    rows = [plane.reshape(height // 4, width) for plane in small]
    return np.concatenate([cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA), *rows])


def browser_like_encoder(wanted: StreamFormat) -> Any:
    """libvpx as browsers drive it. Not the engine's own encoder: the stream must not change with the engine."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height = wanted.size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, wanted.frames_per_second)
    encoder.bit_rate = wanted.bits_per_second
    encoder.gop_size = 10 * STREAM_SECONDS * wanted.frames_per_second
    encoder.thread_count = 1
    rate = str(wanted.bits_per_second)
    encoder.options = {"cpu-used": "-6", "deadline": "realtime", "lag-in-frames": "0", "bufsize": rate}
    encoder.options |= {"minrate": rate, "maxrate": rate, "static-thresh": "1", "undershoot-pct": "100"}
    return encoder


def write_ivf(path: Path, written: StreamFormat, frames: list[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several processes may come here at once: whoever is last leaves the same file.
    half_written = path.with_suffix(f".{id(frames)}")
    with half_written.open("wb") as file:
        rate = (written.frames_per_second, 1)
        header = (b"DKIF", 0, IVF_HEADER.size, b"VP80", *written.size, *rate, len(frames), 0)
        file.write(IVF_HEADER.pack(*header))
        for number, data in enumerate(frames):
            file.write(IVF_FRAME.pack(len(data), number) + data)
    half_written.rename(path)


def read_ivf(path: Path) -> list[bytes]:
    content, frames, position = path.read_bytes(), [], IVF_HEADER.size
    while position < len(content):
        length, _ = IVF_FRAME.unpack_from(content, position)
        position += IVF_FRAME.size
        frames.append(content[position : position + length])
        position += length
    if not frames or not is_vp8_key_frame(frames[0]):
        raise RuntimeError(f"{path} is damaged; delete it, and it is made anew.")
    return frames
