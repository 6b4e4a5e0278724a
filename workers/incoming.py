"""The receiving end: encoded frames of one published track; pictures and sound only for who asks.

``put`` is called on the loop. ``latest`` and ``next`` are called by the one thread that runs the processor, so
decoding costs the loop nothing and happens only for frames that somebody wants to see.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import numpy as np
from av import VideoFrame

from processors.planes import Place, new_place
from processors.results import PixelFormat
from processors.runner import Frame
from processors.runner import Samples as SamplesAt

from . import engine_metrics
from .audio_codecs import OpusDecoder, Samples, UndecodableSound
from .frames import AUDIO_CLOCK, EncodedFrame
from .loudness import Loudness
from .meters import RateMeter
from .size_gate import SizeGate
from .video_codecs import UndecodableFrame, VideoDecoder, to_image

logger = logging.getLogger(__name__)

# Encoded frames that wait for a slow processor: 3 s at 30 fps, a few hundred kB.
VIDEO_BACKLOG_FRAMES = 90
# Sound that waits: one second, as packets of 20 ms.
AUDIO_BACKLOG_FRAMES = 50
# A gap longer than this is a new beginning, not lost packets to be filled with silence.
MAX_CONCEALED_SECONDS = 1.0
# How many frames' arrival times are remembered, to tell how long a picture was on its way here.
REMEMBERED_ARRIVALS = 128


class IncomingStream:
    """What sound and pictures have in common: encoded frames that are passed on, and kept while somebody decodes."""

    backlog_frames: int

    def __init__(self) -> None:
        # Frames that the processor's thread has not decoded yet.
        self._backlog: deque[EncodedFrame] = deque()
        # Held while decoding: after a switch two processors' threads may ask at once, and a decoder serves one.
        self._decoder_lock = threading.Lock()
        # Whether the backlog is filled at all.
        self._is_decoding = False
        # Frames that arrived before (time.monotonic()) are for the processor before.
        self._fresh_from = 0.0
        # Called on the loop with every frame.
        self.on_frame: Callable[[EncodedFrame], None] = lambda frame: None
        self.rate = RateMeter()
        self.last_frame_at = time.monotonic()
        self.undecodable_frames = 0
        # Frames thrown away undecoded because the processor was too slow for the backlog.
        self.overflowed_frames = 0

    def put(self, frame: EncodedFrame) -> None:
        """Take one complete frame from the jitter buffer."""
        self.last_frame_at = frame.arrived_at
        self.rate.count(frame.arrived_at)
        if self._is_decoding:
            if len(self._backlog) >= self.backlog_frames:
                self._overflow()
            self._keep(frame)
        self.on_frame(frame)

    def start_decoding(self) -> None:
        """Begin to keep frames, or begin anew for another processor: what still waits is not for it."""
        self._fresh_from = time.monotonic()
        self._is_decoding = True

    def stop_decoding(self) -> None:
        self._is_decoding = False
        self._backlog.clear()

    def _keep(self, frame: EncodedFrame) -> None:
        self._backlog.append(frame)

    def _overflow(self) -> None:
        """Make room in a full backlog."""
        self.overflowed_frames += 1
        self._backlog.popleft()

    def _pop(self) -> EncodedFrame | None:
        try:
            return self._backlog.popleft()
        except IndexError:
            return None


class IncomingVideo(IncomingStream):
    """One published camera or screen."""

    backlog_frames = VIDEO_BACKLOG_FRAMES

    def __init__(self, ask_for_key_frame: Callable[[], None]) -> None:
        super().__init__()
        # Asks the publisher for a key frame; callable from any thread.
        self.ask_for_key_frame = ask_for_key_frame
        # Returns the bit rate that viewers can take at most, in bit/s, or None.
        self.estimate_limit: Callable[[], int | None] = lambda: None
        self._size_gate = SizeGate()
        # Frames that nobody got because they, or the key frame before them, say an absurd size.
        self.oversized_frames = 0
        self._decoder = VideoDecoder()
        # Whether frames are skipped until a key frame comes.
        self._wants_key_frame = True
        # time.monotonic() of arrival by media time, of the newest frames.
        self._arrivals: dict[float, float] = {}

    def put(self, frame: EncodedFrame) -> None:
        if self._size_gate.admits(frame):
            super().put(frame)
            return
        self.oversized_frames += 1
        engine_metrics.OVERSIZED_FRAMES.inc()
        self.ask_for_key_frame()

    def start_decoding(self) -> None:
        """Begin to keep frames for ``latest``; the first picture comes with the next key frame."""
        if not self._is_decoding:
            self._wants_key_frame = True
            self.ask_for_key_frame()
        super().start_decoding()

    def latest(self, pixel_format: PixelFormat, place: Place = new_place) -> Frame | None:
        """Return the newest picture, or None when there is none since the last call.

        Every frame is decoded (each refers to the one before), only the newest is converted.
        """
        picture, shown, skipped = None, None, -1
        with self._decoder_lock:
            while (frame := self._pop()) is not None:
                if (decoded := self._decode(frame)) is not None:
                    picture, shown, skipped = decoded, frame, skipped + 1
        if picture is None or shown is None:
            return None
        return Frame(to_image(picture, pixel_format, place), shown.time, skipped)

    def next(self, pixel_format: PixelFormat, place: Place = new_place) -> Frame | None:
        """Return the oldest picture not yet returned, or None."""
        with self._decoder_lock:
            while (frame := self._pop()) is not None:
                # What is not for this processor is decoded all the same: the next picture refers to it.
                if (decoded := self._decode(frame)) is not None and frame.arrived_at >= self._fresh_from:
                    return Frame(to_image(decoded, pixel_format, place), frame.time, 0)
        return None

    def arrival(self, media_time: float) -> float | None:
        """Return when (``time.monotonic()``) the frame of ``media_time`` came in, if it is recent."""
        return self._arrivals.get(media_time)

    def _keep(self, frame: EncodedFrame) -> None:
        super()._keep(frame)
        self._arrivals[frame.time] = frame.arrived_at
        if len(self._arrivals) > REMEMBERED_ARRIVALS:
            self._arrivals.pop(next(iter(self._arrivals)))

    def _overflow(self) -> None:
        """Each picture needs the one before, so a full backlog is of no use any more."""
        self.overflowed_frames += len(self._backlog)
        self._backlog.clear()
        self._wants_key_frame = True

    def _decode(self, frame: EncodedFrame) -> VideoFrame | None:
        if self._wants_key_frame:
            if not frame.is_key:
                self.ask_for_key_frame()
                return None
            self._wants_key_frame = False
        try:
            return self._decoder.decode(frame)
        except UndecodableFrame as error:
            self.undecodable_frames += 1
            engine_metrics.UNDECODABLE_FRAMES.inc()
            self._wants_key_frame = True
            self.ask_for_key_frame()
            logger.info("%s", error)
            return None


class IncomingAudio(IncomingStream):
    """One published microphone, or the sound of a shared screen."""

    backlog_frames = AUDIO_BACKLOG_FRAMES

    def __init__(self, set_in_order: Callable[[bool], None]) -> None:
        super().__init__()
        self.loudness = Loudness()
        # Tells the jitter buffer whether packets must come in order.
        self._set_in_order = set_in_order
        self._decoder: OpusDecoder | None = None
        self._format = (0, 0)
        # Media time at which the next packet should begin; None at a new beginning.
        self._expected: float | None = None

    def start_decoding(self) -> None:
        self._set_in_order(True)
        super().start_decoding()

    def stop_decoding(self) -> None:
        self._set_in_order(False)
        super().stop_decoding()

    def next(self, sample_rate: int, channels: int) -> SamplesAt | None:
        """Return the next packet's sound at the wanted rate and channels, lost packets before it as silence."""
        with self._decoder_lock:
            return self._next(sample_rate, channels)

    def _next(self, sample_rate: int, channels: int) -> SamplesAt | None:
        self._prepare(sample_rate, channels)
        frame = self._pop_fresh()
        if frame is None:
            return None
        samples = self._decode(frame)
        gap = self._gap_seconds(frame)
        self._expected = frame.time + samples.shape[1] / sample_rate
        if gap:
            silence = np.zeros((channels, round(gap * sample_rate)), np.float32)
            samples = np.concatenate([silence, samples], axis=1)
        return SamplesAt(samples, frame.time - gap)

    def _pop_fresh(self) -> EncodedFrame | None:
        while (frame := self._pop()) is not None and frame.arrived_at < self._fresh_from:
            self._expected = None
        return frame

    def _prepare(self, sample_rate: int, channels: int) -> None:
        if self._decoder is None or self._format != (sample_rate, channels):
            self._decoder = OpusDecoder(sample_rate, channels)
            self._format = (sample_rate, channels)
            self._expected = None

    def _decode(self, frame: EncodedFrame) -> Samples:
        assert self._decoder is not None
        try:
            return self._decoder.decode(frame.data)
        except UndecodableSound:
            self.undecodable_frames += 1
            engine_metrics.UNDECODABLE_FRAMES.inc()
            return np.zeros((self._format[1], 0), np.float32)

    def _gap_seconds(self, frame: EncodedFrame) -> float:
        if self._expected is None:
            return 0.0
        gap = frame.time - self._expected
        # Less than a fifth of a packet is rounding; more than a second is a pause of the sender.
        return gap if 192 / AUDIO_CLOCK < gap <= MAX_CONCEALED_SECONDS else 0.0
