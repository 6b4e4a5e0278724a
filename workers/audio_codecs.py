"""Sound between Opus and NumPy arrays: ``float32 (channels, n)`` in [-1, 1]."""

from fractions import Fraction
from typing import Any

import av
import numpy as np
from av import AudioFrame, AudioResampler

from .frames import AUDIO_CLOCK

Samples = np.ndarray[Any, np.dtype[np.float32]]

# RFC 7587 §4.2: 20 ms is the usual length of an Opus frame.
FRAME_SAMPLES = 960
LAYOUTS = {1: "mono", 2: "stereo"}
BIT_RATE = 64_000


class UndecodableSound(Exception):
    """An Opus packet is damaged."""


class OpusDecoder:
    """Decodes one stream and brings it to the rate and channels that a processor declares."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._codec: Any = av.CodecContext.create("libopus", "r")
        self._codec.format = "flt"
        self._codec.layout = "stereo"
        self._codec.sample_rate = AUDIO_CLOCK
        self._resampler = AudioResampler(format="fltp", layout=LAYOUTS[channels], rate=sample_rate)
        self._channels = channels

    def decode(self, data: bytes) -> Samples:
        """Return the packet's samples, shape (channels, n); n may be 0 while the resampler fills."""
        try:
            frames = self._codec.decode(av.Packet(data))
        except (av.FFmpegError, ValueError) as error:
            raise UndecodableSound(f"An Opus packet of {len(data)} bytes is damaged.") from error
        parts = [piece.to_ndarray() for frame in frames for piece in self._resample(frame)]
        if not parts:
            return np.zeros((self._channels, 0), np.float32)
        return np.concatenate(parts, axis=1).astype(np.float32, copy=False)

    def _resample(self, frame: AudioFrame) -> list[AudioFrame]:
        frame.pts = None
        return self._resampler.resample(frame)


class OpusEncoder:
    """Encodes one published stream, in frames of 20 ms."""

    def __init__(self, sample_rate: int, channels: int, bit_rate: int = BIT_RATE) -> None:
        self._rate = sample_rate
        self._layout = LAYOUTS[channels]
        self._resampler = AudioResampler(
            format="flt", layout="stereo", rate=AUDIO_CLOCK, frame_size=FRAME_SAMPLES
        )
        self._codec: Any = av.CodecContext.create("libopus", "w")
        self._codec.format = "flt"
        self._codec.layout = "stereo"
        self._codec.sample_rate = AUDIO_CLOCK
        self._codec.bit_rate = bit_rate
        self._codec.options = {"application": "audio", "frame_duration": "20"}
        self._codec.time_base = Fraction(1, AUDIO_CLOCK)
        self._pts = 0

    def encode(self, samples: Samples) -> list[bytes]:
        """Return the packets that ``samples`` (channels, n) complete; each stands for 20 ms."""
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(samples, np.float32), format="fltp", layout=self._layout
        )
        frame.sample_rate = self._rate
        frame.pts = None
        packets: list[bytes] = []
        for piece in self._resampler.resample(frame):
            piece.pts = self._pts
            piece.time_base = Fraction(1, AUDIO_CLOCK)
            self._pts += piece.samples
            packets += [bytes(packet) for packet in self._codec.encode(piece)]
        return packets
