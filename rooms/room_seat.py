"""A seat in a room of the database, as the socket that carries it knows it."""

import time
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from .errors import SignallingError
from .room_access import Entry
from .socket_limits import TokenBucket

NAME_CHARACTERS = 40
PARTICIPANT_CHARACTERS = 24
# Letters that turn the direction of the text around them, and others that nobody sees.
UNSEEN = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
# Several scripts, and emojis, join letters with these two.
JOINERS = "\u200c\u200d"


@dataclass
class RoomSeat:
    entry: Entry
    name: str
    # What the owner decided for all, as the worker gets it; read with the entry, in a thread.
    options: dict[str, Any] = field(default_factory=dict)
    # … and as the page gets it.
    for_all: dict[str, Any] | None = None
    # What the page said of itself: muted, camera_off, screen, veto.
    state: dict[str, bool] = field(default_factory=dict)
    # Who was listed last, with their names; None before the first list.
    people: dict[str, str] | None = None
    chat: TokenBucket = field(
        default_factory=lambda: TokenBucket(settings.ROOM_CHAT_PER_SECOND, settings.ROOM_CHAT_PER_SECOND)
    )

    @property
    def id(self) -> str:
        return self.entry.room.live_id

    @property
    def seats(self) -> int:
        return self.entry.room.participant_limit

    @property
    def group(self) -> str:
        return group_of(self.id)

    def for_page(self) -> dict[str, Any]:
        return room_facts(self.entry) | {"room_processor": self.for_all}

    def person(self, participant: str) -> dict[str, Any]:
        return {"id": participant, "name": self.name, "role": self.entry.role, **self.state}

    def check_pace(self) -> None:
        if not self.chat.take():
            wait = round(self.chat.wait_seconds + 0.1, 1)
            raise SignallingError("chat_too_fast", retry_after=wait)

    def changes(self, people: list[dict[str, Any]]) -> list[dict[str, str]]:
        """Who came and who left since the list before; nothing at the first list."""
        before, now = self.people, {person["id"]: person["name"] for person in people}
        self.people = now
        if before is None:
            return []
        came = [{"what": "joined", "participant": id_, "name": now[id_]} for id_ in now if id_ not in before]
        left = [{"what": "left", "participant": id_, "name": before[id_]} for id_ in before if id_ not in now]
        return came + left


def room_facts(entry: Entry) -> dict[str, Any]:
    """The room as its page knows it; nothing in it is secret from who is inside."""
    room = entry.room
    return {
        # Stays when the address changes.
        "id": room.live_id,
        "slug": room.slug,
        "title": room.title,
        "owner": entry.moderates,
        "role": entry.role,
        "limit": room.participant_limit,
        "locked": room.is_locked,
        "audio_only_default": room.audio_only_default,
        "mix": room.mix,
        "may_record": settings.ROOM_RECORDING and entry.role == "owner",
    }


def group_of(live_id: str) -> str:
    return f"room.{live_id}"


def participant_of(session: str) -> str:
    """What others know a person by: stable as long as the session, and of no use to whoever learns it."""
    return salted_hmac("rooms.participant", session).hexdigest()[:PARTICIPANT_CHARACTERS]


def clean_name(name: str) -> str:
    """A name on one line, with nothing in it that others could not see."""
    seen = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", name))
    seen = "".join(
        letter for letter in seen if letter in JOINERS or unicodedata.category(letter) not in UNSEEN
    )
    return " ".join(seen.split())[:NAME_CHARACTERS].strip()


def chat_message(participant: str, name: str, text: str) -> dict[str, Any]:
    return {"from": participant, "name": name, "text": text, "time": round(time.time(), 3)}


def check_chat(text: str) -> str:
    """The text without what no screen shows; line breaks stay."""
    text = "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc")
    if len(text) > settings.ROOM_CHAT_CHARACTERS:
        message = _("A message has at most %(most)s characters. Send it in parts.")
        raise SignallingError("chat_too_long", message % {"most": settings.ROOM_CHAT_CHARACTERS})
    return text.strip()


def name_for(chosen: str, account_name: str) -> str:
    return clean_name(chosen) or clean_name(account_name) or _("Guest")
