"""Two people meet in a room of the database: seats, who is there, chat, and the tab that takes over."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from processors.models import Processor
from rooms.models import Room, RoomMember, Session
from tests.support.patience import patient
from workers import door

from .conftest import QuietEngine, Workers
from .page import SDP, Page, until


@pytest.fixture
def hall(transactional_db: None, bob: Any) -> Room:
    return Room.objects.create(
        title="Hall", slug="hall", owner=bob, access=Room.Access.EVERYONE, participant_limit=3
    )


async def joins(page: Page, room: str = "hall", **fields: Any) -> dict[str, Any]:
    opened = await page.asks("session.open", processor=None, room=room, **fields)
    assert opened["type"] == "session.opened", opened
    answer = await page.asks("session.offer", session=opened["session"], sdp=SDP, processor=None)
    assert answer["type"] == "session.answer", answer
    return opened


async def test_a_seat_in_a_room_with_nothing_worn(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    page = await visit(bob)
    opened = await joins(page, name=" Bob \u202e the\nowner ")
    assert opened["processor"] is None
    assert opened["room"] == {
        "id": hall.live_id, "slug": "hall", "title": "Hall", "owner": True, "role": "owner", "limit": 3,
        "locked": False, "audio_only_default": False, "mix": False, "may_record": False, "room_processor": None,
    }  # fmt: skip
    (offered,) = engine.of_type("offer")
    assert offered["room"] == hall.live_id
    assert offered["person"] == {"id": opened["participant"], "name": "Bob the owner", "role": "owner"}
    assert offered["participant"] == opened["participant"] != opened["session"]
    assert offered["processor"]["key"] == ""
    row = await Session.objects.aget()
    assert (row.room_id, row.processor_slug, row.user_id) == (hall.pk, "", bob.pk)


async def test_people_see_who_is_there_and_who_comes_and_goes(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    page = await visit(bob)
    opened = await joins(page)
    ada = {"id": "a" * 24, "name": "Ada", "role": "guest"}
    me = {"id": opened["participant"], "name": "bob", "role": "owner"}
    channel = engine.sessions[opened["session"]]
    for people in ([me], [me, ada], [me]):
        news = {"type": "participants", "session": opened["session"], "participants": people}
        await engine.send_to_web(channel, news)
        assert (await page.hears("room.participants"))["participants"] == people
    notices = [message for message in page.heard if message["type"] == "room.notice"]
    notices.append(await page.hears("room.notice"))
    assert [(notice["what"], notice["name"]) for notice in notices] == [("joined", "Ada"), ("left", "Ada")]


async def test_what_is_said_reaches_everybody_in_the_room_and_nobody_else(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    await sync_to_async(Room.objects.create)(
        title="Attic", slug="attic", owner=bob, access=Room.Access.EVERYONE, participant_limit=3
    )
    ada, ben, stranger = await visit(), await visit(), await visit()
    mine = await joins(ada, name="Ada")
    await joins(ben)
    await joins(stranger, "attic")
    text = "<script>alert(1)</script>\nline two \x07"
    said = await ada.asks("room.chat", session=mine["session"], text=text)
    heard = await ben.hears("room.chat")
    for message in (said, heard):
        assert message["text"] == "<script>alert(1)</script>\nline two"
        assert (message["from"], message["name"]) == (mine["participant"], "Ada")
    assert (await stranger.asks("ping", time=1))["type"] == "pong"
    assert not [message for message in stranger.heard if message["type"] == "room.chat"]


async def test_too_much_chat_is_refused_and_nobody_else_notices(
    visit: Callable[..., Any], hall: Room, engine: QuietEngine
) -> None:
    loud, ben = await visit(), await visit()
    mine, _his = await joins(loud), await joins(ben)
    refused = await loud.asks("room.chat", session=mine["session"], text="x" * 100_000)
    assert refused["code"] == "chat_too_long"
    for _ in range(12):
        await loud.says("room.chat", session=mine["session"], text="again")
    codes = [(await loud.next()).get("code", "") for _ in range(12)]
    assert codes.count("chat_too_fast") >= 6
    heard = []
    while not await ben.hears_nothing():
        heard.append(await ben.next())
    assert 5 <= len(heard) <= 6
    for _ in range(200):
        await loud.says("room.chat", session=mine["session"], text="flood")
    assert await loud.is_closed() == 4429
    assert (await ben.asks("ping", time=1))["type"] == "pong"


async def test_the_second_tab_of_an_account_takes_the_seat(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    first, second = await visit(bob), await visit(bob)
    before = await joins(first)
    after = await joins(second)
    closed = await first.hears("session.closed")
    assert (closed["session"], closed["reason"]) == (before["session"], "other_tab")
    assert list(engine.sessions) == [after["session"]]
    assert [lease.session for lease in await door.registry().seats(hall.live_id)] == [after["session"]]
    back = await first.asks("session.resume", session=before["session"], token=before["token"])
    assert back["code"] == "session_unknown"


async def test_the_seat_of_the_first_tab_stays_when_the_second_gets_none(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine, workers: Workers, edges: Processor
) -> None:
    await sync_to_async(Processor.objects.filter(pk=edges.pk).update)(session_limit=1)
    first, second, other = await visit(bob), await visit(bob), await visit()
    before = await joins(first)
    await other.asks("session.open", processor="edges")
    refused = await second.asks("session.open", processor="edges", room="hall")
    assert refused["code"] == "busy"
    assert list(engine.sessions) == [before["session"]]
    assert (await first.asks("ping", time=1))["type"] == "pong"
    assert not [message for message in first.heard if message["type"] == "session.closed"]


async def test_the_second_tab_takes_the_seat_in_a_full_room(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    first, second = await visit(bob), await visit(bob)
    before = await joins(first)
    others = [await joins(await visit()) for _ in range(2)]
    after = await joins(second)
    assert (await first.hears("session.closed"))["reason"] == "other_tab"
    assert set(engine.sessions) == {after["session"], *(each["session"] for each in others)}
    assert before["session"] not in engine.sessions


async def test_a_tab_that_has_not_offered_yet_gives_its_seat_up_too(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    first, second = await visit(bob), await visit(bob)
    before = await first.asks("session.open", processor=None, room="hall")
    await joins(second)
    assert (await first.hears("session.closed"))["reason"] == "other_tab"
    late = await first.asks("session.offer", session=before["session"], sdp=SDP, processor=None)
    assert late["code"] == "session_unknown"


async def test_of_tabs_that_come_at_once_one_keeps_the_seat(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    pages = [await visit(bob) for _ in range(3)]
    await asyncio.gather(*(page.says("session.open", processor=None, room="hall") for page in pages))

    async def one_is_left() -> bool:
        return len(await door.registry().seats(hall.live_id)) == 1

    await asyncio.sleep(0.5)
    assert await one_is_left()
    running = await sync_to_async(lambda: Session.objects.running().count())()
    assert running == 1


async def test_a_full_room_refuses_the_next_and_a_clean_leave_frees_at_once(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    pages = [await visit() for _ in range(3)]
    opened = [await joins(page) for page in pages]
    late = await visit()
    assert (await late.asks("session.open", processor=None, room="hall"))["code"] == "room_full"
    await pages[0].asks("session.close", session=opened[0]["session"])
    await joins(late)


async def test_what_changed_while_the_socket_was_away_comes_with_the_resume(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    page = await visit(bob)
    opened = await joins(page)
    await page.says("room.state", session=opened["session"], muted=True)
    await until(lambda: engine.of_type("state"))
    await page.leave()
    page = await visit(bob)
    mine = {"session": opened["session"], "token": opened["token"]}
    await page.asks("session.resume", **mine, state={"muted": True, "camera_off": True, "veto": True})
    (attached,) = engine.of_type("attach")
    told = {"muted": True, "camera_off": True, "veto": True}
    assert attached["person"] == attached["person"] | told
    # Somebody comes: the page offers again, and on this socket it has told nothing.
    await page.asks(
        "session.offer", session=opened["session"], sdp=SDP, processor=None, state={"veto": False}
    )
    person = engine.of_type("offer")[-1]["person"]
    assert person == person | told | {"veto": False}
    refused = await page.asks("session.resume", **mine, state={"muted": "yes"})
    assert refused["code"] == "bad_message"


async def test_a_seat_is_resumed_without_a_token_of_the_room(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine
) -> None:
    page = await visit(bob)
    opened = await joins(page)
    await page.leave()
    page = await visit(bob)
    back = await page.asks("session.resume", session=opened["session"], token=opened["token"])
    assert (back["type"], back["participant"]) == ("session.resumed", opened["participant"])
    assert back["room"]["slug"] == "hall"
    (attached,) = engine.of_type("attach")
    assert attached["person"]["role"] == "owner"
    other = await visit(bob)
    refused = await other.asks(
        "session.resume", session=opened["session"], token=opened["token"], room="attic"
    )
    assert refused["code"] == "room_unknown"


async def test_everybody_of_a_room_comes_to_the_same_worker(
    visit: Callable[..., Any], hall: Room, workers: Workers
) -> None:
    for name in ("one", "two", "three"):
        await workers.start(name)
    for _ in range(3):
        await joins(await visit())
    leases = await door.registry().seats(hall.live_id)
    assert len(leases) == 3
    assert len({lease.worker for lease in leases}) == 1
    assert await door.registry().people([hall.live_id, "nowhere"]) == {hall.live_id: 3, "nowhere": 0}


async def test_what_a_page_says_of_itself_goes_to_the_worker(
    visit: Callable[..., Any], hall: Room, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.asks("session.open", processor=None, room="hall")
    await page.says("room.state", session=opened["session"], muted=True)
    await page.asks("session.offer", session=opened["session"], sdp=SDP, processor=None)
    assert engine.of_type("offer")[0]["person"]["muted"] is True
    await page.says("room.state", session=opened["session"], muted=False, screen=True)
    await page.says("room.name", session=opened["session"], name="Zoë")
    await page.says("room.view", session=opened["session"], tiles=[
        {"participant": "x", "source": "screen", "width": 640, "height": 480, "visible": True}
    ], audio_only=False)  # fmt: skip
    await until(lambda: engine.of_type("view"))
    assert engine.of_type("state")[0] == engine.of_type("state")[0] | {"muted": False, "screen": True}
    assert engine.of_type("name")[0]["name"] == "Zoë"
    assert engine.of_type("view")[0]["tiles"][0]["source"] == "screen"


async def test_a_room_may_allow_some_processors_only(
    visit: Callable[..., Any], hall: Room, bob: Any, engine: QuietEngine, edges: Processor, blur: Processor
) -> None:
    await sync_to_async(hall.processors.add)(blur)
    page = await visit()
    opened = await joins(page)
    refused = await page.asks("session.switch", session=opened["session"], processor="edges")
    assert refused["code"] == "not_allowed"
    switched = await page.asks("session.switch", session=opened["session"], processor="blur")
    assert switched["processor"]["slug"] == "blur"
    bare = await page.asks("session.switch", session=opened["session"], processor=None)
    assert bare["processor"] is None


async def test_a_private_room_remembers_who_came_with_an_invitation(
    visit: Callable[..., Any], hall: Room, bob: Any, charlie: Any, engine: QuietEngine
) -> None:
    room = await Room.objects.acreate(title="Study", owner=bob, participant_limit=3)
    invitation = await room.invitations.acreate()
    page = await visit(charlie)
    refused = await page.asks("session.open", processor=None, room=room.slug)
    assert refused["code"] == "invitation_needed"
    page = await visit(charlie)
    opened = await joins(page, room.slug, invitation=invitation.token)
    assert opened["room"]["role"] == "member"
    await sync_to_async(invitation.revoke)()
    await page.asks("session.close", session=opened["session"])
    await joins(page, room.slug)
    assert await RoomMember.objects.acount() == 1


async def test_a_second_processor_is_worn_over_the_sound(
    visit: Callable[..., Any], hall: Room, engine: QuietEngine, edges: Processor
) -> None:
    await sync_to_async(Processor.objects.create)(
        slug="echo", key="echo", title="Echo", visibility="everyone"
    )
    page = await visit()
    opened = await joins(page)
    await page.asks("session.switch", session=opened["session"], processor="edges")
    worn = await page.asks("session.switch", session=opened["session"], processor="echo", place="sound")
    assert (worn["processor"]["slug"], worn["place"]) == ("echo", "sound")
    switches = engine.of_type("switch")
    assert [(message.get("place"), message["processor"]["slug"]) for message in switches] == [
        (None, "edges"), ("sound", "echo")
    ]  # fmt: skip
    async with asyncio.timeout(patient(5)):
        # A heartbeat that was under way may still tell of the one before.
        while (await door.registry().leases([opened["session"]]))[opened["session"]].processor != "edges":  # noqa: ASYNC110 (a heartbeat)
            await asyncio.sleep(0.02)
    changed = await page.asks(
        "session.parameters", session=opened["session"], number=1, values={"low": 80}, place="sound"
    )
    assert "low" in changed["errors"]


async def saves(hall: Room, **values: Any) -> None:
    """The owner saves the form of the room, as the page Edit does."""
    form = {
        "title": hall.title,
        "access": hall.access,
        "slug": hall.slug,
        "participant_limit": "3",
        "is_open": "on",
    }
    client = Client()
    await sync_to_async(client.force_login)(hall.owner)
    answer = await sync_to_async(client.post)(f"/r/{hall.slug}/edit/", form | values)
    assert answer.status_code == 302, answer.content.decode()


async def test_what_the_owner_changes_reaches_everybody_inside_at_once(
    visit: Callable[..., Any], hall: Room, engine: QuietEngine, edges: Processor
) -> None:
    page, waiting = await visit(), await visit()
    opened = await joins(page)
    await waiting.asks("session.open", processor=None, room="hall")
    await saves(hall, title="Great hall", room_processor=str(edges.pk), mix="on")
    told = (await page.hears("room.changed"))["room"]
    assert (told["title"], told["mix"]) == ("Great hall", True)
    assert (told["room_processor"]["slug"], told["room_processor"]["results"]) == ("edges", {})
    assert (await waiting.hears("room.changed"))["room"] == told
    await until(lambda: engine.of_type("room"))
    (sent,) = engine.of_type("room")
    assert sent["session"] == opened["session"]
    assert (sent["room_options"]["processor"]["slug"], sent["room_options"]["mix"]["allowed"]) == (
        "edges",
        True,
    )
    await saves(hall)
    assert (await page.hears("room.changed"))["room"]["room_processor"] is None
    await until(lambda: len(engine.of_type("room")) == 2)
    assert engine.of_type("room")[1]["room_options"]["processor"] is None


async def test_a_seat_is_resumed_though_the_address_of_the_room_has_changed(
    visit: Callable[..., Any], hall: Room, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await joins(page)
    await page.leave()
    await Room.objects.filter(pk=hall.pk).aupdate(slug="great-hall")
    page = await visit()
    mine = {"session": opened["session"], "token": opened["token"]}
    back = await page.asks("session.resume", **mine, room=opened["room"]["id"])
    assert (back["type"], back["room"]["slug"]) == ("session.resumed", "great-hall")


async def test_who_is_no_longer_a_member_of_a_private_room_does_not_stay(
    visit: Callable[..., Any], hall: Room, bob: Any, charlie: Any, engine: QuietEngine
) -> None:
    room = await Room.objects.acreate(title="Study", owner=bob, participant_limit=3)
    owner, page = await visit(bob), await visit(charlie)
    member = await RoomMember.objects.acreate(room=room, user=charlie)
    his, opened = await joins(owner, room.slug), await joins(page, room.slug)
    client = Client()
    await sync_to_async(client.force_login)(bob)
    await sync_to_async(client.post)(f"/r/{room.slug}/members/{member.pk}/remove/")
    assert (await page.hears("session.closed"))["reason"] == "removed"
    assert list(engine.sessions) == [his["session"]], "the media are gone, and only theirs"
    assert [lease.session for lease in await door.registry().seats(room.live_id)] == [his["session"]]
    back = await page.asks("session.resume", session=opened["session"], token=opened["token"])
    assert back["code"] == "session_unknown"
    row = await Session.objects.aget(pk=opened["session"])
    assert row.reason == Session.Reason.REMOVED


async def test_who_may_come_in_without_being_a_member_stays(
    visit: Callable[..., Any], hall: Room, bob: Any, charlie: Any, engine: QuietEngine
) -> None:
    page = await visit(charlie)
    member = await RoomMember.objects.acreate(room=hall, user=charlie)
    opened = await joins(page)
    client = Client()
    await sync_to_async(client.force_login)(bob)
    await sync_to_async(client.post)(f"/r/hall/members/{member.pk}/remove/")
    assert await RoomMember.objects.acount() == 0
    assert list(engine.sessions) == [opened["session"]]


GAIN = {"processor": "gain", "parameters": {"decibels": -10}}


@pytest.fixture
def gain(transactional_db: None) -> Processor:
    return Processor.objects.create(slug="gain", key="gain", title="Gain", visibility="everyone")


async def test_the_processor_over_the_sound_travels_with_the_offer_to_a_new_worker(
    visit: Callable[..., Any], hall: Room, workers: Workers, gain: Processor
) -> None:
    first = await workers.start("one")
    page = await visit()
    opened = await page.asks("session.open", processor=None, room="hall")
    offer = {"session": opened["session"], "sdp": SDP, "processor": None}
    answer = await page.asks("session.offer", **offer, sound=GAIN)
    assert (answer["sound"]["processor"]["slug"], answer["sound"]["errors"]) == ("gain", {})
    assert answer["sound"]["parameters"]["decibels"] == -10
    sent = first.of_type("offer")[0]["sound"]
    assert (sent["processor"]["key"], sent["parameters"]["decibels"]) == ("gain", -10)
    await workers.kill("one")
    second = await workers.start("two")
    await page.hears("error")
    await page.asks("session.resume", session=opened["session"], token=opened["token"])
    await page.asks("session.offer", **offer, sound=GAIN)
    assert second.of_type("offer")[0]["sound"] == sent


async def test_what_is_worn_over_the_sound_is_known_again_after_a_resume(
    visit: Callable[..., Any], hall: Room, engine: QuietEngine, gain: Processor
) -> None:
    page = await visit()
    opened = await page.asks("session.open", processor=None, room="hall")
    await page.asks("session.offer", session=opened["session"], sdp=SDP, processor=None, sound=GAIN)
    await page.leave()
    page = await visit()
    back = await page.asks("session.resume", session=opened["session"], token=opened["token"])
    assert back["sound"]["processor"]["slug"] == "gain"
    assert back["sound"]["parameters"]["decibels"] == -10
    change = {"session": opened["session"], "number": 1, "place": "sound"}
    changed = await page.asks("session.parameters", **change, values={"decibels": -5})
    assert (changed["values"], changed["errors"]) == ({"decibels": -5}, {})


async def test_a_processor_over_the_sound_is_refused_where_there_is_no_room(
    visit: Callable[..., Any], engine: QuietEngine, edges: Processor, gain: Processor
) -> None:
    page = await visit()
    opened = await page.opens()
    refused = await page.offers(opened["session"], sound=GAIN)
    assert refused["code"] == "not_in_a_room"
    refused = await page.offers(opened["session"], sound="gain")
    assert refused["code"] == "bad_message"
