"""An owner opens a room, invites, changes and deletes it; visitors find it in the lobby and enter its page."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from processors.models import Processor
from rooms.for_all import options_of
from rooms.models import Room, RoomInvitation, RoomMember, RoomRemoval
from rooms.room import SLUG_BYTES
from workers.room_mix import MixOptions, read_mix

pytestmark = pytest.mark.django_db

FORM = {"title": "Hall", "access": "everyone", "slug": "hall", "participant_limit": "4"}


@pytest.fixture
def owner(bob: Any) -> Client:
    client = Client()
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def hall(bob: Any) -> Room:
    return Room.objects.create(title="Hall", slug="hall", owner=bob, access="everyone", participant_limit=4)


def config_of(page: Any) -> dict[str, Any]:
    found = re.search(r'<script id="config" type="application/json">(.*?)</script>', page.content.decode())
    assert found
    config: dict[str, Any] = json.loads(found[1])
    return config


def test_an_owner_opens_a_room_and_visitors_find_it(owner: Client, client: Client) -> None:
    answer = owner.post("/r/new/", FORM, follow=True)
    assert answer.redirect_chain == [("/r/hall/edit/", 302)]
    assert "Hall" in owner.get("/r/").content.decode()
    assert "/r/hall/" in client.get("/r/").content.decode()
    page = client.get("/r/hall/")
    assert page.status_code == 200
    config = config_of(page)
    assert (config["room"]["slug"], config["room"]["owner"], config["me"]["role"]) == ("hall", False, "guest")
    assert config["urls"]["invite"] == "http://testserver/r/hall/"
    assert page.cookies["guest"].value
    for hook in ("join", "leave", "tile", "input-video"):
        assert f'data-testid="{hook}"' in page.content.decode()


@pytest.mark.parametrize("size", [(640, 360), (960, 540), (1280, 720)])
@pytest.mark.parametrize("fps", [5, 10, 15, 30])
def test_an_owner_chooses_size_and_pace_of_the_one_picture(
    owner: Client, hall: Room, size: tuple[int, int], fps: int
) -> None:
    wanted = {"mix": "on", "mix_size": f"{size[0]}x{size[1]}", "mix_fps": str(fps)}
    owner.post("/r/hall/edit/", FORM | wanted)
    hall.refresh_from_db()
    # What the worker makes of what the room sends it.
    assert read_mix(options_of(hall)["mix"]) == MixOptions(True, *size, fps)
    # Without the switch nobody sees it, and recordings have its size.
    owner.post("/r/hall/edit/", FORM)
    hall.refresh_from_db()
    assert read_mix(options_of(hall)["mix"]) == MixOptions(False, *size, fps)


@pytest.mark.parametrize("wrong", [{"mix_size": "9x9"}, {"mix_fps": "1000"}, {"mix_fps": "many"}])
def test_other_sizes_and_paces_of_the_one_picture_are_refused(
    owner: Client, hall: Room, wrong: dict[str, str]
) -> None:
    page = owner.post("/r/hall/edit/", FORM | {"title": "Cellar"} | wrong)
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()
    hall.refresh_from_db()
    assert (hall.title, hall.mix_size, hall.mix_fps) == ("Hall", "960x540", 15)
    assert owner.post("/r/hall/edit/", FORM | dict.fromkeys(wrong, "")).status_code == 302


def test_the_lobby_leads_to_the_settings_of_ones_own_rooms_only(
    owner: Client, hall: Room, charlie: Any
) -> None:
    Room.objects.create(title="Cellar", slug="cellar", owner=charlie, access="everyone", participant_limit=4)
    page = owner.get("/r/").content.decode()
    assert "/r/hall/edit/" in page
    assert "/r/cellar/" in page
    assert "/r/cellar/edit/" not in page


def test_a_new_room_has_as_many_seats_as_the_site_allows(owner: Client, settings: Any) -> None:
    settings.ROOM_PARTICIPANT_LIMIT = 6
    assert owner.get("/r/new/").context["form"]["participant_limit"].value() == 6


def test_a_private_room_has_an_address_that_nobody_guesses(owner: Client) -> None:
    owner.post("/r/new/", FORM | {"access": "invited"})
    room = Room.objects.get()
    assert room.slug != "hall"
    assert len(room.slug) >= SLUG_BYTES * 4 / 3
    before = room.slug
    owner.post(f"/r/{room.slug}/edit/", FORM | {"access": "everyone", "is_open": "on"})
    room.refresh_from_db()
    assert room.slug == "hall"
    owner.post("/r/hall/edit/", FORM | {"access": "invited", "is_open": "on"})
    room.refresh_from_db()
    assert room.slug not in {"hall", before}


def test_an_invitation_leads_in_until_it_is_withdrawn(owner: Client, client: Client, hall: Room) -> None:
    hall.access = Room.Access.INVITED
    hall.save()
    owner.post(f"/r/{hall.slug}/invitations/", {"note": "Team", "days": "2"})
    invitation = RoomInvitation.objects.get()
    link = invitation.get_absolute_url()
    assert link in owner.get(f"/r/{hall.slug}/edit/").content.decode()
    page = client.get(link, follow=True)
    assert page.status_code == 200
    assert config_of(page)["invitation"] == invitation.token
    assert config_of(page)["urls"]["invite"] == ""
    owner.post(f"/r/{hall.slug}/invitations/{invitation.pk}/revoke/")
    assert client.get(link).status_code == 403
    assert client.get(f"/r/{hall.slug}/?invitation={invitation.token}").status_code == 403


def test_who_moderates_gets_a_link_into_a_private_room_with_one_request(
    owner: Client, client: Client, hall: Room
) -> None:
    hall.access = Room.Access.INVITED
    hall.save()
    asked = f"/api/rooms/{hall.slug}/invitation/"
    assert config_of(owner.get(f"/r/{hall.slug}/"))["urls"]["make_invite"] == asked
    link = owner.post(asked).json()["link"]
    assert client.get(link, follow=True).status_code == 200
    assert owner.post(asked).json()["link"] == link, "one is enough"
    RoomInvitation.objects.get().revoke()
    assert owner.post(asked).json()["link"] != link
    # A guest who came by it was removed: it lets no new guests in any more.
    usable = RoomInvitation.objects.usable().get()
    RoomRemoval.objects.create(room=hall, guest="guest:1", name="Ada", invitation=usable)
    link = owner.post(asked).json()["link"]
    assert usable.token not in link
    assert client.get(link, follow=True).status_code == 200


def test_nobody_else_is_given_a_link_into_a_private_room(
    owner: Client, client: Client, hall: Room, charlie: Any, bob: Any
) -> None:
    hall.access = Room.Access.INVITED
    hall.save()
    asked = f"/api/rooms/{hall.slug}/invitation/"
    RoomMember.objects.create(room=hall, user=charlie)
    assert client.post(asked).status_code == 404
    client.force_login(charlie, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/r/{hall.slug}/")
    assert config_of(page)["urls"]["make_invite"] == ""
    assert "data-invite" not in page.content.decode()
    assert client.post(asked).status_code == 404
    assert owner.get(asked).status_code == 405
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    assert forged.post(asked).status_code == 403
    assert not RoomInvitation.objects.exists()


def test_members_are_dropped_and_removed_people_let_back(owner: Client, hall: Room, charlie: Any) -> None:
    member = RoomMember.objects.create(room=hall, user=charlie)
    removal = RoomRemoval.objects.create(room=hall, guest="guest:1", name="Ada")
    assert "Ada" in owner.get("/r/hall/edit/").content.decode()
    owner.post(f"/r/hall/members/{member.pk}/remove/")
    owner.post(f"/r/hall/removals/{removal.pk}/readmit/")
    assert not RoomMember.objects.exists()
    assert not RoomRemoval.objects.exists()


def test_a_room_is_deleted(owner: Client, hall: Room) -> None:
    assert owner.get("/r/hall/delete/").status_code == 405
    owner.post("/r/hall/delete/")
    assert not Room.objects.exists()


def test_nobody_has_more_rooms_than_the_site_allows(owner: Client, hall: Room, settings: Any) -> None:
    settings.ROOMS_PER_USER = 1
    assert owner.get("/r/new/").status_code == 403
    assert owner.post("/r/new/", FORM | {"slug": "two"}).status_code == 403
    assert Room.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"slug": "new"}, {"participant_limit": "0"}, {"participant_limit": "9"}, {"title": ""}]
)
def test_what_does_not_fit_is_said_beside_the_field(owner: Client, wrong: dict[str, str]) -> None:
    page = owner.post("/r/new/", FORM | wrong)
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert not Room.objects.exists()


def test_a_room_for_one_meeting_closes_when_it_has_been_empty(hall: Room, settings: Any) -> None:
    settings.ROOM_EMPTY_TIMEOUT_SECONDS = 300
    hall.closes_when_empty = True
    assert not hall.is_over
    visit = hall.visits.create(id="a", token_hash="", processor_version=0, worker="one")
    settings.ROOM_EMPTY_TIMEOUT_SECONDS = 0
    assert not hall.is_over
    hall.visits.filter(pk=visit.pk).end("visitor")
    assert hall.is_over
    settings.ROOM_EMPTY_TIMEOUT_SECONDS = 300
    assert not hall.is_over


def test_a_room_for_one_meeting_waits_for_its_first_visitor(hall: Room, settings: Any) -> None:
    settings.ROOM_EMPTY_TIMEOUT_SECONDS = 300
    hall.closes_when_empty, hall.opened_at = True, timezone.now() - timedelta(days=2)
    assert not hall.is_over, "made on Friday for Monday"
    # Whether anybody came is no longer known then.
    hall.opened_at = timezone.now() - timedelta(days=settings.SESSION_HISTORY_DAYS, seconds=301)
    assert hall.is_over


def test_a_meeting_that_is_over_is_opened_again_by_one_tick(
    owner: Client, client: Client, hall: Room, settings: Any
) -> None:
    settings.ROOM_EMPTY_TIMEOUT_SECONDS = 0
    Room.objects.filter(pk=hall.pk).update(closes_when_empty=True)
    hall.visits.create(id="a", token_hash="", processor_version=0, worker="one")
    hall.visits.end("visitor")
    assert config_of(client.get("/r/hall/"))["room"]["closed"]
    form = owner.get("/r/hall/edit/").context["form"]
    assert form["is_open"].value() is False, "the form shows what visitors find"
    owner.post("/r/hall/edit/", FORM | {"closes_when_empty": "on"})
    assert config_of(client.get("/r/hall/"))["room"]["closed"], "saved without the tick it stays closed"
    owner.post("/r/hall/edit/", FORM | {"closes_when_empty": "on", "is_open": "on"})
    assert not config_of(client.get("/r/hall/"))["room"]["closed"]
    assert owner.get("/r/hall/edit/").context["form"]["is_open"].value() is True


def test_the_form_offers_what_can_be_worn_and_keeps_what_was_chosen(owner: Client, hall: Room) -> None:
    rows = {
        slug: Processor.objects.create(slug=slug, key=key, title=slug, visibility="everyone")
        for slug, key in (("edges", "edges"), ("away", "nowhere:Nothing"), ("lost", "nowhere:Nothing"))
    }
    hall.processors.add(rows["lost"])
    Room.objects.filter(pk=hall.pk).update(room_processor=rows["lost"])
    form = owner.get("/r/hall/edit/").context["form"]
    for name in ("processors", "room_processor"):
        assert {row.slug for row in form.fields[name].queryset} == {"edges", "lost"}
    chosen = {"room_processor": rows["away"].pk, "is_open": "on"}
    assert "errorlist" in owner.post("/r/hall/edit/", FORM | chosen).content.decode()
    new = owner.get("/r/new/").context["form"]
    assert {row.slug for row in new.fields["processors"].queryset} == {"edges"}


def test_without_guests_every_page_of_rooms_asks_for_a_sign_in(
    client: Client, hall: Room, settings: Any
) -> None:
    settings.GUESTS_ALLOWED = False
    for address in ("/r/", "/r/hall/", "/r/new/", "/r/hall/edit/"):
        assert client.get(address).status_code == 302
    assert client.get("/api/rooms/hall/").status_code == 401
    assert client.get("/api/rooms/").status_code == 401


def test_the_api_tells_how_many_are_inside(client: Client, hall: Room) -> None:
    facts = client.get("/api/rooms/hall/").json()
    assert (facts["people"], facts["limit"], facts["locked"], facts["closed"]) == (0, 4, False, False)
    assert [room["slug"] for room in client.get("/api/rooms/").json()] == ["hall"]
    assert client.get("/api/rooms/nothing/").status_code == 404


def test_the_admin_shows_rooms_with_their_people(admin_client: Client, hall: Room, charlie: Any) -> None:
    hall.invitations.create(note="Team")
    hall.members.create(user=charlie)
    hall.removals.create(guest="guest:1", name="Ada")
    assert "Hall" in admin_client.get("/admin/rooms/room/").content.decode()
    page = admin_client.get(f"/admin/rooms/room/{hall.pk}/change/").content.decode()
    for words in ("Team", "charlie", "Ada", "Valid"):
        assert words in page
    assert admin_client.get("/admin/rooms/session/").status_code == 200
