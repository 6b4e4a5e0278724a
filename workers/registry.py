"""Who works where: heartbeats of workers, leases of sessions, and atomic reservation of a slot.

Two forms, one contract: ``MemoryRegistry`` (embedded) and ``RedisRegistry`` (team). Nothing here needs to be
kept: a registry that was emptied is whole again after the next heartbeat of every worker.

A session is a *lease*: it names its worker and an epoch. A session placed anew gets a higher epoch, and a
worker that comes back with the old one is told so by its own heartbeat and lets the session go.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from .placement import has_room
from .readiness import NOTHING_TOLD, Readiness, WorkerReport, of_hosts

Phase = Literal["reserved", "live"]
NO_MARKS: Mapping[str, str] = MappingProxyType({})


class RegistryError(Exception):
    """RegistryError
    ├── NoWorker           nobody is there to take a session
    ├── AllBusy            every worker, or this processor, is full
    ├── TooManySessions    this owner has as many sessions as one may have
    ├── RoomFull           every seat of the room is taken
    └── RegistryUnavailable  the registry itself cannot be asked just now
    """

    code = "offline"
    retry_after_seconds = 5.0


class NoWorker(RegistryError):
    def __str__(self) -> str:
        return "no media worker is running"


class AllBusy(RegistryError):
    code = "busy"
    retry_after_seconds = 10.0

    def __str__(self) -> str:
        return "every place is taken"


class TooManySessions(RegistryError):
    code = "session_limit"
    retry_after_seconds = 10.0

    def __str__(self) -> str:
        return "this visitor has as many sessions as one may have"


class RoomFull(RegistryError):
    code = "room_full"
    retry_after_seconds = 10.0

    def __str__(self) -> str:
        return "every seat of the room is taken"


class RegistryUnavailable(RegistryError):
    def __str__(self) -> str:
        return "the registry cannot be reached"


# What a seat in a room takes of a worker while it wears nothing: its media is only passed on.
LIGHT_PLACES = 0.5


@dataclass(frozen=True)
class WorkerState:
    """What a media worker says about itself, once a heartbeat."""

    # Ids of the sessions it holds, from the accepted offer until they are closed.
    sessions: frozenset[str] = frozenset()
    # 0 is idle, 1 is all it can do (CPU, loop lag).
    stress: float = 0.0
    # It finishes what it has and takes nothing new.
    draining: bool = False
    # For how many seconds nothing has come from the browser of a session.
    silent: Mapping[str, float] = field(default_factory=dict)
    report: WorkerReport = NOTHING_TOLD


def places(room: str, processor: str) -> float:
    """Return how many of a worker's places a session takes."""
    return LIGHT_PLACES if room and not processor else 1.0


@dataclass(frozen=True)
class Claim:
    """A session that wants a place. ``session_limit`` is the processor's own, 0 for none."""

    session: str
    owner: str
    processor: str
    session_limit: int = 0
    # Who comes back before the first offer gets a new epoch: the socket before can then free nothing any more.
    anew: bool = False
    # Sessions of one room share a worker; "" for a studio.
    room: str = ""
    room_seats: int = 0
    # The owner's other seat in this room ends as soon as this one is taken.
    takes_over: bool = False

    @property
    def places(self) -> float:
        return places(self.room, self.processor)

    def ends(self, lease: "Lease") -> bool:
        return self.takes_over and (lease.room, lease.owner) == (self.room, self.owner)


@dataclass(frozen=True)
class Lease:
    session: str
    worker: str
    epoch: int
    owner: str
    processor: str
    room: str = ""

    @property
    def places(self) -> float:
        return places(self.room, self.processor)


@dataclass(frozen=True)
class Heartbeat:
    worker: str
    capacity: int
    stress: float = 0.0
    draining: bool = False
    leases: tuple[Lease, ...] = ()
    report: WorkerReport = NOTHING_TOLD


@dataclass(frozen=True)
class WorkerEntry:
    """A worker as others see it; ``used`` counts the places of running and of reserved sessions."""

    name: str
    capacity: int
    stress: float
    draining: bool
    used: float
    report: WorkerReport = NOTHING_TOLD


@dataclass(frozen=True)
class RegistryLimits:
    # A worker unheard of for so long is gone, and its leases with it.
    ttl_seconds: float = 3.0
    # Granting camera permission may take a while; then an offer must have come.
    reservation_seconds: float = 60.0
    sessions_per_owner: int = 4
    # How long the reason of an end can be asked for.
    ended_seconds: float = 300.0


class Registry(ABC):
    def __init__(self, limits: RegistryLimits) -> None:
        self.limits = limits

    @abstractmethod
    async def beat(self, heartbeat: Heartbeat) -> frozenset[str]:
        """Renew a worker and its leases; return sessions that meanwhile live elsewhere, to be let go."""

    @abstractmethod
    async def retire(self, worker: str) -> None:
        """Forget a worker that ends, with its leases."""

    @abstractmethod
    async def workers(self) -> list[WorkerEntry]: ...

    @abstractmethod
    async def place(self, claim: Claim) -> Lease:
        """Give the session a worker, or the one it has. Raises NoWorker, AllBusy, RoomFull or TooManySessions."""

    @abstractmethod
    async def leases(self, sessions: Collection[str]) -> dict[str, Lease]:
        """Those of the given sessions that have a place on a living worker."""

    @abstractmethod
    async def seats(self, room: str) -> list[Lease]:
        """Who has a place in this room, on a living worker; also those whose offer is still to come."""

    @abstractmethod
    async def people(self, rooms: Collection[str]) -> dict[str, int]:
        """How many seats are taken in each of these rooms; one question for all."""

    @abstractmethod
    async def release(self, session: str, epoch: int | None = None, reason: str = "") -> bool:
        """Free the place and remember why for a while; False if it belongs to another epoch by now."""

    @abstractmethod
    async def end_reason(self, session: str) -> str: ...

    @abstractmethod
    async def count(self, processor: str) -> int:
        """How many places sessions of this processor hold."""

    @abstractmethod
    async def generation(self) -> str:
        """Changes when the registry was restarted: what it passed on meanwhile may be lost."""

    async def close(self) -> None:  # noqa: B027 (nothing to close is a fine default)
        """Let go of connections that belong to the running loop."""

    async def lease(self, session: str) -> Lease | None:
        return (await self.leases([session])).get(session)

    async def readiness(
        self, session_limits: Mapping[str, int], marks: Mapping[str, str] = NO_MARKS
    ) -> dict[str, Readiness]:
        """For the gallery: may a visitor start now? By slug: session limits, 0 for none, and marks of hosts."""
        workers = [worker for worker in await self.workers() if not worker.draining]
        if not workers:
            return dict.fromkeys(session_limits, Readiness("offline"))
        if not any(has_room(worker) for worker in workers):
            return dict.fromkeys(session_limits, Readiness("busy"))
        reports = [worker.report for worker in workers]
        full = {slug for slug, limit in session_limits.items() if limit and await self.count(slug) >= limit}
        return {
            slug: Readiness("busy") if slug in full else of_hosts(marks.get(slug, ""), reports)
            for slug in session_limits
        }
