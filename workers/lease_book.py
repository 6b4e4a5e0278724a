"""Which leases this worker's sessions run under, learnt from the messages that brought them."""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from .registry import Lease
from .transport import Message

# An offer that led to no session is forgotten after so long.
UNUSED_SECONDS = 60.0


@dataclass
class BookedLease:
    lease: Lease
    used_at: float


class LeaseBook:
    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._booked: dict[str, BookedLease] = {}

    def note(self, message: Message) -> None:
        if message["type"] == "offer":
            self._booked[message["session"]] = BookedLease(self._lease_of(message), time.monotonic())
        elif is_switch_of_picture(message) and message["session"] in self._booked:
            booked = self._booked[message["session"]]
            booked.lease = replace(booked.lease, processor=message["processor"]["slug"])

    def held(self, sessions: Collection[str]) -> tuple[Lease, ...]:
        """The leases of ``sessions``; what has been unused for long is forgotten."""
        now = time.monotonic()
        for session in sessions:
            if session in self._booked:
                self._booked[session].used_at = now
        fresh = {
            session: booked
            for session, booked in self._booked.items()
            if booked.used_at + UNUSED_SECONDS > now
        }
        self._booked = fresh
        return tuple(booked.lease for session, booked in fresh.items() if session in sessions)

    def room_of(self, session: str) -> str:
        booked = self._booked.get(session)
        return booked.lease.room if booked else ""

    def forget(self, session: str) -> Lease | None:
        booked = self._booked.pop(session, None)
        return booked.lease if booked else None

    def _lease_of(self, message: Message) -> Lease:
        return Lease(
            message["session"],
            self._worker,
            int(message["epoch"]),
            message["owner"],
            message["processor"]["slug"],
            message.get("room", ""),
        )


def is_switch_of_picture(message: Message) -> bool:
    """A place is counted for what is worn over the picture."""
    return message["type"] == "switch" and message.get("place") != "sound"
