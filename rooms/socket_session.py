"""One session as the socket that carries it knows it."""

from dataclasses import dataclass

from processors.models import Processor
from workers.registry import Claim, Lease

from .open_rooms import OpenRoom
from .room_seat import RoomSeat, participant_of


@dataclass
class SocketSession:
    id: str
    owner: str
    # What runs, or will run with the offer to come.
    processor: Processor
    lease: Lease
    # None for a studio.
    room: OpenRoom | RoomSeat | None = None
    # Worn over the sound alone, beside what is worn over the picture; in rooms only.
    sound: Processor | None = None
    # An offer went to the worker: it may hold a peer connection.
    offered: bool = False
    # The worker was lost; the page has been told to resume.
    lost: bool = False

    @property
    def seat(self) -> RoomSeat | None:
        """The seat in a room of the database."""
        return self.room if isinstance(self.room, RoomSeat) else None

    @property
    def participant(self) -> str:
        """What the others in the room know this person by."""
        return participant_of(self.id) if self.seat else self.id

    def claim(self, processor: Processor | None = None, anew: bool = False) -> Claim:
        wanted = processor or self.processor
        room, seats = (self.room.id, self.room.seats) if self.room else ("", 0)
        # One person, one seat, where the room is one of the database.
        takes_over = self.seat is not None
        return Claim(self.id, self.owner, wanted.slug, wanted.session_limit, anew, room, seats, takes_over)
