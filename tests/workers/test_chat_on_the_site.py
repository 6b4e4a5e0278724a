"""Somebody floods the chat of a room on a running site: the others talk on, and their pictures do not stand still."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import websockets

from tests.support.figures import write_figure
from tests.support.patience import patient
from tests.support.room_visitor import Meet, RoomVisitor, meeting, until
from tests.support.site import Site
from tests.support.visitor import Visitor

from .test_meet_in_a_room_of_the_site import OPEN_A_ROOM, said

pytestmark = pytest.mark.timeout(240)

FLOOD_PER_SECOND = 1000
FLOOD_SECONDS = 6.0
# Within what one person may say.
TALKS = 15
MOST_ROUND_TRIP_SECONDS = 0.1
MOST_GAP_SECONDS = 0.5


@pytest.fixture
def site(prepared_site: Site, tmp_path: Path) -> Iterator[Site]:
    with prepared_site.copied_to(tmp_path) as site:
        site.manage("shell", "-c", OPEN_A_ROOM)
        yield site


@pytest.fixture
async def meet(site: Site) -> AsyncIterator[Meet]:
    async with meeting(site.url) as meet:
        yield meet


class Flood:
    """Somebody who chats as fast as they can, by a new socket each time that one is cut off."""

    def __init__(self, site: Site, visitor: RoomVisitor) -> None:
        self.sent = self.cut_off = 0
        self._site = site
        self._session = visitor.session
        self._visitor: Visitor = visitor

    async def run(self, ends: float) -> None:
        while time.monotonic() < ends:
            try:
                await self._shout(ends)
            except websockets.ConnectionClosed:
                self.cut_off += 1
                self._visitor = Visitor(self._site.url)
                await self._visitor.connect()

    async def _shout(self, ends: float) -> None:
        assert self._visitor.socket is not None
        text = json.dumps({"type": "room.chat", "session": self._session, "text": "flood"})
        began, count = time.monotonic(), 0
        while time.monotonic() < ends:
            await self._visitor.socket.send(text)
            self.sent, count = self.sent + 1, count + 1
            await asyncio.sleep(max(0.0, began + count / FLOOD_PER_SECOND - time.monotonic()))


@pytest.mark.parametrize("is_strict", [False, pytest.param(True, marks=pytest.mark.slow)])
async def test_a_flood_of_chat_keeps_nobody_from_talking_and_seeing(
    meet: Meet, site: Site, is_strict: bool
) -> None:
    ada, ben, cleo = [await meet("hall", name=name) for name in ("Ada", "Ben", "Cleo")]
    await until(lambda: all(ben.pictures_of(other.participant) > 5 for other in (ada, cleo)))
    flood = Flood(site, cleo)
    ends = time.monotonic() + FLOOD_SECONDS
    flooding = asyncio.create_task(flood.run(ends))
    watching = asyncio.create_task(longest_gap(ben, ada.participant, ends))
    trips = [await round_trip(ada, ben, f"word {number}") for number in range(TALKS)]
    gap, _ = await watching, await flooding
    write_figure(
        f"chat_flood_{'strict' if is_strict else 'patient'}",
        worst_round_trip_seconds=round(max(trips), 3),
        longest_gap_seconds=round(gap, 3),
        flood_messages=flood.sent,
    )
    assert flood.cut_off >= 1, "who goes on after being told is cut off"
    # Of the flood no more came through than one person may say.
    assert 1 <= said(ben).count("flood") <= 5 * (FLOOD_SECONDS + 1)
    assert flood.sent > (FLOOD_PER_SECOND * FLOOD_SECONDS / 2 if is_strict else 100)
    assert max(trips) < (MOST_ROUND_TRIP_SECONDS if is_strict else patient(5))
    assert gap < (MOST_GAP_SECONDS if is_strict else patient(5))


async def round_trip(ada: RoomVisitor, ben: RoomVisitor, words: str) -> float:
    """Return how long after Ada has said something Ben has heard it; then wait for the next turn."""
    began = time.monotonic()
    await ada.says("room.chat", session=ada.session, text=words)
    async with asyncio.timeout(patient(15)):
        while words not in said(ben):  # noqa: ASYNC110 - another task reads
            await asyncio.sleep(0.002)
    seconds = time.monotonic() - began
    await asyncio.sleep(max(0.0, FLOOD_SECONDS / TALKS - seconds))
    return seconds


async def longest_gap(viewer: RoomVisitor, other: str, ends: float) -> float:
    """Return the longest time without a new picture of somebody, in seconds."""
    seen, since, longest = viewer.pictures_of(other), time.monotonic(), 0.0
    while time.monotonic() < ends:
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - since)
        if viewer.pictures_of(other) > seen:
            seen, since = viewer.pictures_of(other), time.monotonic()
    return longest
