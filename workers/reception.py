"""What a viewer's receiver reports say of its network: how much is lost on the way, and whether packets wait on it.

A browser's estimate alone also falls when a machine is short of time, the viewer's or this one. A network that takes
too little shows: what it cannot carry is lost, or waits.
"""

import math
import statistics
import time
from collections import deque

# Older reports say nothing about now.
WINDOW_SECONDS = 2.5
# … but how long a round trip takes is known for longer: browsers report on sound alone every 5 s.
ROUND_TRIP_SECONDS = 10.0
# Fewer packets say nothing about a share.
LEAST_PACKETS = 20
# Less than this is lost by radio too, where fewer bits would not help and repeats fill the gaps (Google's congestion
# control sends less from 10 % on: draft-ietf-rmcat-gcc-02 §6) …
TROUBLED_SHARE = 0.1
# … and where so much is, nobody needs to wait for an estimate.
DROWNED_SHARE = 0.3
CLEAR_SHARE = 0.02
# A round trip that stays this much above the shortest means a queue. A busy machine answers late too, but not always.
QUEUE_SECONDS = 0.25
CLEAR_QUEUE_SECONDS = 0.1
# The shortest round trip may have been one with a queue already: a long one is never clear.
LONG_SECONDS = 0.2
# While all arrives at once, so much more may be tried; and of what arrives while it does not, so much is used.
PROBE = 1.3
USABLE_SHARE = 0.8
SEQUENCE_MODULUS = 2**16
REMEMBERED_REPORTS = 200


class Reception:
    """One viewer's network, by the reports on all that is sent to it. Lives on the loop."""

    def __init__(self) -> None:
        # By stream: packets lost so far and the highest sequence number, as told last.
        self._told: dict[int, tuple[int, int]] = {}
        # When (time.monotonic()), how many packets were lost since the report before, and of how many.
        self._losses: deque[tuple[float, int, int]] = deque(maxlen=REMEMBERED_REPORTS)
        # When, and how long a round trip took.
        self._round_trips: deque[tuple[float, float]] = deque(maxlen=REMEMBERED_REPORTS)
        self._shortest = math.inf
        # What the reports of the window say, and when the newest came; it is asked for more often than it changes.
        self._lost_share: float | None = None
        self._queue_seconds: float | None = None
        self._noted_at = float("-inf")

    def note(self, ssrc: int, lost: int, highest: int, round_trip: float | None) -> None:
        """Take a report: packets lost since the beginning, the highest sequence number; the round trip in seconds."""
        now = time.monotonic()
        if ssrc in self._told:
            lost_before, highest_before = self._told[ssrc]
            expected = (highest - highest_before) % SEQUENCE_MODULUS
            self._losses.append((now, max(0, lost - lost_before), expected))
        self._told[ssrc] = lost, highest
        if round_trip is not None:
            self._shortest = min(self._shortest, round_trip)
            self._round_trips.append((now, round_trip))
        self._sum_up(now)

    @property
    def lost_share(self) -> float | None:
        """Return which share of the packets was lost lately; None when too little is known."""
        return self._lost_share if self._is_recent else None

    @property
    def round_trip_seconds(self) -> float | None:
        """Return how long the way there and back takes, by the newest reports; None when nothing is known."""
        newest = self._round_trips[-1][0] if self._round_trips else float("-inf")
        if time.monotonic() - newest >= ROUND_TRIP_SECONDS:
            return None
        return statistics.median(seconds for _, seconds in self._round_trips)

    @property
    def queue_seconds(self) -> float | None:
        """Return how long packets surely wait on the way; None when nothing is known."""
        return self._queue_seconds if self._is_recent else None

    @property
    def is_troubled(self) -> bool:
        """Whether the network takes less than is sent, as far as reports tell; without any it may be so."""
        lost, queue = self.lost_share, self.queue_seconds
        if lost is None and queue is None:
            return True
        return (lost or 0.0) >= TROUBLED_SHARE or (queue or 0.0) >= QUEUE_SECONDS

    @property
    def is_drowned(self) -> bool:
        """Whether most of what is sent is lost."""
        return (self.lost_share or 0.0) >= DROWNED_SHARE

    @property
    def is_clear(self) -> bool:
        """Whether all that is sent arrives, and at once."""
        lost, queue = self.lost_share, self.queue_seconds
        if lost is None or queue is None:
            return False
        return lost < CLEAR_SHARE and queue < CLEAR_QUEUE_SECONDS and not self._is_long

    def can_take(self, estimate: int, sent: float) -> int:
        """Return what this network can take of pictures, in bit/s.

        An estimate says little after a flood, and grows only with what is sent, and slowly; what arrives is known.
        """
        lost = self.lost_share
        arriving = int(sent * (1 - lost)) if lost is not None else 0
        if self.is_clear:
            return max(estimate, int(arriving * PROBE))
        share = USABLE_SHARE if self.is_troubled or self._is_long else 1.0
        return int(max(estimate, arriving) * share)

    @property
    def _is_recent(self) -> bool:
        return time.monotonic() - self._noted_at < WINDOW_SECONDS

    @property
    def _is_long(self) -> bool:
        queue = self.queue_seconds
        return queue is not None and queue + self._shortest >= LONG_SECONDS

    def _sum_up(self, now: float) -> None:
        self._noted_at = now
        for reports in (self._losses, self._round_trips):
            while reports and now - reports[0][0] >= WINDOW_SECONDS:
                reports.popleft()
        expected = sum(each for _, _, each in self._losses)
        lost = sum(each for _, each, _ in self._losses)
        self._lost_share = min(1.0, lost / expected) if expected >= LEAST_PACKETS else None
        shortest = min((seconds for _, seconds in self._round_trips), default=None)
        self._queue_seconds = shortest - self._shortest if shortest is not None else None
