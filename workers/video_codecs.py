"""Pictures between their encoded form and NumPy arrays.

Decoding and encoding release the GIL; both are called from the one thread that runs a session's processor. libvpx gets
one thread: two that share a core spin against each other. Encoders are in ``video_encoders``.
"""

from typing import Any, cast

import av
import numpy as np
from av import VideoFrame

from processors.planes import Place, even_sides, image_of, new_place, planes_of
from processors.results import PixelFormat

from .frames import MAX_PICTURE_PIXELS, EncodedFrame, is_acceptable_size, vp8_size

Image = np.ndarray[Any, np.dtype[np.uint8]]

NEUTRAL_CHROMA = 128
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


def to_image(picture: VideoFrame, pixel_format: PixelFormat, place: Place = new_place) -> Image:
    """Return ``picture`` as an array: (height, width, 3), (height, width) for gray, (height·3/2, width) for yuv420p.

    Gray is the Y plane as it is (video range, no copy, read-only). Of planes an odd row or column is left out; they are
    written to ``place``.
    """
    if picture.format.name not in {"yuv420p", "yuvj420p"}:
        picture = picture.reformat(format="yuv420p")
    if pixel_format == "gray":
        return luma_plane(picture)
    is_even = picture.width % 2 == picture.height % 2 == 0
    if pixel_format == "yuv420p":
        return planes_in(picture, place) if is_even else even_planes(picture)
    if not is_even:
        return cast(Image, picture.to_ndarray(format=pixel_format))
    return image_of(planes_in(picture, new_place), pixel_format)


def planes_in(picture: VideoFrame, place: Place) -> Image:
    """Return the three planes of a yuv420p picture with even sides, one after the other; each byte is copied once."""
    width, height = picture.width, picture.height
    planes = place((height * 3 // 2, width))
    rest = planes.reshape(-1)
    for plane, scale in zip(picture.planes, (1, 2, 2), strict=True):
        pixels = pixels_of(plane, height // scale, width // scale)
        rest[: pixels.size].reshape(pixels.shape)[...] = pixels
        rest = rest[pixels.size :]
    return planes


def even_planes(picture: VideoFrame) -> Image:
    image = even_sides(picture.to_ndarray(format="bgr24"))
    return planes_of(image, "bgr24")


def luma_plane(picture: VideoFrame) -> Image:
    image = pixels_of(picture.planes[0], picture.height, picture.width)
    image.flags.writeable = False
    return image


def pixels_of(plane: Any, height: int, width: int) -> Image:
    """Return the plane as it lies in the decoder's memory, without what fills up its rows."""
    rows: Image = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[:height, :width]


def to_picture(image: Image, pixel_format: PixelFormat) -> VideoFrame:
    """Return ``image`` as a yuv420p picture with even sides; a 2-D image is the Y plane.

    It keeps nothing of ``image``, which may be another's a moment later.
    """
    if pixel_format == "yuv420p" and image.ndim == 2:
        return picture_around(np.array(image, order="C"))
    if image.ndim == 2:
        return gray_picture(even_sides(image))
    return picture_around(planes_of(even_sides(image), pixel_format))


def gray_picture(image: Image) -> VideoFrame:
    height, width = image.shape
    i420 = np.empty((height * 3 // 2, width), np.uint8)
    i420[:height] = image
    i420[height:] = NEUTRAL_CHROMA
    return picture_around(i420)


def picture_around(planes: Image) -> VideoFrame:
    """Return a picture that lies in the memory of ``planes``, which must be nobody else's: a copy less."""
    return VideoFrame.from_numpy_buffer(planes, format="yuv420p")
