"""Recording on one socket: who may ask for it is decided here, what everybody has agreed to the worker knows."""

from typing import TYPE_CHECKING, Any

from django.conf import settings

from .errors import SignallingError
from .messages import Record
from .room_seat import RoomSeat

if TYPE_CHECKING:
    from .consumers import SignallingConsumer
    from .socket_session import SocketSession

# For the owner of the room alone, staff not among them; everybody answers for themselves.
OWNERS_ACTS = {"start", "stop"}


async def record(
    socket: "SignallingConsumer", session: "SocketSession", seat: RoomSeat, message: Record
) -> None:
    if not settings.ROOM_RECORDING:
        raise SignallingError("recording_off")
    await socket.rooms.still_welcome(session, await socket.known_visitor())
    if message.act in OWNERS_ACTS and seat.entry.role != "owner":
        raise SignallingError("not_allowed")
    if not session.offered or session.lost:
        raise SignallingError("offline", retry_after=1)
    request: dict[str, Any] = {"type": "record", "act": message.act, "request": message.request}
    if message.act == "start":
        room = seat.entry.room
        request["about"] = {"room": room.pk, "owner": room.owner_id, "title": room.title}
    socket.ask(session, message, request, {"act": message.act})
