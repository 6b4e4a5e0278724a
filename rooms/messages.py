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
# Over what a processor is worn in a room.
PLACES = {"picture", "sound"}
QUALITIES = {"low", "standard", "high"}
SOURCES = {"camera", "microphone", "screen", "screen_sound"}
# What people say of themselves.
STATES = ("muted", "camera_off", "screen", "veto")
RECORDING_ACTS = {"start", "stop", "agree", "refuse"}
ACTS = {"mute", "stop_camera", "stop_screen", "mute_all", "remove", "lock", "unlock", "end"}
# A name is cut to what fits; this only keeps nonsense out.
NAME_TEXT_CHARACTERS = 200
MID_CHARACTERS = 16
SECTIONS = 64
TILES = 64
LARGEST_TILE_PIXELS = 8192

Check = Callable[[Any], Any]


@dataclass(frozen=True)
class ClientMessage:
    type: ClassVar[str]
    # Chosen by the page; comes back in the answer.
    id: str | int | None


@dataclass(frozen=True)
class OpenSession(ClientMessage):
    type = "session.open"
    # "" in a room of the database: nothing is worn.
    processor: str
    # The slug or the token of a room; "" for a studio.
    room: str
    invitation: str
    name: str


@dataclass(frozen=True)
class Worn:
    """A processor, "" for nothing, and the values it starts with."""

    processor: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Offer(ClientMessage):
    type = "session.offer"
    session: str
    sdp: str
    processor: str
    parameters: dict[str, Any]
    quality: str
    # What the page's own sections send, by mid; what is not named is a camera or a microphone.
    sources: dict[str, str]
    # Over the sound alone; None: as it is.
    sound: Worn | None
    # What the person says of themselves, as in ``State``.
    state: dict[str, bool]


@dataclass(frozen=True)
class Switch(ClientMessage):
    type = "session.switch"
    session: str
    processor: str
    parameters: dict[str, Any]
    place: str


@dataclass(frozen=True)
class ChangeParameters(ClientMessage):
    type = "session.parameters"
    session: str
    number: int
    values: dict[str, Any]
    place: str


@dataclass(frozen=True)
class Resume(ClientMessage):
    type = "session.resume"
    session: str
    token: str
    room: str
    name: str
    # What the person says of themselves, as in ``State``: it may have changed while no socket was there.
    state: dict[str, bool]


@dataclass(frozen=True)
class Close(ClientMessage):
    type = "session.close"
    session: str


@dataclass(frozen=True)
class Chat(ClientMessage):
    type = "room.chat"
    session: str
    text: str


@dataclass(frozen=True)
class State(ClientMessage):
    """What the person does; only what is given changes."""

    type = "room.state"
    session: str
    muted: bool | None
    camera_off: bool | None
    screen: bool | None
    # Keeps the processor that the owner adds for all away from this person's picture and sound.
    veto: bool | None

    @property
    def given(self) -> dict[str, bool]:
        facts = {name: getattr(self, name) for name in STATES}
        return {name: value for name, value in facts.items() if value is not None}


@dataclass(frozen=True)
class Rename(ClientMessage):
    type = "room.name"
    session: str
    name: str


@dataclass(frozen=True)
class Moderate(ClientMessage):
    type = "room.moderate"
    session: str
    act: str
    # Whom it is about; "" for acts on the whole room.
    participant: str


@dataclass(frozen=True)
class Record(ClientMessage):
    """The owner begins and stops a recording; everybody agrees or refuses for themselves."""

    type = "room.record"
    session: str
    act: str
    # To what somebody agrees, as the page was told; "" for other acts.
    request: str


@dataclass(frozen=True)
class View(ClientMessage):
    """Which tiles the page shows, and at what size; the worker sends only those."""

    type = "room.view"
    session: str
    tiles: list[dict[str, Any]]
    audio_only: bool
    # One picture and one sound of all.
    mix: bool
    # What became of the page's own camera, while something is worn over it.
    own: bool


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


def a_slug_or_none(value: Any) -> str:
    return "" if value is None else a_slug(value)


def a_token_or_none(value: Any) -> str:
    return "" if value is None else a_token(value)


def a_name(value: Any) -> str:
    require(value is None or (isinstance(value, str) and len(value) <= NAME_TEXT_CHARACTERS))
    return value or ""


def a_text(value: Any) -> str:
    require(isinstance(value, str))
    return str(value)


def a_switch(value: Any) -> bool | None:
    require(value is None or isinstance(value, bool))
    return None if value is None else bool(value)


def a_yes(value: Any) -> bool:
    return bool(a_switch(value))


def some_states(value: Any) -> dict[str, bool]:
    require(value is None or isinstance(value, dict))
    facts = {name: a_switch((value or {}).get(name)) for name in STATES}
    return {name: fact for name, fact in facts.items() if fact is not None}


def a_worn_or_none(value: Any) -> Worn | None:
    if value is None:
        return None
    require(isinstance(value, dict))
    return Worn(a_slug_or_none(value.get("processor")), some_parameters(value.get("parameters")))


def an_act(value: Any) -> str:
    require(isinstance(value, str) and value in ACTS)
    return str(value)


def a_recording_act(value: Any) -> str:
    require(isinstance(value, str) and value in RECORDING_ACTS)
    return str(value)


def some_sources(value: Any) -> dict[str, str]:
    require(value is None or (isinstance(value, dict) and len(value) <= SECTIONS))
    for mid, source in (value or {}).items():
        require(len(mid) <= MID_CHARACTERS and isinstance(source, str) and source in SOURCES)
    return value or {}


def some_tiles(value: Any) -> list[dict[str, Any]]:
    require(isinstance(value, list) and len(value) <= TILES)
    return [a_tile(tile) for tile in value]


def a_tile(value: Any) -> dict[str, Any]:
    require(isinstance(value, dict))
    source = value.get("source", "camera")
    require(isinstance(source, str) and source in SOURCES)
    size = {name: min(a_count(value.get(name, 0)), LARGEST_TILE_PIXELS) for name in ("width", "height")}
    participant = a_session(value.get("participant"))
    return {"participant": participant, "source": source, "visible": a_yes(value.get("visible")), **size}


def an_sdp(value: Any) -> str:
    require(isinstance(value, str) and bool(value))
    if len(value.encode()) > settings.SDP_BYTES:
        raise SignallingError("sdp_too_large")
    return str(value)


def a_quality(value: Any) -> str:
    require(value is None or (isinstance(value, str) and value in QUALITIES))
    return value or "standard"


def a_place(value: Any) -> str:
    require(value is None or (isinstance(value, str) and value in PLACES))
    return value or "picture"


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
    OpenSession.type: (
        OpenSession,
        {"processor": a_slug_or_none, "room": a_room, "invitation": a_token_or_none, "name": a_name},
    ),
    Offer.type: (
        Offer,
        {
            "session": a_session,
            "sdp": an_sdp,
            "processor": a_slug_or_none,
            "parameters": some_parameters,
            "quality": a_quality,
            "sources": some_sources,
            "sound": a_worn_or_none,
            "state": some_states,
        },
    ),
    Switch.type: (
        Switch,
        {
            "session": a_session,
            "processor": a_slug_or_none,
            "parameters": some_parameters,
            "place": a_place,
        },
    ),
    ChangeParameters.type: (
        ChangeParameters,
        {"session": a_session, "number": a_count, "values": some_parameters, "place": a_place},
    ),
    Resume.type: (
        Resume,
        {"session": a_session, "token": a_token, "room": a_room, "name": a_name, "state": some_states},
    ),
    Close.type: (Close, {"session": a_session}),
    Chat.type: (Chat, {"session": a_session, "text": a_text}),
    State.type: (State, {"session": a_session, **dict.fromkeys(STATES, a_switch)}),
    Rename.type: (Rename, {"session": a_session, "name": a_name}),
    Moderate.type: (Moderate, {"session": a_session, "act": an_act, "participant": a_token_or_none}),
    Record.type: (Record, {"session": a_session, "act": a_recording_act, "request": a_token_or_none}),
    View.type: (
        View,
        {"session": a_session, "tiles": some_tiles, "audio_only": a_yes, "mix": a_yes, "own": a_yes},
    ),
    Ping.type: (Ping, {"time": a_time}),
}
