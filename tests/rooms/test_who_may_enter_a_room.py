"""Who may do what with a room: every role against every address and every message, and no word of the room leaks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from processors import guest_cookie
from rooms.messages import ACTS, SCHEMAS
from rooms.models import Room, RoomInvitation, RoomRemoval, Session
from rooms.room_side import MEDIA_ACTS
from rooms.urls import urlpatterns
from workers import door

from .conftest import QuietEngine
from .page import SDP, Page, until

TITLE = "Very secret plans"
OWNER, MEMBER, STAFF, STRANGER, GUEST = "owner", "member", "staff", "stranger", "guest"
INVITED_STRANGER, INVITED_GUEST = "invited stranger", "invited guest"
ROLES = (OWNER, MEMBER, STAFF, STRANGER, GUEST, INVITED_STRANGER, INVITED_GUEST)
# Who comes in, by who the room is for.
COME_IN = {
    Room.Access.INVITED: {OWNER, MEMBER, STAFF, INVITED_STRANGER, INVITED_GUEST},
    Room.Access.MEMBERS: set(ROLES) - {GUEST},
    Room.Access.EVERYONE: set(ROLES),
}
MODERATE = {OWNER, STAFF}
# Addresses by their names in rooms/urls.py: those that show a room to whoever comes in, those of no one room, and what
# is filled in to change a room at all others.
SHOW_A_ROOM = {"room", "api_room"}
OF_NO_ONE_ROOM = {"rooms", "room_new", "room_invitation", "api_rooms"}
FIELDS = {"room_edit": {"title": "Mine"}, "room_invite": {"days": "3"}}


@dataclass
class People:
    room: Room
    invitation: RoomInvitation
    accounts: dict[str, Any]

    def account(self, role: str) -> Any:
        return self.accounts.get(role.replace("invited ", ""))

    def token(self, role: str) -> str:
        return self.invitation.token if role.startswith("invited") else ""

    def client(self, role: str) -> Client:
        client = Client()
        if account := self.account(role):
            client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client


@pytest.fixture
def people(transactional_db: None, alice: Any, bob: Any, charlie: Any, django_user_model: Any) -> People:
    dora = django_user_model.objects.create_user("dora", "dora@example.org", "no stroll")
    room = Room.objects.create(title=TITLE, owner=bob, participant_limit=8)
    room.members.create(user=dora)
    invitation = room.invitations.create(created_by=bob)
    return People(room, invitation, {OWNER: bob, MEMBER: dora, STAFF: alice, STRANGER: charlie})


async def page_of(visit: Callable[..., Any], people: People, role: str) -> Page:
    page: Page = await visit(people.account(role))
    return page


async def asks_to_enter(page: Page, people: People, role: str, **fields: Any) -> dict[str, Any]:
    token = {"invitation": people.token(role)} if people.token(role) else {}
    return await page.asks("session.open", processor=None, room=people.room.slug, **token, **fields)


# --- pages and API ---------------------------------------------------------------------------------


@pytest.mark.parametrize("access", Room.Access.values)
@pytest.mark.parametrize("role", ROLES)
def test_page_and_api_open_for_the_same_people(people: People, access: str, role: str) -> None:
    Room.objects.filter(pk=people.room.pk).update(access=access)
    client, query = people.client(role), f"?invitation={people.token(role)}"
    for name in SHOW_A_ROOM:
        answer = client.get(reverse(name, args=[people.room.slug]) + query)
        if role in COME_IN[Room.Access(access)]:
            assert answer.status_code == 200
        else:
            assert answer.status_code in {302, 401, 403}
            assert TITLE not in answer.content.decode()


@pytest.mark.parametrize("access", Room.Access.values)
@pytest.mark.parametrize("role", ROLES)
def test_only_owner_and_staff_change_anything(people: People, access: str, role: str) -> None:
    Room.objects.filter(pk=people.room.pk).update(access=access)
    client, room = people.client(role), people.room
    keys = {
        "room_invitation_revoke": people.invitation.pk,
        "room_member_remove": room.members.get().pk,
        "room_readmit": room.removals.create(guest="guest:1", name="Ada").pk,
    }
    seen = client.get(f"/r/{room.slug}/edit/")
    if role in MODERATE:
        assert seen.status_code == 200
        return
    assert seen.status_code in {302, 404}
    for name in addresses_with_a_slug() - SHOW_A_ROOM:
        more = {"key": keys[name]} if name in keys else {}
        answer = client.post(reverse(name, kwargs={"slug": room.slug, **more}), FIELDS.get(name, {}))
        assert answer.status_code in {302, 401, 403, 404}, name
        assert answer.status_code != 302 or "/accounts/" in answer["location"], name
        assert TITLE not in answer.content.decode()
    room.refresh_from_db()
    people.invitation.refresh_from_db()
    assert (room.title, room.invitations.count(), people.invitation.revoked_at) == (TITLE, 1, None)
    assert (room.members.count(), room.removals.count()) == (1, 1)


def test_every_address_of_rooms_is_in_this_matrix() -> None:
    names = {path.name for path in urlpatterns if is_of_rooms(path)}
    assert names - addresses_with_a_slug() == OF_NO_ONE_ROOM
    assert names > SHOW_A_ROOM
    assert len(addresses_with_a_slug() - SHOW_A_ROOM) >= 6


def addresses_with_a_slug() -> set[str]:
    """Names of the addresses that are about one room."""
    return {
        str(path.name) for path in urlpatterns if "<slug:slug>" in str(path.pattern) and is_of_rooms(path)
    }


def is_of_rooms(path: URLPattern) -> bool:
    return str(path.pattern).startswith(("r/", "api/rooms/"))


@pytest.mark.parametrize("role", ROLES)
def test_who_has_an_account_may_open_a_room_of_their_own(people: People, role: str) -> None:
    fields = {"title": "Mine", "access": "invited", "participant_limit": "2"}
    answer = people.client(role).post(reverse("room_new"), fields)
    mine = Room.objects.filter(title="Mine")
    if people.account(role) is None:
        assert "/accounts/" in answer["location"]
        assert not mine.exists()
    else:
        assert mine.get().owner == people.account(role)


@pytest.mark.parametrize("role", ROLES)
def test_the_address_of_an_invitation_leads_in_and_a_forged_one_nowhere(people: People, role: str) -> None:
    client, token = people.client(role), people.invitation.token
    answer = client.get(reverse("room_invitation", args=[token]), follow=True)
    assert answer.status_code == 200
    assert TITLE in answer.content.decode()
    forged = client.get(reverse("room_invitation", args=[token[:-2] + "xx"]), follow=True)
    assert forged.status_code == 403
    assert TITLE not in forged.content.decode()


def test_rows_of_another_room_are_out_of_reach(people: People) -> None:
    other = Room.objects.create(
        title="Mine", slug="mine-too", owner=people.accounts[STRANGER], participant_limit=2
    )
    client, member = people.client(STRANGER), people.room.members.get()
    removal = people.room.removals.create(guest="guest:1", name="Ada")
    for part in (
        f"invitations/{people.invitation.pk}/revoke",
        f"members/{member.pk}/remove",
        f"removals/{removal.pk}/readmit",
    ):
        assert client.post(f"/r/{other.slug}/{part}/").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_the_lobby_shows_a_private_room_to_its_own_people_only(people: People, role: str) -> None:
    client = people.client(role)
    for address in ("/r/", "/api/rooms/"):
        assert (TITLE in client.get(address).content.decode()) == (role in {OWNER, MEMBER})


def test_an_invitation_ends(people: People) -> None:
    client, slug = people.client(GUEST), people.room.slug
    other = Room.objects.create(title="Other", owner=people.accounts[OWNER], participant_limit=2)
    tokens = {
        "of another room": other.invitations.create().token,
        "forged": people.invitation.token[:-2] + "xx",
    }
    expired = people.room.invitations.create(expires_at=timezone.now() - timedelta(seconds=1))
    revoked = people.room.invitations.create(revoked_at=timezone.now())
    tokens |= {"expired": expired.token, "revoked": revoked.token, "none of ours": "abc:def"}
    for token in tokens.values():
        answer = client.get(f"/api/rooms/{slug}/?invitation={token}")
        assert (answer.status_code, answer.json()["code"]) == (403, "invitation_over")
        assert TITLE not in answer.content.decode()


# --- the socket ------------------------------------------------------------------------------------


@pytest.mark.parametrize("access", Room.Access.values)
@pytest.mark.parametrize("role", ROLES)
async def test_the_socket_opens_for_the_same_people(
    visit: Callable[..., Any], people: People, engine: QuietEngine, access: str, role: str
) -> None:
    await Room.objects.filter(pk=people.room.pk).aupdate(access=access)
    page = await page_of(visit, people, role)
    answer = await asks_to_enter(page, people, role)
    if role in COME_IN[Room.Access(access)]:
        assert answer["type"] == "session.opened"
        assert answer["room"]["owner"] == (role in MODERATE)
        return
    assert answer["type"] == "error"
    assert answer["code"] in {"invitation_needed", "not_allowed"}
    assert TITLE not in str(page.heard)
    assert await page.is_closed() in {4401, 4403}
    assert await Session.objects.acount() == 0


MESSAGES: dict[str, dict[str, Any]] = {
    "session.offer": {"sdp": SDP, "processor": None},
    "session.switch": {"processor": None},
    "session.parameters": {"number": 1, "values": {}},
    "session.close": {},
    "room.chat": {"text": "hello"},
    "room.state": {"muted": True},
    "room.name": {"name": "Eve"},
    "room.view": {"tiles": [], "audio_only": False},
    "room.moderate": {"act": "end"},
    "room.record": {"act": "start"},
}


def test_every_message_about_a_session_and_every_act_is_in_this_matrix() -> None:
    about_a_session = {kind for kind, (_, checks) in SCHEMAS.items() if "session" in checks}
    assert set(MESSAGES) == about_a_session - {"session.resume"}
    assert MEDIA_ACTS | {"remove", "lock", "unlock", "end"} == ACTS


@pytest.mark.parametrize("role", [role for role in ROLES if role != OWNER])
async def test_nobody_speaks_for_the_session_of_another(
    visit: Callable[..., Any], people: People, engine: QuietEngine, role: str, settings: Any
) -> None:
    settings.ROOM_RECORDING = True
    bob, other = await page_of(visit, people, OWNER), await page_of(visit, people, role)
    opened = await asks_to_enter(bob, people, OWNER)
    await bob.asks("session.offer", session=opened["session"], sdp=SDP, processor=None)
    if role in COME_IN[Room.Access.INVITED]:
        # From inside the same room it is no easier.
        await asks_to_enter(other, people, role)
    handled = len(engine.handled)
    for kind, fields in MESSAGES.items():
        for session in (opened["session"], opened["participant"]):
            answer = await other.asks(kind, session=session, **fields)
            assert answer.get("code") == "session_unknown", kind
    resume = await other.asks("session.resume", session=opened["session"], token=opened["participant"])
    assert resume["code"] == "session_unknown"
    assert len(engine.handled) == handled
    assert not [message for message in bob.heard if message["type"].startswith("room.")]


@pytest.mark.parametrize("role", [MEMBER, INVITED_STRANGER, INVITED_GUEST])
async def test_who_does_not_own_the_room_moderates_nothing(
    visit: Callable[..., Any], people: People, engine: QuietEngine, role: str
) -> None:
    bob, page = await page_of(visit, people, OWNER), await page_of(visit, people, role)
    his, mine = await asks_to_enter(bob, people, OWNER), await asks_to_enter(page, people, role)
    await page.asks("session.offer", session=mine["session"], sdp=SDP, processor=None)
    for act in sorted(ACTS):
        about = {"session": mine["session"], "participant": his["participant"]}
        refused = await page.asks("room.moderate", act=act, **about)
        assert (refused["type"], refused.get("code")) == ("error", "not_allowed"), act
    assert engine.of_type("moderate") == []
    assert len(await door.registry().seats(people.room.live_id)) == 2
    await people.room.arefresh_from_db()
    assert not people.room.is_locked


@pytest.mark.parametrize("role", sorted(MODERATE))
async def test_owner_and_staff_moderate(
    visit: Callable[..., Any], people: People, engine: QuietEngine, role: str
) -> None:
    owner, guest = await page_of(visit, people, role), await page_of(visit, people, INVITED_GUEST)
    his, theirs = await asks_to_enter(owner, people, role), await asks_to_enter(guest, people, INVITED_GUEST)
    for page, opened in ((owner, his), (guest, theirs)):
        await page.asks("session.offer", session=opened["session"], sdp=SDP, processor=None)
    about = {"session": his["session"], "participant": theirs["participant"]}
    for act in sorted(MEDIA_ACTS):
        await owner.says("room.moderate", act=act, **about)
    await until(lambda: len(engine.of_type("moderate")) == len(MEDIA_ACTS))
    assert {message["participant"] for message in engine.of_type("moderate")} == {theirs["participant"]}

    await owner.says("room.moderate", act="lock", session=his["session"])
    assert (await guest.hears("room.changed"))["room"]["locked"] is True
    late = await page_of(visit, people, INVITED_GUEST)
    assert (await asks_to_enter(late, people, INVITED_GUEST))["code"] == "room_locked"
    await owner.says("room.moderate", act="unlock", session=his["session"])
    assert (await guest.hears("room.changed"))["room"]["locked"] is False
    assert (await asks_to_enter(late, people, INVITED_GUEST))["type"] == "session.opened"

    await owner.says("room.moderate", act="end", session=his["session"])
    for page in (owner, guest, late):
        assert (await page.hears("session.closed"))["reason"] == "room_ended"
    assert engine.sessions == {}
    assert await door.registry().seats(people.room.live_id) == []


async def test_a_removed_member_stays_out_until_let_back(
    visit: Callable[..., Any], people: People, engine: QuietEngine
) -> None:
    owner, dora = await page_of(visit, people, OWNER), await page_of(visit, people, MEMBER)
    his, hers = await asks_to_enter(owner, people, OWNER), await asks_to_enter(dora, people, MEMBER)
    await dora.asks("session.offer", session=hers["session"], sdp=SDP, processor=None)
    await owner.asks("room.moderate", act="remove", session=his["session"], participant=hers["participant"])
    assert (await dora.hears("session.closed"))["reason"] == "removed"
    assert hers["session"] not in engine.sessions
    back = await dora.asks("session.resume", session=hers["session"], token=hers["token"])
    assert back["code"] == "session_unknown"
    assert (await asks_to_enter(dora, people, INVITED_STRANGER))["code"] == "removed"
    assert (
        await sync_to_async(lambda: people.client(MEMBER).get(f"/r/{people.room.slug}/"))()
    ).status_code == 403
    await RoomRemoval.objects.all().adelete()
    again = await page_of(visit, people, MEMBER)
    assert (await asks_to_enter(again, people, INVITED_STRANGER))["type"] == "session.opened"


async def test_a_removed_guest_comes_back_neither_with_his_cookie_nor_with_a_new_one(
    visit: Callable[..., Any], people: People, engine: QuietEngine
) -> None:
    owner = await page_of(visit, people, OWNER)
    his = await asks_to_enter(owner, people, OWNER)
    bad, good = guest_headers("bad"), guest_headers("good")
    rude, kind = await visit(**bad), await visit(**good)
    theirs, _hers = (
        await asks_to_enter(rude, people, INVITED_GUEST),
        await asks_to_enter(kind, people, INVITED_GUEST),
    )
    await owner.asks("room.moderate", act="remove", session=his["session"], participant=theirs["participant"])
    assert (await rude.hears("session.closed"))["reason"] == "removed"
    assert (await asks_to_enter(rude, people, INVITED_GUEST))["code"] == "removed"
    new = await visit(**guest_headers("new"))
    assert (await asks_to_enter(new, people, INVITED_GUEST))["code"] == "invitation_over"
    # Who was here before is none the worse for it.
    assert (await asks_to_enter(await visit(**good), people, INVITED_GUEST))["type"] == "session.opened"


async def test_who_was_removed_cannot_go_on_with_an_offer_under_way(
    visit: Callable[..., Any], people: People, engine: QuietEngine
) -> None:
    dora = await page_of(visit, people, MEMBER)
    opened = await asks_to_enter(dora, people, MEMBER)
    await RoomRemoval.objects.acreate(room=people.room, user=people.accounts[MEMBER], name="Dora")
    for kind in ("session.offer", "session.switch"):
        refused = await dora.asks(kind, session=opened["session"], **MESSAGES[kind])
        assert refused["code"] == "removed"
    assert engine.handled == []


async def test_the_owner_and_staff_are_not_removed(
    visit: Callable[..., Any], people: People, engine: QuietEngine
) -> None:
    owner, staff = await page_of(visit, people, OWNER), await page_of(visit, people, STAFF)
    his, hers = await asks_to_enter(owner, people, OWNER), await asks_to_enter(staff, people, STAFF)
    for page, me, other in ((owner, his, hers), (staff, hers, his), (owner, his, his)):
        refused = await page.asks(
            "room.moderate", act="remove", session=me["session"], participant=other["participant"]
        )
        assert refused["code"] == "not_allowed"
    gone = await owner.asks("room.moderate", act="remove", session=his["session"], participant="x" * 24)
    assert gone["code"] == "participant_unknown"


async def test_into_a_closed_room_nobody_comes_and_who_is_inside_stays(
    visit: Callable[..., Any], people: People, engine: QuietEngine
) -> None:
    owner = await page_of(visit, people, OWNER)
    opened = await asks_to_enter(owner, people, OWNER)
    await Room.objects.filter(pk=people.room.pk).aupdate(is_open=False)
    dora = await page_of(visit, people, MEMBER)
    assert (await asks_to_enter(dora, people, MEMBER))["code"] == "room_closed"
    answer = await owner.asks("session.offer", session=opened["session"], sdp=SDP, processor=None)
    assert answer["type"] == "session.answer"


async def test_without_guests_an_invitation_lets_no_guest_in(
    visit: Callable[..., Any], people: People, engine: QuietEngine, settings: Any
) -> None:
    page = await page_of(visit, people, INVITED_GUEST)
    settings.GUESTS_ALLOWED = False
    assert (await asks_to_enter(page, people, INVITED_GUEST))["code"] == "not_allowed"
    assert await page.is_closed() == 4401


def guest_headers(name: str) -> dict[str, str]:
    return {"cookie": f"{guest_cookie.COOKIE}={guest_cookie._signer.sign(name)}"}
