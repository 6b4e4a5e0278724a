"""What comes from a browser: which share is lost on the way here, and how unevenly the rest arrives."""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

# Older counts say nothing about now.
WINDOW_SECONDS = 3.0
# Fewer packets say nothing about a share.
LEAST_PACKETS = 20
REMEMBERED_COUNTS = 32


@dataclass(frozen=True)
class Arrived:
    """One stream since its beginning: packets sent as far as we can tell, packets received, and the jitter of now."""

    ssrc: int
    expected: int
    received: int
    jitter_seconds: float


class Arrivals:
    """All streams of one browser. Lives on the loop."""

    def __init__(self) -> None:
        # When (time.monotonic()), and what had arrived by then, by SSRC.
        self._counts: deque[tuple[float, dict[int, Arrived]]] = deque(maxlen=REMEMBERED_COUNTS)
        self.lost_share: float | None = None
        self.jitter_seconds: float | None = None

    def note(self, streams: Iterable[Arrived]) -> None:
        """Called about twice a second with all that has come so far."""
        now = time.monotonic()
        self._counts.append((now, {each.ssrc: each for each in streams}))
        while now - self._counts[0][0] > WINDOW_SECONDS:
            self._counts.popleft()
        self._sum_up(self._counts[0][1], self._counts[-1][1])

    def _sum_up(self, before: dict[int, Arrived], after: dict[int, Arrived]) -> None:
        pairs = [(before[ssrc], now) for ssrc, now in after.items() if ssrc in before]
        expected = sum(now.expected - then.expected for then, now in pairs)
        received = sum(now.received - then.received for then, now in pairs)
        is_enough = expected >= LEAST_PACKETS
        self.lost_share = max(0.0, 1 - received / expected) if is_enough else None
        # One stream may come unevenly because its camera does; what all have in common is the network's.
        moving = [now.jitter_seconds for then, now in pairs if now.received > then.received]
        self.jitter_seconds = min(moving) if moving and is_enough else None
