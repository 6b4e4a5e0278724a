"""Three people meet in a room of the real site: its command, its websocket, its worker, real peer connections."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.room_visitor import Meet, RoomVisitor, meeting, until
from tests.support.site import Site
from tests.support.visitor import Visitor

pytestmark = pytest.mark.timeout(180)

SEATS = 3


@pytest.fixture(params=["embedded", pytest.param("team", marks=pytest.mark.redis)])
def site(request: pytest.FixtureRequest, prepared_site: Site, tmp_path: Path) -> Any:
    redis_url = request.getfixturevalue("redis_server").url if request.param == "team" else ""
    with prepared_site.copied_to(tmp_path, redis_url) as site:
        yield site


@pytest.fixture
async def meet(site: Site) -> AsyncIterator[Meet]:
    async with meeting(site.url) as meet:
        yield meet


async def test_everybody_sees_everybody_and_who_leaves_is_gone(site: Site, meet: Meet) -> None:
    token = site.manage("openroom", "Hall", "--seats", str(SEATS)).strip()
    people = [await meet(token, "passthrough") for _ in range(SEATS)]
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

    newcomer = await meet(token, "passthrough")
    await everybody_sees_everybody([*rest, newcomer])
    assert max(person.sections for person in rest) == SEATS - 1


async def everybody_sees_everybody(people: list[RoomVisitor]) -> None:
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
