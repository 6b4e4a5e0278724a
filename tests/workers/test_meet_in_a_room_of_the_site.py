"""Real peers meet in a room that its owner has opened on the site: embedded, and with Redis, web and two workers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.patience import patient
from tests.support.site import Site
from tests.support.visitor import Visitor
from workers import aiortc_hooks

from .browser_peer import BrowserPeer, NumberedCamera

pytestmark = pytest.mark.timeout(240)

OPEN_A_ROOM = """
from accounts.user import User
from rooms.models import Room
owner = User.objects.first()
Room.objects.create(title="Hall", slug="hall", owner=owner, access="everyone", participant_limit=3)
"""


class Guest(Visitor):
    """Follows the room like a page: offers again when it lacks sections, and keeps the list of people."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        aiortc_hooks.install()
        self.session = self.participant = ""
        self.peer = BrowserPeer(NumberedCamera(320, 240), direction="sendonly")
        self.peers.append(self.peer)
        self.sections = 0
        # Who is seen, and in which section; who is listed, by id.
        self.shown: dict[str, str] = {}
        self.people: dict[str, dict[str, Any]] = {}

    async def join(self, name: str) -> None:
        opened = await self.asks("session.open", processor=None, room="hall", name=name)
        assert opened["type"] == "session.opened", opened
        self.session, self.participant = opened["session"], opened["participant"]
        await self.offer_sections(0)

    async def offer_sections(self, wanted: int) -> None:
        for _ in range(wanted - self.sections):
            self.peer.receive_only("video")
        self.sections = max(self.sections, wanted)
        sdp = await self.peer.offer()
        answer = await self.asks("session.offer", session=self.session, sdp=sdp, processor=None)
        assert answer["type"] == "session.answer", answer
        await self.peer.accept(answer["sdp"])
        await self.note(answer)

    async def note(self, view: dict[str, Any]) -> None:
        self.shown = {track["participant"]: track["mid"] for track in view["tracks"]}
        if view["wanted"]["video"] > self.sections:
            await self.offer_sections(view["wanted"]["video"])

    async def follow(self) -> None:
        """Read what the server says until nobody reads any more."""
        while True:
            message = await self.next(seconds=120)
            if message["type"] == "session.tracks_changed":
                await self.note(message)

    async def next(self, seconds: float = 15) -> dict[str, Any]:
        message = await super().next(seconds)
        if message["type"] == "room.participants":
            assert len({person["id"] for person in message["participants"]}) == len(message["participants"])
            self.people = {person["id"]: person for person in message["participants"]}
        return message

    def sees(self, others: set[str]) -> bool:
        return self.shown.keys() == others and all(self.pictures_of(other) > 5 for other in others)

    def pictures_of(self, participant: str) -> int:
        return len(self.peer.pictures_by_mid.get(self.shown.get(participant, ""), []))


@pytest.fixture(params=["embedded", pytest.param("team", marks=pytest.mark.redis)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    redis_url = request.getfixturevalue("redis_server").url if request.param == "team" else ""
    site = Site(tmp_path, redis_url, ROOM_DEPARTURE_TIMEOUT_SECONDS="3")
    site.people = {"nobody": {}}
    with site:
        site.manage("shell", "-c", OPEN_A_ROOM)
        yield site


@pytest.fixture
async def meet(site: Site) -> AsyncIterator[Callable[[str], Any]]:
    """``guest = await meet("Ada")``: somebody comes, and follows the room from then on."""
    async with AsyncExitStack() as visitors:
        following: list[asyncio.Task[None]] = []

        async def come(name: str) -> Guest:
            guest = await visitors.enter_async_context(Guest(site.url))
            await guest.join(name)
            following.append(asyncio.create_task(guest.follow()))
            return guest

        yield come
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


async def test_people_see_each_other_by_name_and_who_vanishes_is_gone(meet: Callable[[str], Any]) -> None:
    guests = [await meet(name) for name in ("Ada", "Ben", "Cleo")]
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
    again = await meet("Ben again")
    await until(lambda: ada.sees({again.participant}) and again.sees({ada.participant}))


def said(guest: Guest) -> list[str]:
    return [message["text"] for message in guest.heard if message["type"] == "room.chat"]


async def until(condition: Callable[[], Any], seconds: float = 15) -> None:
    async with asyncio.timeout(patient(seconds)):
        while not condition():  # noqa: ASYNC110 (other tasks count)
            await asyncio.sleep(0.02)
