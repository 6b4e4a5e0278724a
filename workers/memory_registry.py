"""The registry of one process: dictionaries behind a lock, shared by the web's loop and the worker's."""

import secrets
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from .placement import choose, takes_into_its_room
from .registry import (
    AllBusy,
    Claim,
    Heartbeat,
    Lease,
    NoWorker,
    Phase,
    Registry,
    RegistryLimits,
    RoomFull,
    TooManySessions,
    WorkerEntry,
)


@dataclass(frozen=True)
class HeldWorker:
    heartbeat: Heartbeat
    until: float


@dataclass(frozen=True)
class HeldLease:
    lease: Lease
    phase: Phase
    until: float


class MemoryRegistry(Registry):
    def __init__(self, limits: RegistryLimits) -> None:
        super().__init__(limits)
        # Two threads read and write here, each for microseconds.
        self._lock = threading.Lock()
        self._workers: dict[str, HeldWorker] = {}
        self._leases: dict[str, HeldLease] = {}
        # Why sessions ended, and until when that is remembered.
        self._ended: dict[str, tuple[str, float]] = {}
        self._last_epoch = 0
        self._generation = secrets.token_hex(8)

    async def beat(self, heartbeat: Heartbeat) -> frozenset[str]:
        with self._lock:
            until = self._purge() + self.limits.ttl_seconds
            self._workers[heartbeat.worker] = HeldWorker(heartbeat, until)
            superseded = frozenset(
                lease.session for lease in heartbeat.leases if self._lives_elsewhere(lease)
            )
            listed = {lease.session: lease for lease in heartbeat.leases if lease.session not in superseded}
            self._forget_ended(heartbeat.worker, listed)
            for lease in listed.values():
                self._leases[lease.session] = HeldLease(lease, "live", until)
            return superseded

    async def retire(self, worker: str) -> None:
        with self._lock:
            self._workers.pop(worker, None)
            for held in [held for held in self._leases.values() if held.lease.worker == worker]:
                del self._leases[held.lease.session]

    async def workers(self) -> list[WorkerEntry]:
        with self._lock:
            self._purge()
            return self._entries()

    async def place(self, claim: Claim) -> Lease:
        with self._lock:
            now = self._purge()
            held = self._leases.get(claim.session)
            if held and held.lease.worker in self._workers and not (claim.anew and held.phase == "reserved"):
                return self._keep(held, claim)
            self._leases.pop(claim.session, None)
            self._check_owner(claim)
            self._check_processor(claim)
            self._check_room(claim)
            return self._reserve(claim, now)

    async def leases(self, sessions: Collection[str]) -> dict[str, Lease]:
        with self._lock:
            self._purge()
            found = (self._leases[session].lease for session in sessions if session in self._leases)
            return {lease.session: lease for lease in found if lease.worker in self._workers}

    async def seats(self, room: str) -> list[Lease]:
        with self._lock:
            self._purge()
            return self._seats(room)

    async def people(self, rooms: Collection[str]) -> dict[str, int]:
        with self._lock:
            self._purge()
            return {room: len(self._seats(room)) for room in rooms}

    async def release(self, session: str, epoch: int | None = None, reason: str = "") -> bool:
        with self._lock:
            held = self._leases.get(session)
            if held and epoch not in {None, held.lease.epoch}:
                return False
            self._leases.pop(session, None)
            if reason:
                self._ended[session] = (reason, time.monotonic() + self.limits.ended_seconds)
            return True

    async def end_reason(self, session: str) -> str:
        with self._lock:
            self._purge()
            return self._ended.get(session, ("", 0.0))[0]

    async def count(self, processor: str) -> int:
        with self._lock:
            self._purge()
            return self._count_processor(processor)

    async def generation(self) -> str:
        return self._generation

    def _purge(self) -> float:
        now = time.monotonic()
        self._workers = {name: held for name, held in self._workers.items() if held.until > now}
        self._leases = {session: held for session, held in self._leases.items() if held.until > now}
        self._ended = {session: ended for session, ended in self._ended.items() if ended[1] > now}
        return now

    def _lives_elsewhere(self, lease: Lease) -> bool:
        held = self._leases.get(lease.session)
        return (
            held is not None
            and held.lease.worker != lease.worker
            and held.lease.epoch > lease.epoch
            and held.lease.worker in self._workers
        )

    def _forget_ended(self, worker: str, listed: Collection[str]) -> None:
        """Drop what this worker no longer lists; a place reserved for an offer still to come stays."""
        for session, held in list(self._leases.items()):
            if held.lease.worker == worker and held.phase == "live" and session not in listed:
                del self._leases[session]

    def _entries(self) -> list[WorkerEntry]:
        return [
            WorkerEntry(
                name,
                held.heartbeat.capacity,
                held.heartbeat.stress,
                held.heartbeat.draining,
                self._used(name),
                held.heartbeat.report,
            )
            for name, held in sorted(self._workers.items())
        ]

    def _used(self, worker: str) -> float:
        return sum(held.lease.places for held in self._leases.values() if held.lease.worker == worker)

    def _keep(self, held: HeldLease, claim: Claim) -> Lease:
        if held.lease.processor != claim.processor:
            self._check_processor(claim)
            held = replace(held, lease=replace(held.lease, processor=claim.processor))
            self._leases[claim.session] = held
        return held.lease

    def _check_owner(self, claim: Claim) -> None:
        leases = (held.lease for held in self._leases.values())
        mine = sum(lease.owner == claim.owner and not claim.ends(lease) for lease in leases)
        if mine >= self.limits.sessions_per_owner:
            raise TooManySessions

    def _check_processor(self, claim: Claim) -> None:
        if claim.session_limit and self._count_processor(claim.processor) >= claim.session_limit:
            raise AllBusy

    def _check_room(self, claim: Claim) -> None:
        if not claim.room:
            return
        staying = [lease for lease in self._seats(claim.room) if not claim.ends(lease)]
        if len(staying) >= claim.room_seats:
            raise RoomFull

    def _seats(self, room: str) -> list[Lease]:
        leases = (held.lease for held in self._leases.values())
        return [lease for lease in leases if lease.room == room and lease.worker in self._workers]

    def _count_processor(self, processor: str) -> int:
        return sum(held.lease.processor == processor for held in self._leases.values())

    def _reserve(self, claim: Claim, now: float) -> Lease:
        workers = [worker for worker in self._entries() if not worker.draining]
        if not workers:
            raise NoWorker
        worker = self._chosen(claim, workers)
        if worker is None:
            raise AllBusy
        lease = Lease(
            claim.session, worker.name, self._next_epoch(), claim.owner, claim.processor, claim.room
        )
        self._leases[claim.session] = HeldLease(lease, "reserved", now + self.limits.reservation_seconds)
        return lease

    def _chosen(self, claim: Claim, workers: list[WorkerEntry]) -> WorkerEntry | None:
        """A room is where its first seat is. All seats have place there; an overloaded worker takes no processor."""
        homes = {lease.worker for lease in self._seats(claim.room)} if claim.room else set()
        if not homes:
            return choose(workers, claim.places)
        here = (each for each in workers if each.name in homes)
        return next((each for each in here if takes_into_its_room(each, claim.places)), None)

    def _next_epoch(self) -> int:
        """Milliseconds of the clock, so that epochs grow across restarts too."""
        self._last_epoch = max(self._last_epoch + 1, int(time.time() * 1000))
        return self._last_epoch
