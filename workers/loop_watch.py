"""How late a loop runs: what everything that waits on it waits for, whoever holds it up."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import NamedTuple

# To wake a loop that does nothing else costs up to a millisecond: nothing that it needs is in the caches any more.
PROBE_SECONDS = 0.1
# Ten seconds.
REMEMBERED_PROBES = 100
# Fewer are no finding: three seconds.
LEAST_PROBES = 30
# A callback may hold the loop for so long.
LATE_SECONDS = 0.005


class Lateness(NamedTuple):
    """Of the last ten seconds: half of all moments, 99 of 100, and the worst."""

    p50_seconds: float = 0.0
    p99_seconds: float = 0.0
    longest_seconds: float = 0.0


class LoopWatch:
    """Asks to be woken each 100 ms and looks how much later that happens. Its owner goes through ``moments``."""

    def __init__(self) -> None:
        # How long somebody would have waited who was due at one of the evenly spaced moments, oldest first.
        self._waits: deque[float] = deque(maxlen=REMEMBERED_PROBES)
        # How often the loop was late by more than it may.
        self.times_late = 0

    async def moments(self) -> AsyncIterator[float]:
        """Yield the time (time.monotonic()) at each look, for what else is to be done regularly."""
        due = time.monotonic()
        while True:
            due += PROBE_SECONDS
            await asyncio.sleep(due - time.monotonic())
            now = time.monotonic()
            due += PROBE_SECONDS * self.note(now - due)
            yield now

    def note(self, late: float) -> int:
        """Note that the loop ran so late, and return how many more moments have passed meanwhile.

        They count too: a loop that is held for a second makes all wait who are due in that second, not one.
        """
        late = max(0.0, late)
        self.times_late += late > LATE_SECONDS
        passed = int(late / PROBE_SECONDS)
        self._waits.extend(late - PROBE_SECONDS * n for n in range(min(passed + 1, REMEMBERED_PROBES)))
        return passed

    def lateness(self) -> Lateness:
        waits = sorted(self._waits)
        if not waits:
            return Lateness()
        return Lateness(waits[len(waits) // 2], waits[-(len(waits) // 100) - 1], waits[-1])

    @property
    def usual_seconds(self) -> float:
        """The median, once there is enough to go by: a start is not a load."""
        return self.lateness().p50_seconds if len(self._waits) >= LEAST_PROBES else 0.0
