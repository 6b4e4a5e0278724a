"""What is worn over the sound alone, beside what is worn over the picture; in rooms of the database only."""

from dataclasses import dataclass
from typing import Any

from processors.models import Processor

from . import admission
from .cards import manifest_or_none
from .database import in_database_thread
from .errors import SignallingError
from .identity import Identity
from .messages import Worn
from .room_seat import RoomSeat


@dataclass(frozen=True)
class WornSound:
    """A processor that may be worn there, or nothing, with the values that were accepted."""

    admitted: admission.Admitted
    values: admission.StartValues

    @property
    def processor(self) -> Processor | None:
        return self.admitted.processor if self.admitted.manifest else None

    @property
    def for_worker(self) -> dict[str, Any]:
        return {"processor": self.admitted.processor.spec(), "parameters": self.values.for_worker}

    @property
    def for_page(self) -> dict[str, Any]:
        accepted, errors = self.values.accepted, self.values.errors
        return {"processor": self.admitted.manifest, "parameters": accepted, "errors": errors}


async def admit(identity: Identity, seat: RoomSeat | None, wish: Worn) -> WornSound:
    if seat is None:
        raise SignallingError("not_in_a_room")
    admitted = await admission.admit(identity, wish.processor, seat.entry.room)
    return WornSound(admitted, await admission.start_values(identity, admitted.processor, wish.parameters))


@in_database_thread
def row_and_manifest(slug: str) -> tuple[Processor | None, dict[str, Any] | None]:
    """What a worker says is worn; the row may be gone meanwhile."""
    row = Processor.objects.filter(slug=slug).first()
    return row, manifest_or_none(row) if row else None
