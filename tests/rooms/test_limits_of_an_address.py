"""Whoever drops the cookie is a new guest each time, but comes from the same address."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from processors.models import Processor
from rooms import history
from rooms.addresses import address_of
from rooms.guest_places import GuestPlaces
from rooms.models import Session
from workers import door

from .conftest import QuietEngine, Workers


async def test_one_address_has_so_many_sockets(visit: Callable[..., Any], settings: Any) -> None:
    settings.SOCKETS_PER_ADDRESS = 2
    first = await visit(address="192.0.2.1")
    await visit(address="192.0.2.1")
    refused = await visit(address="192.0.2.1", greeted=False)
    error = await refused.hears("error")
    assert (error["code"], error["retry_after"]) == ("too_many_messages", 30)
    assert "network address" in error["message"]
    assert await refused.is_closed() == 4429

    await visit(address="192.0.2.2")
    await first.leave()
    await visit(address="192.0.2.1")


async def test_sockets_that_come_at_once_are_counted_too(
    visit: Callable[..., Any], settings: Any, transactional_db: None
) -> None:
    settings.SOCKETS_PER_ADDRESS = 2
    pages = await asyncio.gather(*(visit(address="192.0.2.1", greeted=False) for _number in range(6)))
    first = [(await page.next())["type"] for page in pages]
    assert sorted(first) == ["error"] * 4 + ["hello"] * 2


async def test_guests_of_one_address_share_their_places(
    visit: Callable[..., Any], settings: Any, edges: Processor, engine: QuietEngine, bob: Any
) -> None:
    settings.GUEST_SESSIONS_PER_ADDRESS = 2
    first = await visit(address="192.0.2.1")
    session = (await first.is_live())["session"]
    await (await visit(address="192.0.2.1")).opens()
    third = await visit(address="192.0.2.1")
    error = await third.asks("session.open", processor="edges")
    assert (error["code"], error["retry_after"]) == ("session_limit", 10)

    await (await visit(address="192.0.2.2")).opens()
    await (await visit(bob, address="192.0.2.1")).opens()
    await first.asks("session.close", session=session)
    await third.opens()


async def test_a_session_left_behind_still_counts(
    visit: Callable[..., Any], settings: Any, edges: Processor, engine: QuietEngine
) -> None:
    settings.GUEST_SESSIONS_PER_ADDRESS = 1
    page = await visit(address="192.0.2.1")
    await page.is_live()
    await page.leave()
    again = await visit(address="192.0.2.1")
    assert (await again.asks("session.open", processor="edges"))["code"] == "session_limit"


async def test_a_session_that_ended_elsewhere_counts_no_more(
    settings: Any, workers: Workers, transactional_db: None
) -> None:
    settings.GUEST_SESSIONS_PER_ADDRESS = 1
    now = [0.0]
    places = GuestPlaces(lambda: now[0])
    await places.claim("192.0.2.1", "gone", door.registry())
    now[0] = 60
    await places.claim("192.0.2.1", "next", door.registry())


async def test_a_refused_place_is_not_counted(
    visit: Callable[..., Any], settings: Any, edges: Processor, workers: Workers
) -> None:
    settings.GUEST_SESSIONS_PER_ADDRESS = 1
    page = await visit(address="192.0.2.1")
    assert (await page.asks("session.open", processor="edges"))["code"] == "offline"
    await workers.start()
    await page.opens()


async def test_a_place_is_free_again_if_the_session_cannot_be_written_down(
    visit: Callable[..., Any], edges: Processor, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await workers.start(capacity=1)
    page = await visit()

    async def fail(*arguments: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(history, "start", fail)
        assert (await page.asks("session.open", processor="edges"))["code"] == "internal"
    await page.opens()
    assert await Session.objects.acount() == 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 192.0.2.7", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_our_own_proxies_are_believed(proxies: int, forwarded: str, address: str, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert address_of({"client": ["192.0.2.1", 5], "headers": headers}) == address
