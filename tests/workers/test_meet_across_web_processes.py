"""Two web processes and two workers with Redis: it makes no difference through which web process people come."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.processes import RunningProgram
from tests.support.redis_server import RedisServer
from tests.support.room_visitor import Meet, RoomVisitor, meeting, until
from tests.support.site import Site
from tests.support.visitor import Visitor

pytestmark = [pytest.mark.timeout(240), pytest.mark.redis]

ROOMS = 6
OPEN_ROOMS = f"""
from accounts.user import User
from rooms.models import Room
facts = {{"title": "Hall", "owner": User.objects.first(), "access": "everyone", "participant_limit": 4}}
for number in range({ROOMS}):
    Room.objects.create(slug=f"hall-{{number}}", **facts)
"""


@pytest.fixture
def ends() -> Iterator[ExitStack]:
    with ExitStack() as ends:
        yield ends


@pytest.fixture
def site(prepared_site: Site, tmp_path: Path, redis_server: RedisServer, ends: ExitStack) -> Site:
    site = prepared_site.copied_to(tmp_path, redis_server.url, ROOM_DEPARTURE_TIMEOUT_SECONDS="10")
    ends.enter_context(site)
    site.manage("shell", "-c", OPEN_ROOMS)
    return site


@pytest.fixture
def other_web(site: Site, ends: ExitStack) -> tuple[str, RunningProgram]:
    return ends.enter_context(site.another_web())


@pytest.fixture
async def come_here(site: Site) -> AsyncIterator[Meet]:
    async with meeting(site.url) as come:
        yield come


@pytest.fixture
async def come_there(other_web: tuple[str, RunningProgram]) -> AsyncIterator[Meet]:
    async with meeting(other_web[0]) as come:
        yield come


async def test_people_of_two_web_processes_meet(come_here: Meet, come_there: Meet) -> None:
    ada, ben = await come_here("hall-0", name="Ada"), await come_there("hall-0", name="Ben")
    await until(lambda: are_together(ada, ben))
    assert {person["name"] for person in ada.people.values()} == {"Ada", "Ben"}

    await ada.says("room.chat", session=ada.session, text="Hello")
    await until(lambda: said(ada) == said(ben) == ["Hello"])
    await ben.says("room.state", session=ben.session, muted=True)
    await until(lambda: ada.people[ben.participant]["muted"], seconds=3)

    cleo = await come_there("hall-0", name="Cleo")
    await until(lambda: are_together(ada, ben, cleo))
    await cleo.says("session.close", session=cleo.session)
    await until(lambda: are_together(ada, ben), seconds=3)


async def test_who_come_at_once_by_two_ways_are_in_one_room(come_here: Meet, come_there: Meet) -> None:
    """Whoever comes first decides on the worker; the other must be sent to the same."""

    async def meet(room: str) -> list[RoomVisitor]:
        return list(await asyncio.gather(come_here(room, name="Ada"), come_there(room, name="Ben")))

    for two in await asyncio.gather(*(meet(f"hall-{number}") for number in range(ROOMS))):
        await until(lambda: are_together(*two), seconds=30)  # noqa: B023


async def test_who_lost_their_web_process_comes_back_by_the_other(
    site: Site, come_here: Meet, come_there: Meet, other_web: tuple[str, RunningProgram]
) -> None:
    ada, ben = await come_here("hall-0", name="Ada"), await come_there("hall-0", name="Ben")
    await until(lambda: are_together(ada, ben))
    opened = next(message for message in ben.heard if message["type"] == "session.opened")
    seen = ada.pictures_of(ben.participant), ben.pictures_of(ada.participant)
    other_web[1].kill()
    async with Visitor(site.url) as again:
        resumed = await again.asks(
            "session.resume", session=ben.session, token=opened["token"], room="hall-0", name="Ben"
        )
        assert resumed["type"] == "session.resumed", resumed
        assert {track["participant"] for track in resumed["tracks"]} == {ada.participant}
        # The list may come before the answer.
        told = [each for each in again.heard if each["type"] == "room.participants"]
        told = told or [await again.hears("room.participants")]
        assert {person["id"] for person in told[-1]["participants"]} == {ada.participant, ben.participant}
        await again.says("room.chat", session=ben.session, text="Still here")
        await until(lambda: said(ada) == ["Still here"])
        await until(lambda: ada.pictures_of(ben.participant) > seen[0] + 20)
        await until(lambda: ben.pictures_of(ada.participant) > seen[1] + 20)
    assert ada.people.keys() == {ada.participant, ben.participant}, "media never stopped"


def are_together(*people: RoomVisitor) -> bool:
    """Whether each of them lists and sees all others, and nobody else."""
    ids = {each.participant for each in people}
    return all(each.people.keys() == ids and each.sees(ids - {each.participant}) for each in people)


def said(visitor: RoomVisitor) -> list[str]:
    return [message["text"] for message in visitor.heard if message["type"] == "room.chat"]
