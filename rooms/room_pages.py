"""The pages of rooms: lobby, room, create and edit, invitations. Who may see what is decided in room_access."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.account_view import signed_in
from processors import access, guest_cookie
from processors.visibility import is_guest, is_staff
from workers.door import registry
from workers.registry import RegistryError

from . import room_access, room_news
from .identity import owner_of_guest
from .models import Recording, Room, RoomInvitation, Session
from .room_access import RoomVisitor
from .room_config import room_page
from .room_forms import InvitationForm, RoomForm
from .room_seat import group_of

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Row:
    """One line of the lobby."""

    room: Room
    people: int


def refusals_as_pages(view: View) -> View:
    """A refusal becomes a sign-in, or a page with the reason and the next step, and nothing of the room."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except access.SignInRequired:
            return redirect_to_login(request.get_full_path())
        except access.AccessRefused as refusal:
            return render(request, "rooms/room_refused.html", {"refusal": refusal}, status=refusal.status)

    return guarded


def button_of(part: str) -> Callable[[Callable[[Room, Any], None]], View]:
    """Stands beside a row of this part of the owner's page; afterwards the page opens there again."""

    def as_view(act: Callable[[Room, Any], None]) -> View:
        @login_required
        @require_POST
        @refusals_as_pages
        @wraps(act)
        def pressed(request: HttpRequest, slug: str, key: Any) -> HttpResponseBase:
            found = room_access.edit(visitor(request), slug)
            act(found, key)
            return to_part(found, part)

        return pressed

    return as_view


@require_safe
@never_cache
@refusals_as_pages
def lobby(request: HttpRequest) -> HttpResponseBase:
    access.check_site(request.user)
    rooms = list(Room.objects.listed_for(request.user).select_related("owner"))
    people = people_in(rooms)
    rows = [Row(room, people.get(room.live_id, 0)) for room in rooms]
    return render(
        request,
        "rooms/lobby.html",
        {
            "mine": [row for row in rows if row.room.owner_id == request.user.pk],
            "others": [row for row in rows if row.room.owner_id != request.user.pk],
            "may_create": may_create(request),
            "shows_recordings": shows_recordings(request),
        },
    )


@require_safe
@never_cache
@ensure_csrf_cookie
@refusals_as_pages
def room(request: HttpRequest, slug: str) -> HttpResponseBase:
    invitation = request.GET.get("invitation", "")
    guest = guest_cookie.ensure(request)
    entry = room_access.enter(visitor(request, guest), slug, invitation)
    people = people_in([entry.room]).get(entry.room.live_id, 0)
    page = render(request, "rooms/room.html", room_page(request, entry, invitation, people))
    if is_guest(request.user):
        # The page's socket must belong to the same guest, or nobody could be sent out.
        guest_cookie.give(page, guest)
    return page


@require_safe
@never_cache
@refusals_as_pages
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    access.check_site(request.user)
    found = RoomInvitation.from_token(token)
    if found is None or found.state != "usable":
        raise room_access.InvitationOver(_("This invitation is no longer valid. Ask for a new link."))
    return redirect(f"{found.room.get_absolute_url()}?invitation={token}")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def create(request: HttpRequest) -> HttpResponseBase:
    if not may_create(request):
        return render(request, "rooms/too_many_rooms.html", {"most": settings.ROOMS_PER_USER}, status=403)
    form = RoomForm(request.POST or None, user=request.user, instance=Room(owner=signed_in(request)))
    if form.is_valid():
        return redirect("room_edit", form.save().slug)
    return render(request, "rooms/room_form.html", {"form": form})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def edit(request: HttpRequest, slug: str) -> HttpResponseBase:
    found = room_access.edit(visitor(request), slug)
    form = RoomForm(request.POST or None, user=request.user, instance=found)
    if form.is_valid():
        saved = form.save()
        tell_inside(saved)
        messages.success(request, _("Saved."))
        return redirect("room_edit", saved.slug)
    shown = Room.objects.get(pk=found.pk)
    return render(request, "rooms/room_form.html", edit_page(request, shown, form))


@login_required
@require_POST
@refusals_as_pages
def invite(request: HttpRequest, slug: str) -> HttpResponseBase:
    found = room_access.edit(visitor(request), slug)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        shown = edit_page(request, found, RoomForm(user=request.user, instance=found))
        return render(request, "rooms/room_form.html", shown | {"invitation_form": form})
    form.instance.room, form.instance.created_by_id = found, request.user.pk
    form.instance.expires_at = timezone.now() + timedelta(days=form.cleaned_data["days"])
    form.save()
    return to_part(found, "invitations")


@button_of("invitations")
def revoke(found: Room, key: str) -> None:
    get_object_or_404(found.invitations, pk=key).revoke()


@button_of("members")
def drop_member(found: Room, key: int) -> None:
    """Who may not come in any more does not stay either."""
    member = get_object_or_404(found.members, pk=key)
    member.delete()
    person = RoomVisitor(member.user, f"user:{member.user_id}")
    if not (room_access.moderates(person, found) or room_access.is_open_to(person, found)):
        async_to_sync(end_seats)(found, person.owner)


@button_of("removed")
def readmit(found: Room, key: int) -> None:
    get_object_or_404(found.removals, pk=key).delete()


@login_required
@require_POST
@refusals_as_pages
def delete(request: HttpRequest, slug: str) -> HttpResponseBase:
    found = room_access.edit(visitor(request), slug)
    if people_in([found]).get(found.live_id, 0):
        messages.warning(request, _("Somebody is in the room. End the meeting first, then delete the room."))
        return redirect("room_edit", found.slug)
    found.delete()
    messages.success(request, _("The room is deleted."))
    return redirect("rooms")


def edit_page(request: HttpRequest, found: Room, form: RoomForm) -> dict[str, Any]:
    usable = found.invitations.usable()
    return {
        "form": form,
        "room": found,
        "link": request.build_absolute_uri(found.get_absolute_url()),
        "invitations": [
            {"row": row, "link": request.build_absolute_uri(row.get_absolute_url())} for row in usable
        ],
        "members": found.members.select_related("user"),
        "removals": found.removals.all(),
        "invitation_form": InvitationForm(),
    }


def to_part(found: Room, part: str) -> HttpResponse:
    return redirect(f"{reverse('room_edit', args=[found.slug])}#{part}")


def may_create(request: HttpRequest) -> bool:
    if is_guest(request.user):
        return False
    owned = Room.objects.filter(owner=request.user.pk).count()
    return is_staff(request.user) or owned < settings.ROOMS_PER_USER


def shows_recordings(request: HttpRequest) -> bool:
    """Also where nothing is recorded any more, as long as somebody has a recording."""
    if is_guest(request.user):
        return False
    return settings.ROOM_RECORDING or Recording.objects.filter(owner=request.user.pk).exists()


def visitor(request: HttpRequest, guest: str = "") -> RoomVisitor:
    if not is_guest(request.user):
        return RoomVisitor(request.user, f"user:{request.user.pk}")
    guest = guest or guest_cookie.read(request.COOKIES)
    return RoomVisitor(request.user, owner_of_guest(guest) if guest else "")


def tell_inside(found: Room) -> None:
    """Pages and the media worker hear at once what was changed; without Redis they hear it with the next offer."""
    try:
        async_to_sync(room_news.tell_group)(group_of(found.live_id), "changed")
    except Exception:
        logger.warning("Who is in a room could not be told that it changed", exc_info=True)


async def end_seats(found: Room, owner: str) -> None:
    try:
        seats = await registry().seats(found.live_id)
        for lease in [lease for lease in seats if lease.owner == owner]:
            await room_news.end_seat(lease, Session.Reason.REMOVED)
    except Exception:
        logger.warning("Whoever was dropped from a room may still be inside", exc_info=True)


def people_in(rooms: list[Room]) -> dict[str, int]:
    """How many are inside; a registry that is away makes no page fail."""
    try:
        return async_to_sync(registry().people)([room.live_id for room in rooms])
    except RegistryError:
        return {}
