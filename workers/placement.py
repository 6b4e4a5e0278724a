"""Which worker takes the next session: of two random ones with room, the one under less stress.

Two choices spread load nearly as well as asking all, and a burst does not land on one favourite.
"""

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

# Above this a worker takes nobody new: what is left keeps its running sessions fluent.
FULL_STRESS = 0.8


class Candidate(Protocol):
    @property
    def capacity(self) -> int: ...
    @property
    def stress(self) -> float: ...
    @property
    def draining(self) -> bool: ...
    @property
    def used(self) -> float: ...


AnyCandidate = TypeVar("AnyCandidate", bound=Candidate)


def takes_more(candidate: Candidate) -> bool:
    return not candidate.draining and candidate.stress < FULL_STRESS


def has_room(candidate: Candidate, places: float = 1.0) -> bool:
    return takes_more(candidate) and candidate.used + places <= candidate.capacity


def takes_into_its_room(candidate: Candidate, places: float) -> bool:
    """Who wears nothing in a room that has begun costs so little that a busy worker takes them too."""
    return not candidate.draining and (places < 1 or candidate.stress < FULL_STRESS)


def pressure(candidate: Candidate) -> float:
    """Reserved seats count at once; the stress a worker reports follows a second later."""
    return max(candidate.stress, candidate.used / max(candidate.capacity, 1))


def choose(candidates: Sequence[AnyCandidate], places: float) -> AnyCandidate | None:
    """The calmer of two random candidates with room, or None when all are full."""
    open_ones = [candidate for candidate in candidates if has_room(candidate, places)]
    pair = random.sample(open_ones, min(2, len(open_ones)))
    return min(pair, key=pressure, default=None)
