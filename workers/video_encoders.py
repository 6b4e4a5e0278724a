"""Encoders for published pictures, in software or on hardware that the host names.

``VIDEO_ENCODERS`` maps a codec to the name that FFmpeg gives an encoder, for example ``{"H264": "h264_nvenc"}``.
One that cannot be opened here is replaced by the software encoder, with a line in the log.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import av
from av import VideoFrame
from av.video.frame import PictureType

from .frames import is_key_frame

logger = logging.getLogger(__name__)

SOFTWARE = {"VP8": "libvpx", "H264": "libx264"}
FRAME_TIME = Fraction(1, 30)
GROUP_OF_PICTURES = 3000
# A new encoder costs a key frame, so small changes of the bit rate are not followed.
BIT_RATE_STEP = 0.2
MIN_BIT_RATE = 60_000

# Measured at 640×480 and 800 kbit/s: noise-sensitivity 4 costs 0.2 ms a frame at equal PSNR; cpu-used −10 takes 0.3 ms
# less than −6 for 0.1 dB, −12 would cost 1.2 dB.
VP8_OPTIONS = {
    "cpu-used": "-10",
    "deadline": "realtime",
    "lag-in-frames": "0",
    "noise-sensitivity": "0",
    "overshoot-pct": "15",
    "undershoot-pct": "100",
    "partitions": "0",
    "static-thresh": "1",
}
H264_OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "level": "31"}


class VideoEncoder(ABC):
    """Encodes one published stream; follows size and bit rate by opening a new codec, which begins with a key frame."""

    codec_name: str

    def __init__(self, bit_rate: int, implementation: str = "") -> None:
        # Wanted bit rate in bit/s; followed in steps.
        self.bit_rate = bit_rate
        self._implementation = implementation or SOFTWARE[self.codec_name]
        self._codec: Any = None
        # The frame number is the encoder's clock: its rate control only needs an even pace.
        self._number = 0
        # How many of its clock's steps are between two pictures.
        self.frame_step = 1

    @property
    def implementation(self) -> str:
        return self._implementation

    def encode(self, picture: VideoFrame, force_key: bool) -> tuple[bytes, bool]:
        """Return (encoded frame, whether it is a key frame); empty when the encoder dropped it."""
        if self._codec is None or self._has_changed(picture):
            self._codec = self._open_or_fall_back(picture.width, picture.height)
        self._number += self.frame_step
        picture.pts, picture.time_base = self._number, FRAME_TIME
        picture.pict_type = PictureType.I if force_key else PictureType.NONE
        data = b"".join(bytes(packet) for packet in self._codec.encode(picture))
        return data, is_key_frame(self.codec_name, data)

    def _has_changed(self, picture: VideoFrame) -> bool:
        if (picture.width, picture.height) != (self._codec.width, self._codec.height):
            return True
        current: int = self._codec.bit_rate
        return abs(self.bit_rate - current) > BIT_RATE_STEP * current

    def _open_or_fall_back(self, width: int, height: int) -> Any:
        try:
            return self._open(width, height)
        except (av.FFmpegError, ValueError):
            software = SOFTWARE[self.codec_name]
            if self._implementation == software:
                raise
            logger.warning("The encoder %s cannot be opened here; %s is used", self._implementation, software)
            self._implementation = software
            return self._open(width, height)

    def _open(self, width: int, height: int) -> Any:
        codec: Any = av.CodecContext.create(self._implementation, "w")
        codec.width, codec.height = width, height
        codec.pix_fmt = "yuv420p"
        codec.time_base = FRAME_TIME
        codec.framerate = 1 / FRAME_TIME
        codec.bit_rate = max(self.bit_rate, MIN_BIT_RATE)
        codec.gop_size = GROUP_OF_PICTURES
        codec.thread_count = 1
        self._configure(codec)
        codec.open()
        return codec

    @abstractmethod
    def _configure(self, codec: Any) -> None:
        """Set what is special about this codec."""


class Vp8Encoder(VideoEncoder):
    codec_name = "VP8"

    def _configure(self, codec: Any) -> None:
        codec.qmin, codec.qmax = 2, 56
        rate = str(codec.bit_rate)
        codec.options = VP8_OPTIONS | {"minrate": rate, "maxrate": rate, "bufsize": rate}


class H264Encoder(VideoEncoder):
    codec_name = "H264"

    def _configure(self, codec: Any) -> None:
        codec.profile = "Baseline"
        if self._implementation == SOFTWARE["H264"]:
            rate = str(codec.bit_rate)
            codec.options = H264_OPTIONS | {"maxrate": rate, "bufsize": rate}


ENCODERS: dict[str, type[VideoEncoder]] = {"VP8": Vp8Encoder, "H264": H264Encoder}


def make_encoder(codec_name: str, bit_rate: int, implementations: Mapping[str, str]) -> VideoEncoder:
    """Return an encoder for ``codec_name``, with the implementation that the host named for it."""
    return ENCODERS[codec_name](bit_rate, implementations.get(codec_name, ""))
