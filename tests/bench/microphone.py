"""Sound of the load client: prepared Opus packets out, counted packets in."""

import asyncio
import time
from functools import cache
from typing import Any

import numpy as np
from aiortc.mediastreams import MediaStreamTrack

from workers import aiortc_hooks
from workers.audio_codecs import FRAME_SAMPLES, OpusEncoder
from workers.frames import AUDIO_CLOCK, EncodedFrame
from workers.jitter_buffers import AudioJitterBuffer

PACKET_SECONDS = FRAME_SAMPLES / AUDIO_CLOCK
PREPARED_SECONDS = 4
# A voice-like tone that rises and falls four times a second.
HERTZ, SYLLABLES_HERTZ, AMPLITUDE = 180.0, 4.0, 0.3


@cache
def prepared_packets() -> tuple[bytes, ...]:
    seconds = np.arange(PREPARED_SECONDS * AUDIO_CLOCK) / AUDIO_CLOCK
    loudness = AMPLITUDE * np.sin(np.pi * SYLLABLES_HERTZ * seconds) ** 2
    samples = (loudness * np.sin(2 * np.pi * HERTZ * seconds)).astype(np.float32)
    return tuple(OpusEncoder(AUDIO_CLOCK, 1).encode(samples[None]))


class PreparedMicrophone(MediaStreamTrack):
    """50 packets a second, in a loop."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._started_at: float | None = None
        self._number = 0
        self.is_muted = False

    async def recv(self) -> EncodedFrame:  # type: ignore[override]
        now = time.monotonic()
        self._started_at = self._started_at or now
        await asyncio.sleep(max(0.0, self._started_at + self._number * PACKET_SECONDS - now))
        packets = prepared_packets()
        # The tone begins in silence.
        data = packets[0 if self.is_muted else self._number % len(packets)]
        media_time = self._number * PACKET_SECONDS
        self._number += 1
        return EncodedFrame(data, "opus", media_time, False, time.monotonic())


class ReceivedSound:
    """Counts the packets of one track."""

    def __init__(self, receiver: Any) -> None:
        self._packets = 0
        aiortc_hooks.attach_receiver(receiver, AudioJitterBuffer(self._count), lambda: None)

    def take(self) -> int:
        """Return how many came since the last time."""
        packets, self._packets = self._packets, 0
        return packets

    def _count(self, payload_type: int, timestamp: int, data: bytes) -> None:
        self._packets += 1
