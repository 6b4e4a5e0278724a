"""What a page may say, as dataclasses, and the only place that believes nothing of it.

``parse`` gives one of the classes below or raises a typed error. Unknown extra fields are ignored, so that a
newer page can talk to an older server.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings

from .errors import Malformed, SignallingError

ID_CHARACTERS = 64
TOKEN_CHARACTERS = 128
ROOM_TOKEN_CHARACTERS = 512
PARAMETERS = 64
NESTING = 8
# Beyond this JavaScript itself no longer counts exactly.
LARGEST_NUMBER = 2**53
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")
QUALITIES = {"low", "standard", "high"}

Check = Callable[[Any], Any]


@dataclass(frozen=True)
class ClientMessage:
    type: ClassVar[str]
    # Chosen by the page; comes back in the answer.
    id: str | int | None


@dataclass(frozen=True)
class OpenSession(ClientMessage):
    type = "session.open"
    processor: str
    # The token of a room; "" for a studio.
    room: str


@dataclass(frozen=True)
class Offer(ClientMessage):
    type = "session.offer"
    session: str
    sdp: str
    processor: str
    parameters: dict[str, Any]
    quality: str


@dataclass(frozen=True)
class Switch(ClientMessage):
    type = "session.switch"
    session: str
    processor: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class ChangeParameters(ClientMessage):
    type = "session.parameters"
    session: str
    number: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Resume(ClientMessage):
    type = "session.resume"
    session: str
    token: str
    room: str


@dataclass(frozen=True)
class Close(ClientMessage):
    type = "session.close"
    session: str


@dataclass(frozen=True)
class Ping(ClientMessage):
    type = "ping"
    time: float


def parse(text: str) -> ClientMessage:
    fields = read_object(text)
    kind = fields.get("type")
    if not isinstance(kind, str):
        raise Malformed("bad_message")
    if kind not in SCHEMAS:
        raise Malformed("unknown_type")
    cls, schema = SCHEMAS[kind]
    checked = {name: check(fields.get(name)) for name, check in schema.items()}
    message: ClientMessage = cls(id=an_id(fields.get("id")), **checked)
    return message


def origin_of(text: str) -> dict[str, Any]:
    """The id of a message that was refused, if it can be read at all, so that the page can tell which."""
    if len(text) > settings.WEBSOCKET_MESSAGE_BYTES:
        return {}
    try:
        fields = read_object(text)
        return {"id": an_id(fields["id"])} if "id" in fields else {}
    except SignallingError:
        return {}


def read_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("bad_json") from error
    if not isinstance(value, dict):
        raise Malformed("bad_message")
    check_plain(value, NESTING)
    return value


def refuse_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")


def check_plain(value: Any, nesting: int) -> None:
    """Refuse what JSON allows but databases, Redis and browsers stumble over."""
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, float):
        require(math.isfinite(value))
    elif isinstance(value, int):
        require(abs(value) <= LARGEST_NUMBER)
    elif isinstance(value, list | dict):
        require(nesting > 0)
        for item in value.values() if isinstance(value, dict) else value:
            check_plain(item, nesting - 1)
        for name in value if isinstance(value, dict) else ():
            check_text(name)


def check_text(text: str) -> None:
    """Half a surrogate pair cannot be written as UTF-8, a null character not into PostgreSQL."""
    require("\0" not in text)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("bad_message") from error


def require(condition: bool) -> None:
    if not condition:
        raise Malformed("bad_message")


def an_id(value: Any) -> str | int | None:
    require(value is None or isinstance(value, str | int))
    require(not isinstance(value, str) or len(value) <= ID_CHARACTERS)
    known: str | int | None = value
    return known


def a_session(value: Any) -> str:
    require(isinstance(value, str) and 0 < len(value) <= ID_CHARACTERS)
    return str(value)


def a_token(value: Any) -> str:
    require(isinstance(value, str) and 0 < len(value) <= TOKEN_CHARACTERS)
    return str(value)


def a_room(value: Any) -> str:
    require(value is None or (isinstance(value, str) and 0 < len(value) <= ROOM_TOKEN_CHARACTERS))
    return value or ""


def a_slug(value: Any) -> str:
    require(isinstance(value, str) and SLUG.fullmatch(value) is not None)
    return str(value)


def an_sdp(value: Any) -> str:
    require(isinstance(value, str) and bool(value))
    if len(value.encode()) > settings.SDP_BYTES:
        raise SignallingError("sdp_too_large")
    return str(value)


def a_quality(value: Any) -> str:
    require(value is None or (isinstance(value, str) and value in QUALITIES))
    return value or "standard"


def some_parameters(value: Any) -> dict[str, Any]:
    require(value is None or (isinstance(value, dict) and len(value) <= PARAMETERS))
    return value or {}


def a_count(value: Any) -> int:
    require(isinstance(value, int) and not isinstance(value, bool) and value >= 0)
    return int(value)


def a_time(value: Any) -> float:
    require(isinstance(value, int | float) and not isinstance(value, bool))
    return float(value)


SCHEMAS: dict[str, tuple[type[Any], dict[str, Check]]] = {
    OpenSession.type: (OpenSession, {"processor": a_slug, "room": a_room}),
    Offer.type: (
        Offer,
        {
            "session": a_session,
            "sdp": an_sdp,
            "processor": a_slug,
            "parameters": some_parameters,
            "quality": a_quality,
        },
    ),
    Switch.type: (Switch, {"session": a_session, "processor": a_slug, "parameters": some_parameters}),
    ChangeParameters.type: (
        ChangeParameters,
        {"session": a_session, "number": a_count, "values": some_parameters},
    ),
    Resume.type: (Resume, {"session": a_session, "token": a_token, "room": a_room}),
    Close.type: (Close, {"session": a_session}),
    Ping.type: (Ping, {"time": a_time}),
}
