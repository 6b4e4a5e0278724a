"""Encoders for published pictures: FFmpeg's, in software or on hardware, told to keep no picture back.

One that cannot be opened, or fails in mid-stream, is replaced by software with the same picture.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
from av import VideoFrame
from av.video.frame import PictureType

from .encoder_options import LIVE_OPTIONS, SOFTWARE, picture_format
from .frames import is_key_frame

FRAME_TIME = Fraction(1, 30)
GROUP_OF_PICTURES = 3000
# A new encoder costs a key frame, so small changes of the bit rate are not followed.
BIT_RATE_STEP = 0.2
MIN_BIT_RATE = 60_000
# Hardware that gives nothing for so many pictures in a row has failed, without saying so.
MOST_SILENT_PICTURES = 30


class EncoderIsSilent(Exception):
    """The encoder takes pictures and gives nothing."""


class VideoEncoder(ABC):
    """Encodes one published stream; follows size and bit rate by opening a new codec, which begins with a key frame."""

    codec_name: str

    def __init__(
        self,
        bit_rate: int,
        implementation: str = "",
        on_failure: Callable[[str, Exception], None] = lambda name, error: None,
    ) -> None:
        # Wanted bit rate in bit/s; followed in steps.
        self.bit_rate = bit_rate
        self._implementation = implementation or SOFTWARE[self.codec_name]
        self._on_failure = on_failure
        self._codec: Any = None
        # The frame number is the encoder's clock: its rate control only needs an even pace.
        self._number = 0
        # How many of its clock's steps are between two pictures.
        self.frame_step = 1
        self._silent_pictures = 0

    @property
    def implementation(self) -> str:
        """Return FFmpeg's name of the encoder in use."""
        return self._implementation

    def encode(self, picture: VideoFrame, force_key: bool) -> tuple[bytes, bool]:
        """Return (encoded frame, whether it is a key frame); empty when the encoder dropped it."""
        try:
            return self._encode(picture, force_key)
        except Exception as error:
            if self._implementation == SOFTWARE[self.codec_name]:
                raise
            self._on_failure(self._implementation, error)
        self._implementation, self._codec = SOFTWARE[self.codec_name], None
        return self._encode(picture, force_key)

    def _encode(self, picture: VideoFrame, force_key: bool) -> tuple[bytes, bool]:
        if self._codec is not None and self._has_changed(picture):
            # First its memory, which the next one then takes: with both at once the heap would grow by one.
            self._codec = None
        if self._codec is None:
            self._codec = self._open(picture.width, picture.height)
        if picture.format.name != self._codec.pix_fmt:
            picture = picture.reformat(format=self._codec.pix_fmt)
        self._number += self.frame_step
        picture.pts, picture.time_base = self._number, FRAME_TIME
        picture.pict_type = PictureType.I if force_key else PictureType.NONE
        data = b"".join(bytes(packet) for packet in self._codec.encode(picture))
        self._note_silence(data)
        return data, is_key_frame(self.codec_name, data)

    def _note_silence(self, data: bytes) -> None:
        self._silent_pictures = 0 if data else self._silent_pictures + 1
        if self._silent_pictures > MOST_SILENT_PICTURES:
            self._silent_pictures = 0
            raise EncoderIsSilent(f"It gave nothing for {MOST_SILENT_PICTURES} pictures.")

    def _has_changed(self, picture: VideoFrame) -> bool:
        if (picture.width, picture.height) != (self._codec.width, self._codec.height):
            return True
        current: int = self._codec.bit_rate
        return abs(self.bit_rate - current) > BIT_RATE_STEP * current

    def _open(self, width: int, height: int) -> Any:
        codec = create_codec(self._implementation)
        codec.width, codec.height = width, height
        codec.pix_fmt = picture_format(codec)
        codec.time_base = FRAME_TIME
        codec.framerate = 1 / FRAME_TIME
        codec.bit_rate = max(self.bit_rate, MIN_BIT_RATE)
        codec.gop_size = GROUP_OF_PICTURES
        codec.max_b_frames = 0
        codec.thread_count = 1
        self._configure(codec)
        codec.open()
        return codec

    @abstractmethod
    def _configure(self, codec: Any) -> None:
        """Set what is special about this codec."""

    @property
    def _live_options(self) -> dict[str, str]:
        return dict(LIVE_OPTIONS.get(self._implementation, {}))


class Vp8Encoder(VideoEncoder):
    codec_name = "VP8"

    def _configure(self, codec: Any) -> None:
        codec.qmin, codec.qmax = 2, 56
        rate = str(codec.bit_rate)
        codec.options = self._live_options | {"minrate": rate, "maxrate": rate, "bufsize": rate}


class H264Encoder(VideoEncoder):
    codec_name = "H264"

    def _configure(self, codec: Any) -> None:
        codec.profile = "Baseline"
        rate = str(codec.bit_rate)
        codec.options = self._live_options | {"maxrate": rate, "bufsize": rate}


ENCODERS: dict[str, type[VideoEncoder]] = {"VP8": Vp8Encoder, "H264": H264Encoder}


def create_codec(name: str) -> Any:
    """Return FFmpeg's encoder of that name, not yet open; raise ValueError when it was built without."""
    return av.CodecContext.create(name, "w")
