"""Small live figures: frames a second, milliseconds a step."""

import time
from collections import deque

WINDOW_SECONDS = 2.0
REMEMBERED_VALUES = 60


class RateMeter:
    """Events per second over the last two seconds."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=512)
        self.total = 0

    def count(self, now: float | None = None) -> None:
        self.total += 1
        self._times.append(time.monotonic() if now is None else now)

    def per_second(self) -> float:
        now = time.monotonic()
        recent = [moment for moment in list(self._times) if now - moment < WINDOW_SECONDS]
        if len(recent) < 2:
            return 0.0
        return (len(recent) - 1) / max(recent[-1] - recent[0], 1e-3)


class DurationMeter:
    """The median of the last durations, in seconds."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=REMEMBERED_VALUES)

    def add(self, seconds: float) -> None:
        self._values.append(seconds)

    @property
    def count(self) -> int:
        return len(self._values)

    def median(self) -> float | None:
        values = sorted(self._values)
        return values[len(values) // 2] if values else None


class BitRateMeter:
    """Bits a second over the last one to two seconds."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bytes = 0
        self._before = 0.0

    def count(self, size: int, now: float) -> None:
        passed = now - self._began
        if passed >= WINDOW_SECONDS / 2:
            self._before = self._bytes * 8 / passed
            self._began, self._bytes = now, 0
        self._bytes += size

    def per_second(self) -> float:
        """Return the rate of the last whole second; 0 when nothing came for long."""
        return self._before if time.monotonic() - self._began < WINDOW_SECONDS else 0.0
