"""Rooms that the host has opened: known by a signed token, written down nowhere.

Who has the token may take a seat until it expires. Which worker holds the room, and how many seats are taken, the
registry knows from the sessions' leases.
"""

import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing

from .errors import SignallingError

SALT = "rooms.open_rooms"
ROOM_ID_BYTES = 9
NAME_CHARACTERS = 40
# What media workers let one seat receive, with the seat itself.
LARGEST_ROOM_SEATS = 20


@dataclass(frozen=True)
class OpenRoom:
    # Tells rooms of the same name apart.
    id: str
    name: str
    seats: int
    # Seconds since 1970.
    expires_at: int

    @classmethod
    def new(cls, name: str, seats: int, open_seconds: float) -> "OpenRoom":
        return cls(secrets.token_urlsafe(ROOM_ID_BYTES), name, seats, int(time.time() + open_seconds))

    @property
    def token(self) -> str:
        return signing.dumps(asdict(self), salt=SALT)

    def for_page(self) -> dict[str, Any]:
        return {"name": self.name, "seats": self.seats}


def room_of(token: str) -> OpenRoom | None:
    """The room that this token opens, None for an empty one (a studio)."""
    if not token:
        return None
    try:
        room = OpenRoom(**signing.loads(token, salt=SALT))
    except signing.BadSignature:
        raise SignallingError("room_unknown") from None
    if room.expires_at <= time.time():
        raise SignallingError("room_closed")
    return room
