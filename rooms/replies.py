"""Parts of what the page hears: who is greeted, which request an answer is for, what a seat sees."""

from typing import Any

from django.conf import settings

from workers.transport import Message

from .admission import Admitted, StartValues
from .identity import Identity
from .messages import ClientMessage
from .models import Session
from .socket_session import SocketSession

PROTOCOL = 1
# The page pings so often; Daphne and proxies cut a socket on which nothing moves.
PING_SECONDS = 20
# Workers have words of their own for some ends.
WORKER_REASONS = {"timeout": "failed", "drain": "restart", "moved": "lost"}


def hello(identity: Identity) -> dict[str, Any]:
    return {
        "type": "hello",
        "protocol": PROTOCOL,
        "version": settings.SHOWROOM_VERSION,
        "limits": {"message_bytes": settings.WEBSOCKET_MESSAGE_BYTES, "sdp_bytes": settings.SDP_BYTES},
        "heartbeat_seconds": PING_SECONDS,
        "user": {"name": identity.name, "guest": identity.is_guest},
    }


def answer_with(admitted: Admitted, values: StartValues) -> dict[str, Any]:
    return {"processor": admitted.manifest, "parameters": values.accepted, "errors": values.errors}


def origin(message: ClientMessage) -> dict[str, Any]:
    """Which request, and which session, an error is about."""
    session = getattr(message, "session", None)
    return reply_id(message) | ({"session": session} if session else {})


def reply_id(message: ClientMessage) -> dict[str, Any]:
    return given_id(message.id)


def given_id(value: str | int | None) -> dict[str, Any]:
    return {} if value is None else {"id": value}


def about(session: SocketSession) -> dict[str, Any]:
    if session.room is None:
        return {}
    participant = {"participant": session.participant} if session.seat else {}
    return {"room": session.room.for_page()} | participant


def person(session: SocketSession) -> dict[str, Any]:
    """Who sits there, for the worker, which tells everybody in the room."""
    if session.seat is None:
        return {}
    return {"person": session.seat.person(session.participant), "room_options": session.seat.options}


def view(message: Message) -> dict[str, Any]:
    """What a seat sees, and in a room how many sections it should offer."""
    return {name: message[name] for name in ("tracks", "wanted", "offer_again") if name in message}


def as_reason(reason: str) -> Session.Reason:
    reason = WORKER_REASONS.get(reason, reason)
    return Session.Reason(reason) if reason in Session.Reason.values else Session.Reason.HOST


def without_files(values: dict[str, Any]) -> dict[str, Any]:
    """The page knows which file it chose; the bytes do not travel back."""
    return {name: value for name, value in values.items() if not isinstance(value, dict)}
