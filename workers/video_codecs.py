"""Pictures between their encoded form and NumPy arrays.

Decoding and encoding release the GIL; both are called from the one thread that runs a session's processor. libvpx gets
one thread: two that share a core spin against each other.
"""

from fractions import Fraction
from typing import Any, cast

import av
import cv2
import numpy as np
from av import VideoFrame
from av.video.frame import PictureType

from .frames import VIDEO_CLOCK, EncodedFrame, is_acceptable_size, is_key_frame, vp8_size

Image = np.ndarray[Any, np.dtype[np.uint8]]

TIME_BASE = Fraction(1, VIDEO_CLOCK)
NEUTRAL_CHROMA = 128
# cv2's name for the way from I420 (video range, BT.601) to each pixel format and back.
FROM_I420 = {"bgr24": cv2.COLOR_YUV2BGR_I420, "rgb24": cv2.COLOR_YUV2RGB_I420}
TO_I420 = {"bgr24": cv2.COLOR_BGR2YUV_I420, "rgb24": cv2.COLOR_RGB2YUV_I420}
DECODERS = {"VP8": "libvpx", "H264": "h264"}

# Measured (DESIGN figures): noise-sensitivity 4 costs 0.2 ms a frame at equal PSNR; below −8 the picture suffers.
VP8_OPTIONS = {
    "cpu-used": "-8",
    "deadline": "realtime",
    "lag-in-frames": "0",
    "noise-sensitivity": "0",
    "overshoot-pct": "15",
    "undershoot-pct": "100",
    "partitions": "0",
    "static-thresh": "1",
    "error-resilient": "0",
}
GROUP_OF_PICTURES = 3000
# A new encoder costs a key frame, so small changes of the bit rate are not followed.
BIT_RATE_STEP = 0.2
MIN_BIT_RATE = 100_000


class UndecodableFrame(Exception):
    """The encoded frame is damaged, absurd, or of a codec that is not spoken here."""


class VideoDecoder:
    """Decodes one stream; must be given every frame, in order, from a key frame on."""

    def __init__(self) -> None:
        self._codec: Any = None
        self._codec_name = ""

    def decode(self, frame: EncodedFrame) -> VideoFrame | None:
        """Return the decoded picture (yuv420p), or None when the frame shows nothing; raise UndecodableFrame."""
        self._prepare(frame)
        try:
            pictures = self._codec.decode(av.Packet(frame.data))
        except (av.FFmpegError, ValueError) as error:
            raise UndecodableFrame(f"A {frame.codec} frame of {len(frame.data)} bytes is damaged.") from error
        return pictures[-1] if pictures else None

    def _prepare(self, frame: EncodedFrame) -> None:
        if frame.codec not in DECODERS:
            raise UndecodableFrame(f"The codec {frame.codec} is not spoken here; offer VP8.")
        if frame.codec == "VP8" and frame.is_key and not is_acceptable_size(*vp8_size(frame.data)):
            raise UndecodableFrame(f"A picture of {vp8_size(frame.data)} pixels is not accepted.")
        if self._codec is None or frame.codec != self._codec_name:
            self._codec_name = frame.codec
            self._codec = av.CodecContext.create(DECODERS[frame.codec], "r")
            self._codec.thread_count = 1


def to_image(picture: VideoFrame, pixel_format: str) -> Image:
    """Return ``picture`` as an array: (height, width, 3), (height, width) for gray, (height·3/2, width) for yuv420p.

    Gray is the Y plane as it is (video range, no copy, read-only).
    """
    if picture.format.name not in {"yuv420p", "yuvj420p"}:
        picture = picture.reformat(format="yuv420p")
    if pixel_format == "gray":
        return luma_plane(picture)
    if pixel_format == "yuv420p":
        return cast(Image, picture.to_ndarray())
    if picture.width % 2 or picture.height % 2:
        return cast(Image, picture.to_ndarray(format=pixel_format))
    return cast(Image, cv2.cvtColor(picture.to_ndarray(), FROM_I420[pixel_format]))


def luma_plane(picture: VideoFrame) -> Image:
    plane = picture.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    image: Image = rows[: picture.height, : picture.width]
    image.flags.writeable = False
    return image


def to_picture(image: Image, pixel_format: str) -> VideoFrame:
    """Return ``image`` as a yuv420p picture with even sides; a 2-D image is the Y plane."""
    if pixel_format == "yuv420p" and image.ndim == 2:
        return VideoFrame.from_ndarray(np.ascontiguousarray(image), format="yuv420p")
    if image.ndim == 2:
        return gray_picture(even_sides(image))
    i420 = cast(Image, cv2.cvtColor(even_sides(image), TO_I420[pixel_format]))
    return VideoFrame.from_ndarray(i420, format="yuv420p")


def gray_picture(image: Image) -> VideoFrame:
    height, width = image.shape
    i420 = np.empty((height * 3 // 2, width), np.uint8)
    i420[:height] = image
    i420[height:] = NEUTRAL_CHROMA
    return VideoFrame.from_ndarray(i420, format="yuv420p")


def even_sides(image: Image) -> Image:
    """Cut the last row or column where a side is odd: 4:2:0 colour needs pairs."""
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        image = image[: height - height % 2, : width - width % 2]
    return np.ascontiguousarray(image)


class Vp8Encoder:
    """Encodes one published stream with libvpx in its real-time mode."""

    codec_name = "VP8"

    def __init__(self, bit_rate: int) -> None:
        # Wanted bit rate in bit/s; followed in steps.
        self.bit_rate = bit_rate
        self._codec: Any = None
        # The frame number is libvpx's clock: its rate control only needs an even pace.
        self._pts = 0

    def encode(self, picture: VideoFrame, force_key: bool) -> tuple[bytes, bool]:
        """Return (encoded frame, whether it is a key frame); empty when the encoder dropped it."""
        self._prepare(picture)
        self._pts += 1
        picture.pts = self._pts
        picture.time_base = Fraction(1, 30)
        picture.pict_type = PictureType.I if force_key else PictureType.NONE
        data = b"".join(bytes(packet) for packet in self._codec.encode(picture))
        return data, is_key_frame(self.codec_name, data)

    def _prepare(self, picture: VideoFrame) -> None:
        if self._codec is None or self._has_changed(picture):
            self._codec = self._open(picture.width, picture.height)

    def _has_changed(self, picture: VideoFrame) -> bool:
        if (picture.width, picture.height) != (self._codec.width, self._codec.height):
            return True
        current: int = self._codec.bit_rate
        return abs(self.bit_rate - current) > BIT_RATE_STEP * current

    def _open(self, width: int, height: int) -> Any:
        codec = av.CodecContext.create("libvpx", "w")
        codec.width, codec.height = width, height
        codec.pix_fmt = "yuv420p"
        codec.time_base = Fraction(1, 30)
        codec.bit_rate = max(self.bit_rate, MIN_BIT_RATE)
        codec.gop_size = GROUP_OF_PICTURES
        codec.qmin, codec.qmax = 2, 56
        codec.thread_count = 1
        rate = str(codec.bit_rate)
        codec.options = VP8_OPTIONS | {"minrate": rate, "maxrate": rate, "bufsize": rate}
        return codec
