"""The socket's questions to the database about rooms: in a thread, with refusals as the page hears them."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from processors.access import AccessRefused

from . import room_access
from .database import in_database_thread
from .errors import SignallingError
from .for_all import options_of, shown_of
from .identity import Identity
from .models import Room, Session
from .room_access import Entry, RoomVisitor
from .room_seat import RoomSeat, name_for

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# Refusals after which the page keeps its socket: it tries again, or another address.
MAY_PASS = {"room_closed", "room_locked", "room_unknown"}


def with_typed_refusals(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    @wraps(function)
    def asked(*arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
        try:
            return function(*arguments, **options)
        except AccessRefused as refusal:
            close_code = None if refusal.code in MAY_PASS else refusal.close_code
            raise SignallingError(refusal.code, refusal.message, close_code=close_code) from None

    return asked


@in_database_thread
@with_typed_refusals
def enter(identity: Identity, slug: str, invitation: str, name: str) -> RoomSeat:
    """A seat for who may come in; whether the room is open, and not locked, is asked when there is a place."""
    entry = room_access.enter(visitor(identity), slug, invitation)
    return seat_of(entry, name_for(name, identity.name))


@in_database_thread
@with_typed_refusals
def check_open(identity: Identity, entry: Entry, has_seat: bool) -> None:
    entry.check_open(has_seat)
    room_access.remember_member(visitor(identity), entry)


@in_database_thread
@with_typed_refusals
def stay(identity: Identity, seat: RoomSeat) -> None:
    """For who is inside: bring the seat up to the room as it is now, and to the person's rights in it."""
    room = seat.entry.room
    try:
        room.refresh_from_db()
    except Room.DoesNotExist:
        raise SignallingError("room_unknown") from None
    seat.entry = room_access.stay(visitor(identity), room)
    seat.options, seat.for_all = options_of(room), shown_of(room)


@in_database_thread
@with_typed_refusals
def come_back(identity: Identity, room: Room, name: str) -> RoomSeat:
    entry = room_access.stay(visitor(identity), room)
    return seat_of(entry, name_for(name, identity.name))


@in_database_thread
def set_locked(room: Room, is_locked: bool) -> None:
    Room.objects.filter(pk=room.pk).update(is_locked=is_locked)


@in_database_thread
def end_meeting(room: Room) -> None:
    """A room for a single meeting is over with it; others can be entered again."""
    if room.closes_when_empty:
        Room.objects.filter(pk=room.pk).update(is_open=False)


@in_database_thread
@with_typed_refusals
def send_out(room: Room, session: str, name: str) -> None:
    """Keep the person of this session out, unless they moderate: then nothing could."""
    row = Session.objects.filter(pk=session, room=room).select_related("user").first()
    if row is None:
        raise SignallingError("participant_unknown")
    if row.user and room_access.moderates(RoomVisitor(row.user, row.guest), room):
        raise SignallingError("not_allowed", room_access.cannot_remove())
    room_access.remove(room, row, name)


def seat_of(entry: Entry, name: str) -> RoomSeat:
    return RoomSeat(entry, name, options_of(entry.room), shown_of(entry.room))


def visitor(identity: Identity) -> RoomVisitor:
    return RoomVisitor(identity.user, identity.owner)
