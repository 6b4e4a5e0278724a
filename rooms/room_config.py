"""Everything the room's template and scripts need to know about one room and its visitor."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse

from accounts.user import User
from processors.models import Processor
from processors.visibility import is_guest

from .cards import can_start
from .check_session import SLUG as CHECK
from .for_all import processor_facts, shown_of
from .ice import relay_urls, relay_ways
from .recording import is_recorded
from .room import Room
from .room_access import Entry
from .room_seat import NAME_CHARACTERS, room_facts


def room_page(request: HttpRequest, entry: Entry, invitation: str, people: int) -> dict[str, Any]:
    return {
        "room": entry.room,
        "entry": entry,
        "people": people,
        "is_closed": entry.room.is_over,
        "is_full": people >= entry.room.participant_limit,
        "name": account_name(request),
        "name_characters": NAME_CHARACTERS,
        "may_be_recorded": settings.ROOM_RECORDING,
        "recording_days": settings.RECORDING_RETENTION_DAYS,
        "uses_relay": bool(relay_urls()),
        "relay_ways": relay_ways(),
        "config": script_config(request, entry, invitation, people),
    }


def script_config(request: HttpRequest, entry: Entry, invitation: str, people: int) -> dict[str, Any]:
    """What room.js reads instead of guessing: no address and no limit is written twice."""
    room = entry.room
    return {
        "room": room_facts(entry)
        | {"people": people, "closed": room.is_over, "recording": is_recorded(room)}
        | {"room_processor": shown_of(room)},
        "me": {
            "name": account_name(request),
            "guest": is_guest(request.user),
            "role": entry.role,
        },
        "invitation": invitation,
        "processors": worn_here(request, room),
        "check": CHECK,
        "csrf": get_token(request),
        "urls": {
            "socket": "/ws/",
            "ready": "/readyz",
            "state": reverse("api_room", args=[room.slug]),
            "processor": "/api/processors/",
            "files": "/p/SLUG/files/",
            "sample": static("sample/scene.webp"),
            "invite": invite_link(request, entry),
            "make_invite": make_invite_address(entry),
            "edit": reverse("room_edit", args=[room.slug]) if entry.moderates else "",
            "lobby": reverse("rooms"),
            "check": reverse("check"),
        },
        "limits": {
            "name_characters": NAME_CHARACTERS,
            "chat_characters": settings.ROOM_CHAT_CHARACTERS,
            "chat_per_second": settings.ROOM_CHAT_PER_SECOND,
            "file_bytes": settings.PARAMETER_FILE_BYTES,
        },
        "resume_seconds": settings.RESUME_WINDOW_SECONDS,
    }


def account_name(request: HttpRequest) -> str:
    return request.user.name if isinstance(request.user, User) else ""


def worn_here(request: HttpRequest, room: Room) -> list[dict[str, str]]:
    rows = Processor.objects.for_gallery(request.user)
    if room.processors.exists():
        rows = rows.filter(pk__in=room.processors.values("pk"))
    return [processor_facts(row) for row in rows if can_start(row)]


def invite_link(request: HttpRequest, entry: Entry) -> str:
    """The link to pass on: into a private room that is a usable invitation, which only who moderates may hand out."""
    room = entry.room
    if not room.is_private:
        return request.build_absolute_uri(room.get_absolute_url())
    usable = room.invitations.for_anybody().first() if entry.moderates else None
    return request.build_absolute_uri(usable.get_absolute_url()) if usable else ""


def make_invite_address(entry: Entry) -> str:
    """Where the page asks for such an invitation; empty where nobody needs one, or this visitor may hand out none."""
    may = entry.room.is_private and entry.moderates
    return reverse("api_room_invitation", args=[entry.room.slug]) if may else ""
