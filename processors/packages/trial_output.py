"""Writes what came out of a trial: a clip, the last picture, or the sound."""

import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from ..base import Processor
from ..instance import Outcome
from ..results import Picture
from ..stills import in_bgr
from .trial_errors import TrialFailed

CLOCK = 90_000
CLIP_FPS = 30
CLIP_BITS = 4_000_000
KINDS = {".mp4": {"video", "audio"}, ".jpg": {"video"}, ".png": {"video"}, ".wav": {"audio"}}


class TrialOutput:
    """Takes everything and keeps nothing: for a trial without ``--out``."""

    def take(self, outcome: Outcome) -> None: ...

    def close(self) -> None: ...

    def told(self) -> str:
        return ""


class LastPicture(TrialOutput):
    def __init__(self, path: Path) -> None:
        self.path = path
        self.picture: Picture | None = None

    def take(self, outcome: Outcome) -> None:
        if outcome.image is not None:
            # A copy: the processor may go on drawing on it.
            self.picture = in_bgr(outcome.image, outcome.pixel_format).copy()

    def close(self) -> None:
        if self.picture is not None and not cv2.imwrite(str(self.path), self.picture):
            raise TrialFailed(f"{self.path} cannot be written.")

    def told(self) -> str:
        if self.picture is None:
            return f"No picture came out, so {self.path} was not written. --seconds 2 gives it more frames."
        return f"Written: {self.path}, the last picture that came out."


class Sound(TrialOutput):
    def __init__(self, path: Path, cls: type[Processor]) -> None:
        self.path = path
        self.seconds = 0.0
        self.rate = cls.sample_rate
        self.file = wave.open(str(path), "wb")  # noqa: SIM115 (closed in close)
        self.file.setnchannels(cls.channels)
        self.file.setsampwidth(2)
        self.file.setframerate(cls.sample_rate)

    def take(self, outcome: Outcome) -> None:
        if outcome.samples is not None:
            self.seconds += outcome.samples.shape[1] / self.rate
            self.file.writeframes((outcome.samples.T * 32767).astype("<i2").tobytes())

    def close(self) -> None:
        self.file.close()

    def told(self) -> str:
        return f"Written: {self.path}, {self.seconds:.1f} s of sound."


class Clip(TrialOutput):
    """H.264 and AAC. Pictures keep their times; all have the size of the first one."""

    def __init__(self, path: Path, cls: type[Processor]) -> None:
        self.path = path
        self.cls = cls
        self.container = av.open(str(path), "w")
        # Streams must be known before the first packet is written.
        self.video = self._video_stream() if "video" in cls.gives else None
        self.audio = self._audio_stream() if "audio" in cls.gives else None
        self.size: tuple[int, int] | None = None
        self.last_tick = -1
        self.heard = 0
        # Sound that waits for the first picture, whose size opens the encoder.
        self.waiting: list[Any] = []
        self.pictures = 0

    def take(self, outcome: Outcome) -> None:
        if outcome.image is not None and self.video is not None:
            self._show(in_bgr(outcome.image, outcome.pixel_format), outcome.time)
        if outcome.samples is not None and self.audio is not None:
            self._hear(outcome.samples)

    def close(self) -> None:
        empty = self.size is None and self.heard == 0
        if not empty:
            self._flush()
        self.container.close()
        if empty:
            self.path.unlink(missing_ok=True)

    def told(self) -> str:
        if self.size is None and self.heard == 0:
            return f"Nothing came out, so {self.path} was not written."
        return f"Written: {self.path}, {self.pictures} pictures and {self.heard / self.cls.sample_rate:.1f} s of sound."

    def _video_stream(self) -> Any:
        stream: Any = self.container.add_stream("libx264", rate=CLIP_FPS)
        stream.pix_fmt, stream.bit_rate = "yuv420p", CLIP_BITS
        stream.codec_context.time_base = Fraction(1, CLOCK)
        return stream

    def _audio_stream(self) -> Any:
        layout = "stereo" if self.cls.channels == 2 else "mono"
        return self.container.add_stream("aac", rate=self.cls.sample_rate, layout=layout)

    def _show(self, picture: Picture, at: float) -> None:
        resized: Any = cv2.resize(picture, self._size_for(picture))
        frame = av.VideoFrame.from_ndarray(resized, format="bgr24")
        # A clip wants times that grow.
        self.last_tick = frame.pts = max(self.last_tick + 1, round(at * CLOCK))
        frame.time_base = Fraction(1, CLOCK)
        self._write(self.video, frame)
        self.pictures += 1
        self._hear_waiting()

    def _size_for(self, picture: Picture) -> tuple[int, int]:
        if self.size is None:
            self.size = even(picture.shape[1]), even(picture.shape[0])
            stream: Any = self.video
            stream.width, stream.height = self.size
        return self.size

    def _hear(self, samples: Any) -> None:
        layout = "stereo" if self.cls.channels == 2 else "mono"
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts = self.cls.sample_rate, self.heard
        frame.time_base = Fraction(1, self.cls.sample_rate)
        self.heard += samples.shape[1]
        self.waiting.append(frame)
        if self.video is None or self.size is not None:
            self._hear_waiting()

    def _hear_waiting(self) -> None:
        frames, self.waiting = self.waiting, []
        for frame in frames:
            self._write(self.audio, frame)

    def _write(self, stream: Any, frame: Any) -> None:
        for packet in stream.encode(frame):
            self.container.mux(packet)

    def _flush(self) -> None:
        self._hear_waiting()
        for stream in (self.video, self.audio):
            if stream is not None:
                self._write(stream, None)


def check_out(out: Path, cls: type[Processor]) -> None:
    """Before anything runs: whether this can be written, and whether there will be something to write."""
    kinds = KINDS.get(out.suffix.casefold())
    if kinds is None:
        raise TrialFailed(f"--out {out}: the name must end in one of {', '.join(KINDS)}.")
    if not kinds & cls.gives:
        gives = " and ".join(sorted(cls.gives)) or "only data"
        raise TrialFailed(
            f"{cls.label} gives {gives}. Take another ending for --out, or --json for its results."
        )
    if not out.parent.is_dir():
        raise TrialFailed(f"There is no folder {out.parent}. Make it first.")


def output_for(out: Path | None, cls: type[Processor]) -> TrialOutput:
    if out is None:
        return TrialOutput()
    suffix = out.suffix.casefold()
    if suffix == ".mp4":
        return Clip(out, cls)
    return Sound(out, cls) if suffix == ".wav" else LastPicture(out)


def even(side: int) -> int:
    return max(2, side // 2 * 2)
