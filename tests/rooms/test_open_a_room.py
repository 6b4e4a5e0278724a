"""A room that the host opened: who has its token gets a seat, all on one worker, and hears who else is there."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from processors.models import Processor
from rooms.open_rooms import LARGEST_ROOM_SEATS, OpenRoom
from workers import door

from .conftest import QuietEngine, Workers


def open_room(*options: str) -> str:
    printed = StringIO()
    call_command("openroom", "Hall", *options, stdout=printed)
    return printed.getvalue().strip()


async def test_the_token_gives_a_seat_and_the_worker_hears_of_the_room(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page, token = await visit(), open_room("--seats", "3")
    opened = await page.asks("session.open", processor="edges", room=token)
    assert opened["room"] == {"name": "Hall", "seats": 3}
    await page.offers(opened["session"])
    (offered,) = engine.of_type("offer")
    (lease,) = (await door.registry().leases([opened["session"]])).values()
    assert offered["room"] == lease.room != ""


async def test_a_studio_has_no_room(visit: Callable[..., Any], edges: Processor, engine: QuietEngine) -> None:
    page = await visit()
    opened = await page.is_live()
    assert "room" not in opened
    assert "room" not in engine.of_type("offer")[0]


async def test_everybody_of_a_room_comes_to_the_same_worker(
    visit: Callable[..., Any], edges: Processor, workers: Workers
) -> None:
    for name in ("one", "two", "three"):
        await workers.start(name)
    page, token = await visit(), open_room("--seats", "4")
    sessions = [(await page.asks("session.open", processor="edges", room=token))["session"] for _ in range(4)]
    leases = await door.registry().leases(sessions)
    assert len(leases) == 4
    assert len({lease.worker for lease in leases.values()}) == 1


async def test_a_full_room_and_a_seat_that_is_free_again(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page, token = await visit(), open_room("--seats", "1")
    opened = await page.asks("session.open", processor="edges", room=token)
    refused = await page.asks("session.open", processor="edges", room=token)
    assert (refused["type"], refused["code"]) == ("error", "room_full")
    assert refused["retry_after"] > 0
    other = await page.asks("session.open", processor="edges", room=open_room("--seats", "1"))
    assert other["type"] == "session.opened"
    await page.asks("session.close", session=opened["session"])
    again = await page.asks("session.open", processor="edges", room=token)
    assert again["type"] == "session.opened"


async def test_what_is_no_token_opens_nothing(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    over = OpenRoom.new("Hall", 4, open_seconds=-1).token
    for token, code in {"hall": "room_unknown", over[:-1] + "!": "room_unknown", over: "room_closed"}.items():
        refused = await page.asks("session.open", processor="edges", room=token)
        assert (refused["type"], refused["code"]) == ("error", code)
    for nonsense in (7, "", "x" * 1000, {"id": 1}):
        refused = await page.asks("session.open", processor="edges", room=nonsense)
        assert refused["code"] == "bad_message"
        page = await visit()
    assert engine.handled == []


async def test_who_comes_and_goes_is_told_to_the_page(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page, token = await visit(), open_room()
    opened = await page.asks("session.open", processor="edges", room=token)
    await page.offers(opened["session"])
    seen = {"tracks": [{"mid": "2", "participant": "p", "kind": "video", "source": "camera"}]}
    news = {"type": "tracks_changed", "session": opened["session"], "wanted": {"video": 1, "audio": 0}}
    await engine.send_to_web(engine.sessions[opened["session"]], news | seen)
    heard = await page.hears("session.tracks_changed")
    assert (heard["session"], heard["wanted"]) == (opened["session"], news["wanted"])
    assert heard["tracks"] == seen["tracks"]


async def test_a_seat_is_resumed_with_the_rooms_token(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, workers: Workers
) -> None:
    page, token = await visit(), open_room("--seats", "1")
    opened = await page.asks("session.open", processor="edges", room=token)
    await page.offers(opened["session"])
    await page.leave()
    page = await visit()
    back = {"session": opened["session"], "token": opened["token"]}
    assert (await page.asks("session.resume", **back))["code"] == "room_unknown"
    assert (await page.asks("session.resume", **back, room=token))["room"]["name"] == "Hall"

    await workers.kill("one")
    await workers.start("two")
    await page.hears("error")
    assert (await page.asks("session.resume", **back, room=token))["type"] == "session.resumed"
    lease = await door.registry().lease(opened["session"])
    assert lease is not None
    assert (lease.worker, bool(lease.room)) == ("two", True)


@pytest.mark.parametrize(
    "options", [("--seats", "0"), ("--seats", str(LARGEST_ROOM_SEATS + 1)), ("--hours", "0")]
)
def test_a_room_that_cannot_be_is_refused_with_the_reason(options: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match=r"seats|hours"):
        open_room(*options)
