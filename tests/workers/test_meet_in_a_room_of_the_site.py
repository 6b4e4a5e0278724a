"""Real peers meet in a room that its owner has opened on the site: embedded, and with Redis, web and two workers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.room_visitor import Meet, RoomVisitor, meeting, until
from tests.support.site import Site

pytestmark = pytest.mark.timeout(240)

OPEN_A_ROOM = """
from accounts.user import User
from rooms.models import Room
owner = User.objects.first()
Room.objects.create(title="Hall", slug="hall", owner=owner, access="everyone", participant_limit=3)
"""


@pytest.fixture(params=["embedded", pytest.param("team", marks=pytest.mark.redis)])
def site(request: pytest.FixtureRequest, prepared_site: Site, tmp_path: Path) -> Any:
    redis_url = request.getfixturevalue("redis_server").url if request.param == "team" else ""
    with prepared_site.copied_to(tmp_path, redis_url, ROOM_DEPARTURE_TIMEOUT_SECONDS="3") as site:
        site.manage("shell", "-c", OPEN_A_ROOM)
        yield site


@pytest.fixture
async def meet(site: Site) -> AsyncIterator[Meet]:
    async with meeting(site.url) as meet:
        yield meet


async def test_people_see_each_other_by_name_and_who_vanishes_is_gone(meet: Meet) -> None:
    guests = [await meet("hall", name=name) for name in ("Ada", "Ben", "Cleo")]
    ids = {guest.participant for guest in guests}
    await until(lambda: all(guest.sees(ids - {guest.participant}) for guest in guests))
    await until(lambda: all(guest.people.keys() == ids for guest in guests), seconds=3)
    assert {person["name"] for person in guests[0].people.values()} == {"Ada", "Ben", "Cleo"}

    ada, ben, cleo = guests
    await ben.says("room.chat", session=ben.session, text="<b>Hello</b>")
    await until(lambda: all(said(guest) == ["<b>Hello</b>"] for guest in guests))

    await cleo.says("session.close", session=cleo.session)
    left = ids - {cleo.participant}
    await until(lambda: ada.people.keys() == ben.people.keys() == left, seconds=3)

    # As a tab that is killed: socket and media end without a word.
    await ben.leave()
    await until(lambda: ada.people.keys() == {ada.participant}, seconds=35)
    again = await meet("hall", name="Ben again")
    await until(lambda: ada.sees({again.participant}) and again.sees({ada.participant}))


def said(guest: RoomVisitor) -> list[str]:
    return [message["text"] for message in guest.heard if message["type"] == "room.chat"]
