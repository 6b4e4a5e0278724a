"""Pictures between their encoded form and NumPy arrays.

Decoding and encoding release the GIL; both are called from the one thread that runs a session's processor. libvpx gets
one thread: two that share a core spin against each other. Encoders are in ``video_encoders``.
"""

from typing import Any, cast

import av
import cv2
import numpy as np
from av import VideoFrame

from .frames import MAX_PICTURE_PIXELS, EncodedFrame, is_acceptable_size, vp8_size

Image = np.ndarray[Any, np.dtype[np.uint8]]

NEUTRAL_CHROMA = 128
# cv2's name for the way from I420 (video range, BT.601) to each pixel format and back.
FROM_I420 = {"bgr24": cv2.COLOR_YUV2BGR_I420, "rgb24": cv2.COLOR_YUV2RGB_I420}
TO_I420 = {"bgr24": cv2.COLOR_BGR2YUV_I420, "rgb24": cv2.COLOR_RGB2YUV_I420}
DECODERS = {"VP8": "libvpx", "H264": "h264"}


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
            # H.264 says its size inside, in a form that only the decoder reads.
            self._codec.options = {"max_pixels": str(MAX_PICTURE_PIXELS)}


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
