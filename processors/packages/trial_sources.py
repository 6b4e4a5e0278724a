"""Where a trial takes its pictures and sound from: a camera, a clip, a photo, or our sample."""

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeAlias

import av
import cv2
import numpy as np

from ..base import Processor, needs_samples
from ..pictures import PIXELS
from ..results import Picture, PixelFormat
from ..stills import FPS, babble, converted
from .conformance.scene import sample as sample_picture
from .trial_errors import TrialFailed
from .trial_media import Heard, Media, Seen

Source: TypeAlias = Generator[Media, None, None]

SAMPLE_SECONDS = 3.0
PHOTOS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
PHOTO_FPS = 30
CHUNK_SECONDS = 0.02


def open_source(camera: str, cls: type[Processor], seconds: float | None) -> Source:
    """Open at once, so that a wrong name is refused before weights are loaded."""
    if camera == "sample":
        return sample(cls, seconds or SAMPLE_SECONDS)
    if camera.isdigit():
        return from_camera(opened_camera(int(camera), cls), cls, seconds)
    path = Path(camera)
    if not path.is_file():
        raise TrialFailed(f"There is no file {camera}. --camera takes 0, a clip, a photo or sample.")
    if path.suffix.casefold() in PHOTOS:
        return photo(read_photo(path, cls), cls, seconds)
    return clip(opened_clip(path), cls, seconds)


def sample(cls: type[Processor], seconds: float) -> Source:
    """Our sample picture and something like a voice, ten steps a second."""
    picture = sample_picture("portrait")
    for step in range(round(seconds * FPS)):
        at = step / FPS
        yield Heard(np.repeat(babble(cls.sample_rate, at), cls.channels, axis=0), at)
        yield Seen(converted(picture, cls.pixel_format), at)


def photo(picture: Picture, cls: type[Processor], seconds: float | None) -> Source:
    """Once; with ``--seconds`` again and again, for what needs a few frames."""
    for step in range(1 if seconds is None else max(1, round(seconds * PHOTO_FPS))):
        yield Seen(converted(picture, cls.pixel_format), step / PHOTO_FPS)


def from_camera(camera: Any, cls: type[Processor], seconds: float | None) -> Source:
    began = time.monotonic()
    try:
        while seconds is None or time.monotonic() - began < seconds:
            read, picture = camera.read()
            if not read:
                raise TrialFailed("The camera gives no pictures any more. Is it still plugged in?")
            yield Seen(converted(picture, cls.pixel_format), time.monotonic() - began)
    finally:
        camera.release()


def clip(container: Any, cls: type[Processor], seconds: float | None) -> Source:
    """In the order of the file, each kind converted as the site converts it."""
    with container:
        resampler = av.AudioResampler("fltp", "stereo" if cls.channels == 2 else "mono", cls.sample_rate)
        streams = *container.streams.video[:1], *container.streams.audio[:1]
        for frame in container.decode(*streams):
            at = float(frame.time or 0.0)
            if seconds is not None and at >= seconds:
                return
            if isinstance(frame, av.VideoFrame):
                yield Seen(as_image(frame, cls.pixel_format), at)
            else:
                yield from sounds(resampler, frame, at)


def sounds(resampler: Any, frame: Any, at: float) -> Source:
    for made in resampler.resample(frame):
        samples = made.to_ndarray().astype(np.float32, copy=False)
        size = round(made.sample_rate * CHUNK_SECONDS)
        for begin in range(0, samples.shape[1], size):
            yield Heard(samples[:, begin : begin + size].copy(), at + begin / made.sample_rate)


def as_image(frame: Any, pixel_format: PixelFormat) -> Picture:
    """Grey is the Y plane as it was decoded, as on the site."""
    if pixel_format == "gray":
        return rows_of(frame)[: frame.height]
    wanted: Picture = rows_of(frame) if pixel_format == "yuv420p" else frame.to_ndarray(format=pixel_format)
    return wanted


def rows_of(frame: Any) -> Picture:
    """The planes, with even sides: others cannot be one array."""
    planes: Picture = frame.reformat(
        width=frame.width // 2 * 2, height=frame.height // 2 * 2, format="yuv420p"
    ).to_ndarray()
    return planes


def opened_camera(number: int, cls: type[Processor]) -> Any:
    if needs_samples(cls) and "video" not in cls.takes:
        raise TrialFailed(
            f"{cls.label} takes sound, and only pictures come from a camera here. "
            "Record a clip and give that: --camera clip.mp4."
        )
    camera = cv2.VideoCapture(number)
    if not camera.isOpened():
        raise TrialFailed(
            f"Camera {number} does not open. Try another number, end programs that use it, or give a clip."
        )
    return camera


def opened_clip(path: Path) -> Any:
    try:
        return av.open(str(path))
    except (av.FFmpegError, OSError) as error:
        raise TrialFailed(f"{path} is no clip that can be read ({error}).") from error


def read_photo(path: Path, cls: type[Processor]) -> Picture:
    if "video" not in cls.takes:
        raise TrialFailed(f"{cls.label} takes no pictures. Give it a clip with sound, or --camera sample.")
    picture = cv2.imread(str(path))
    if picture is None:
        raise TrialFailed(f"{path} is no picture that can be read.")
    if picture.shape[0] * picture.shape[1] > PIXELS:
        raise TrialFailed(f"{path} has more than {PIXELS // 1_000_000} million pixels. Reduce it first.")
    return picture
