"""Rooms for programs: ``/api/rooms/`` and ``/api/rooms/SLUG/?invitation=…``, with the same rights as the pages.

Who moderates a room gets a link for others by a POST to ``/api/rooms/SLUG/invitation/``.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from processors import access

from . import room_access
from .api import answers_refusals
from .models import Room
from .room_pages import people_in, visitor


@require_safe
@answers_refusals
async def room_list(request: HttpRequest) -> JsonResponse:
    """What stands in the visitor's lobby."""
    await request.auser()
    return JsonResponse(await sync_to_async(lobby_facts)(request), safe=False)


@require_safe
@answers_refusals
async def room_detail(request: HttpRequest, slug: str) -> JsonResponse:
    await request.auser()
    return JsonResponse(await sync_to_async(facts_of)(request, slug))


@require_POST
@answers_refusals
async def room_invitation(request: HttpRequest, slug: str) -> JsonResponse:
    """A link that lets people in: the newest that lets anybody in, or else a new one."""
    await request.auser()
    return JsonResponse(await sync_to_async(invitation_to)(request, slug))


def lobby_facts(request: HttpRequest) -> list[dict[str, Any]]:
    access.check_site(request.user)
    rooms = list(Room.objects.listed_for(request.user))
    people = people_in(rooms)
    return [in_short(room, people.get(room.live_id, 0)) for room in rooms]


def facts_of(request: HttpRequest, slug: str) -> dict[str, Any]:
    entry = room_access.enter(visitor(request), slug, request.GET.get("invitation", ""))
    people = people_in([entry.room]).get(entry.room.live_id, 0)
    return in_short(entry.room, people) | {"owner": entry.moderates, "role": entry.role}


def invitation_to(request: HttpRequest, slug: str) -> dict[str, str]:
    room = room_access.edit(visitor(request), slug)
    found = room.invitations.for_anybody().first() or room.invitations.create(created_by_id=request.user.pk)
    link = request.build_absolute_uri(found.get_absolute_url())
    return {"link": link, "expires": found.expires_at.isoformat()}


def in_short(room: Room, people: int) -> dict[str, Any]:
    return {
        "slug": room.slug,
        "url": room.get_absolute_url(),
        "title": room.title,
        "people": people,
        "limit": room.participant_limit,
        "locked": room.is_locked,
        "closed": room.is_over,
    }
