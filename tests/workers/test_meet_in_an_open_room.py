"""Three people meet in a room of the real site: its command, its websocket, its worker, real peer connections."""

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

pytestmark = pytest.mark.timeout(180)

SEATS = 3


class Participant(Visitor):
    """Follows the room like a page: whoever comes or goes, it offers again when it lacks sections."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        aiortc_hooks.install()
        self.session = ""
        self.peer = BrowserPeer(NumberedCamera(320, 240), direction="sendonly")
        self.peers.append(self.peer)
        self.sections = 0
        self.offers = 0
        # Who is seen, and in which section.
        self.shown: dict[str, str] = {}

    async def join(self, room: str) -> None:
        opened = await self.asks("session.open", processor="passthrough", room=room)
        assert opened["type"] == "session.opened", opened
        self.session = opened["session"]
        await self.offer_sections(0)

    async def offer_sections(self, wanted: int) -> None:
        for _ in range(wanted - self.sections):
            self.peer.receive_only("video")
        self.sections = max(self.sections, wanted)
        self.offers += 1
        sdp = await self.peer.offer()
        answer = await self.asks("session.offer", session=self.session, sdp=sdp, processor="passthrough")
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
            message = await self.next(seconds=60)
            if message["type"] == "session.tracks_changed":
                await self.note(message)

    def sees(self, others: set[str]) -> bool:
        return self.shown.keys() == others and all(self.pictures_of(other) > 5 for other in others)

    def pictures_of(self, participant: str) -> int:
        return len(self.peer.pictures_by_mid.get(self.shown.get(participant, ""), []))


@pytest.fixture(params=["embedded", pytest.param("team", marks=pytest.mark.redis)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    redis_url = request.getfixturevalue("redis_server").url if request.param == "team" else ""
    site = Site(tmp_path, redis_url)
    site.people = {"nobody": {}}
    with site:
        yield site


@pytest.fixture
async def meet(site: Site) -> AsyncIterator[Callable[[str], Any]]:
    """``participant = await meet(token)``: somebody comes, and follows the room from then on."""
    async with AsyncExitStack() as visitors:
        following: list[asyncio.Task[None]] = []

        async def come(token: str) -> Participant:
            participant = await visitors.enter_async_context(Participant(site.url))
            await participant.join(token)
            following.append(asyncio.create_task(participant.follow()))
            return participant

        yield come
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


async def test_everybody_sees_everybody_and_who_leaves_is_gone(
    site: Site, meet: Callable[[str], Any]
) -> None:
    token = site.manage("openroom", "Hall", "--seats", str(SEATS)).strip()
    people = [await meet(token) for _ in range(SEATS)]
    await everybody_sees_everybody(people)
    # The first came to an empty room, so only news could tell about the others.
    first = people[0]
    assert any(message["type"] == "session.tracks_changed" for message in first.heard)
    assert first.offers >= 2
    await nobody_else_may_come(site, token)

    leaver, *rest = people
    await leaver.says("session.close", session=leaver.session)
    await until(lambda: all(leaver.session not in person.shown for person in rest))
    await everybody_sees_everybody(rest)

    newcomer = await meet(token)
    await everybody_sees_everybody([*rest, newcomer])
    assert max(person.sections for person in rest) == SEATS - 1


async def everybody_sees_everybody(people: list[Participant]) -> None:
    sessions = {person.session for person in people}
    await until(lambda: all(person.sees(sessions - {person.session}) for person in people))
    before = [[person.pictures_of(other) for other in person.shown] for person in people]
    await until(
        lambda: all(
            person.pictures_of(other) > count + 5
            for person, counts in zip(people, before, strict=True)
            for other, count in zip(person.shown, counts, strict=True)
        )
    )


async def nobody_else_may_come(site: Site, token: str) -> None:
    async with Visitor(site.url) as visitor:
        for room, code in {token: "room_full", token[:-4] + "AAAA": "room_unknown"}.items():
            refused = await visitor.asks("session.open", processor="passthrough", room=room)
            assert (refused["type"], refused["code"]) == ("error", code)


async def until(condition: Callable[[], Any], seconds: float = 15) -> None:
    async with asyncio.timeout(patient(seconds)):
        while not condition():  # noqa: ASYNC110 (other tasks count)
            await asyncio.sleep(0.02)
