"""How much one socket may send: a token bucket for messages, strikes for malformed ones."""

import time
from collections.abc import Callable

MALFORMED_ALLOWED = 3


class TokenBucket:
    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._filled_at = clock()

    def take(self) -> bool:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._per_second)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    @property
    def wait_seconds(self) -> float:
        return max(0.0, (1 - self._tokens) / self._per_second)


class FloodGuard:
    """Lets messages through at a steady pace; who goes on after being told is cut off."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.bucket = TokenBucket(per_second, burst, clock)
        # A second burst of refused messages is a flood.
        self._patience = TokenBucket(per_second, burst, clock)
        self._told_at = -1.0
        self._clock = clock

    def admits(self) -> bool:
        return self.bucket.take()

    def is_flood(self) -> bool:
        """Call it for every message that was not admitted."""
        return not self._patience.take()

    def should_tell(self) -> bool:
        """Once a second is enough: an answer to every message would be a flood of our own."""
        now = self._clock()
        if now - self._told_at < 1:
            return False
        self._told_at = now
        return True


class Strikes:
    def __init__(self) -> None:
        self._malformed = 0

    def add(self) -> bool:
        """Count one malformed message; True when it was one too many."""
        self._malformed += 1
        return self._malformed >= MALFORMED_ALLOWED
