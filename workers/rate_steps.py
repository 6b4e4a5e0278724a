"""When an encode may change its bit rate: each change costs a new encoder and a key frame."""

import time
from typing import Protocol

# Up at most this often, and half as often after each time that it was too much.
RISE_PATIENCE_SECONDS = 4.0
LONGEST_PATIENCE_SECONDS = 60.0
# A fall to less than this share so soon after a rise (in times the patience) means that it was too much.
FALL_SHARE = 0.9
FAILED_WITHIN = 2.0


class HasBitRate(Protocol):
    bit_rate: int


class RateSteps:
    """Lets one stream go down at once and up after a while. Its first rise waits too: it has just begun."""

    def __init__(self) -> None:
        self._patience = RISE_PATIENCE_SECONDS
        # When (time.monotonic()) it went up last.
        self._rose_at = float("-inf")
        self._may_rise_at = time.monotonic() + self._patience

    def follow(self, stream: HasBitRate, wanted: int) -> None:
        """Lead ``stream`` to the wanted bit rate."""
        now = time.monotonic()
        if wanted > stream.bit_rate:
            if now >= self._may_rise_at:
                stream.bit_rate = wanted
                self._rose_at, self._may_rise_at = now, now + self._patience
            return
        if wanted < stream.bit_rate * FALL_SHARE:
            self._note_fall(now)
        stream.bit_rate = wanted

    def _note_fall(self, now: float) -> None:
        if now - self._rose_at < FAILED_WITHIN * self._patience:
            self._patience = min(2 * self._patience, LONGEST_PATIENCE_SECONDS)
        self._rose_at = float("-inf")
        self._may_rise_at = now + self._patience
