"""The pre-encoded stream that all load clients send: 640×480, 30 frames a second, VP8 of about 1 Mbit/s.

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
from av import VideoFrame
from av.video.frame import PictureType

from tests.support.processes import ROOT
from workers.frames import is_vp8_key_frame

from .scene import FRAMES_PER_SECOND, HEIGHT, WIDTH, Scene

FOLDER = ROOT / "var" / "bench"
# Part of the file's name: another scene is another file.
VERSION = 1
FRAMES = 20 * FRAMES_PER_SECOND
BITS_PER_SECOND = 1_000_000

IVF_HEADER = struct.Struct("<4sHH4sHHIIII")
IVF_FRAME = struct.Struct("<IQ")


@dataclass(frozen=True)
class PreparedStream:
    """The encoded frames; the number drawn into a picture is its place here."""

    frames: tuple[bytes, ...]

    @property
    def kilobits_per_second(self) -> float:
        return sum(map(len, self.frames)) * 8 / 1000 / len(self.frames) * FRAMES_PER_SECOND


@cache
def prepared_stream() -> PreparedStream:
    """Return the stream; made in a few seconds when it is not there yet."""
    path = FOLDER / f"stream-{VERSION}.ivf"
    if not path.exists():
        write_ivf(path, encode_scene())
    return PreparedStream(tuple(read_ivf(path)))


def encode_scene() -> list[bytes]:
    scene, encoder = Scene(), browser_like_encoder()
    frames = []
    for number in range(FRAMES):
        picture = VideoFrame.from_ndarray(scene.i420(number), format="yuv420p")
        picture.pts = number
        picture.pict_type = PictureType.NONE if number else PictureType.I
        data = b"".join(bytes(packet) for packet in encoder.encode(picture))
        if not data or is_vp8_key_frame(data) != (number == 0):
            raise RuntimeError(f"Frame {number} was dropped or became a key frame; calm the scene down.")
        frames.append(data)
    return frames


def browser_like_encoder() -> Any:
    """libvpx as browsers drive it. Not the engine's own encoder: the stream must not change with the engine."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base = Fraction(1, FRAMES_PER_SECOND)
    encoder.bit_rate = BITS_PER_SECOND
    encoder.gop_size = 10 * FRAMES
    encoder.thread_count = 1
    rate = str(BITS_PER_SECOND)
    encoder.options = {"cpu-used": "-6", "deadline": "realtime", "lag-in-frames": "0", "bufsize": rate}
    encoder.options |= {"minrate": rate, "maxrate": rate, "static-thresh": "1", "undershoot-pct": "100"}
    return encoder


def write_ivf(path: Path, frames: list[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several processes may come here at once: whoever is last leaves the same file.
    half_written = path.with_suffix(f".{id(frames)}")
    with half_written.open("wb") as file:
        header = (b"DKIF", 0, IVF_HEADER.size, b"VP80", WIDTH, HEIGHT, FRAMES_PER_SECOND, 1, len(frames), 0)
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
