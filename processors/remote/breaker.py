"""A circuit breaker: a server that keeps failing is left alone, and tried now and then."""

import threading
import time
from collections.abc import Callable

FAILURES_IN_A_ROW = 5
PROBE_SECONDS = 2.0


class CircuitBreaker:
    """Shared by all sessions of a server; callable from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        # When the next call may go out; None while closed.
        self._next_probe: float | None = None

    @property
    def is_open(self) -> bool:
        return self._next_probe is not None

    def lets_through(self) -> bool:
        """While open, one call in ``PROBE_SECONDS`` goes out to see whether the server is back."""
        with self._lock:
            if self._next_probe is None:
                return True
            if self._clock() < self._next_probe:
                return False
            self._next_probe = self._clock() + PROBE_SECONDS
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0
            self._next_probe = None

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                self._next_probe = self._clock() + PROBE_SECONDS
