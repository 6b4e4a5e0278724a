"""How well a person is connected, as everybody in a room is told: by some seconds, and without flicker."""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

LOST, UNKNOWN, POOR, GOOD, EXCELLENT = "lost", "unknown", "poor", "good", "excellent"
GRADES = (POOR, GOOD, EXCELLENT)

# A moment says little: what is known of this long counts together. Browsers report on sound alone every 5 s, and a
# report counts for 2.5 s.
WINDOW_SECONDS = 4.0
REMEMBERED_CONDITIONS = 32
# How long it must look worse, or be measured at all, before it is said; and better.
WORSE_SECONDS = 3.0
BETTER_SECONDS = 5.0
# After so long without any measurement nobody knows.
FORGET_SECONDS = 10.0


@dataclass(frozen=True)
class Condition:
    """What is known of a connection at one moment; None where nothing is."""

    lost_down: float | None = None
    lost_up: float | None = None
    round_trip_seconds: float | None = None
    jitter_seconds: float | None = None
    # Of the camera, as they come in.
    pictures_per_second: float | None = None


@dataclass(frozen=True)
class Limits:
    """What a connection may have at most, and of pictures at least, to be called so."""

    lost: float
    round_trip_seconds: float
    jitter_seconds: float
    pictures_per_second: float

    def hold(self, condition: Condition) -> bool:
        return (
            is_below(condition.lost_down, self.lost)
            and is_below(condition.lost_up, self.lost)
            and is_below(condition.round_trip_seconds, self.round_trip_seconds)
            and is_below(condition.jitter_seconds, self.jitter_seconds)
            and not is_below(condition.pictures_per_second, self.pictures_per_second, if_unknown=False)
        )


# A conversation stays easy up to some 200 ms; a camera in the dark gives 8 pictures a second.
LIMITS = {EXCELLENT: Limits(0.02, 0.2, 0.04, 7), GOOD: Limits(0.08, 0.5, 0.12, 4)}


class ConnectionQuality:
    """Lives on the loop. ``state`` is what is said: excellent, good, poor, lost, or unknown until measured."""

    def __init__(self) -> None:
        self.state = UNKNOWN
        self._conditions: deque[tuple[float, Condition]] = deque(maxlen=REMEMBERED_CONDITIONS)
        # Where what is measured lies, seen from what is said (-1 worse, 1 better), and since when (time.monotonic()).
        self._direction = 0
        self._since = 0.0

    def lose(self) -> None:
        """The connection is gone; that is said at once."""
        self.state = LOST
        self._conditions.clear()
        self._direction = 0

    def note(self, condition: Condition, best: str = EXCELLENT) -> None:
        """Take what is known now; whatever is measured, it is not said to be better than ``best``."""
        now = time.monotonic()
        if self.state == LOST:
            self.state = UNKNOWN
        self._conditions.append((now, condition))
        while now - self._conditions[0][0] > WINDOW_SECONDS:
            self._conditions.popleft()
        measured = grade_of(average(each for _, each in self._conditions))
        self._follow(min(measured, best, key=rank) if measured != UNKNOWN else UNKNOWN, now)

    def _follow(self, measured: str, now: float) -> None:
        direction = (rank(measured) > rank(self.state)) - (rank(measured) < rank(self.state))
        if direction != self._direction:
            self._direction, self._since = direction, now
        if direction and now - self._since >= self._patience_seconds(measured):
            self.state, self._direction = measured, 0

    def _patience_seconds(self, measured: str) -> float:
        if measured == UNKNOWN:
            return FORGET_SECONDS
        is_better = self.state != UNKNOWN and rank(measured) > rank(self.state)
        return BETTER_SECONDS if is_better else WORSE_SECONDS


def rank(state: str) -> int:
    return GRADES.index(state) if state in GRADES else -1


def grade_of(condition: Condition) -> str:
    # Pictures that come say nothing of the way they came.
    measured = condition.lost_down, condition.lost_up, condition.round_trip_seconds, condition.jitter_seconds
    if all(each is None for each in measured):
        return UNKNOWN
    return next((grade for grade, limits in LIMITS.items() if limits.hold(condition)), POOR)


def average(conditions: Iterable[Condition]) -> Condition:
    known = list(conditions)
    return Condition(
        mean(each.lost_down for each in known),
        mean(each.lost_up for each in known),
        mean(each.round_trip_seconds for each in known),
        mean(each.jitter_seconds for each in known),
        mean(each.pictures_per_second for each in known),
    )


def mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def is_below(value: float | None, limit: float, if_unknown: bool = True) -> bool:
    return value < limit if value is not None else if_unknown
