"""Reading and writing the history rows. Everything here is called from the socket, one query or two each."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from processors.models import Processor
from workers.registry import Lease

from .database import in_database_thread
from .identity import Identity
from .models import Session
from .room_seat import RoomSeat

# 128 bits and more: neither can be guessed.
SESSION_ID_BYTES = 18
TOKEN_BYTES = 24


@dataclass(frozen=True)
class Ticket:
    """What the page keeps to come back to its session."""

    session: str
    token: str

    @classmethod
    def new(cls) -> "Ticket":
        return cls(secrets.token_urlsafe(SESSION_ID_BYTES), secrets.token_urlsafe(TOKEN_BYTES))


@in_database_thread
def start(
    ticket: Ticket, identity: Identity, processor: Processor, lease: Lease, seat: RoomSeat | None = None
) -> None:
    Session.objects.create(
        id=ticket.session,
        token_hash=digest(ticket.token),
        user=identity.account,
        guest="" if identity.account else identity.owner,
        processor_slug=processor.slug,
        processor_version=processor.version,
        worker=lease.worker,
        room=seat.entry.room if seat else None,
        invitation=seat.entry.invitation if seat else None,
    )


@in_database_thread
def find(session: str, token: str, identity: Identity) -> Session | None:
    """The session this token opens, if it is the caller's own and may still be resumed."""
    row = Session.objects.filter(pk=session).select_related("room").first()
    if row is None or not hmac.compare_digest(row.token_hash, digest(token)):
        return None
    return row if row.user_id == identity.account_id and row.is_resumable else None


@in_database_thread
def move(session: str, processor: Processor, worker: str) -> None:
    """Another processor or another worker; a row whose session came back is open again."""
    Session.objects.filter(pk=session).update(
        processor_slug=processor.slug,
        processor_version=processor.version,
        worker=worker,
        ended=None,
        reason="",
    )


@in_database_thread
def end(session: str, reason: str) -> None:
    Session.objects.filter(pk=session).end(reason)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
