"""Stop: the worker lets go, the place is free, the history says why."""

from collections.abc import Callable
from typing import Any

from processors.models import Processor
from rooms.models import Session
from workers import door

from .conftest import QuietEngine
from .page import until


async def test_it_closes(visit: Callable[..., Any], edges: Processor, engine: QuietEngine) -> None:
    page = await visit()
    opened = await page.is_live()
    closed = await page.asks("session.close", session=opened["session"])
    assert (closed["type"], closed["session"], closed["reason"]) == (
        "session.closed",
        opened["session"],
        "visitor",
    )
    assert engine.sessions == {}
    assert await door.registry().lease(opened["session"]) is None
    row = await Session.objects.aget()
    assert row.reason == "visitor"
    assert row.ended is not None


async def test_a_session_that_never_sent_an_offer_closes_too(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.opens()
    assert (await page.asks("session.close", session=opened["session"]))["type"] == "session.closed"
    assert await door.registry().lease(opened["session"]) is None
    assert (await Session.objects.aget()).reason == "visitor"


async def test_a_worker_that_does_not_answer_does_not_keep_the_place(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, settings: Any
) -> None:
    settings.REQUEST_DEADLINE_SECONDS = 0.3
    page = await visit()
    opened = await page.is_live()
    engine.deaf.add("close")
    assert (await page.asks("session.close", session=opened["session"]))["type"] == "session.closed"


async def test_what_the_worker_ended_is_told(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.is_live()
    await engine.end(opened["session"], "timeout")
    closed = await page.hears("session.closed")
    assert (closed["reason"], bool(closed["message"])) == ("failed", True)
    await until(lambda: not engine.sessions)
    assert (await page.offers(opened["session"]))["code"] == "session_unknown"


async def test_a_tab_closed_before_its_offer_frees_the_place_at_once(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.opens()
    await page.leave()
    assert await door.registry().lease(opened["session"]) is None
    assert (await Session.objects.aget()).reason == "left"


async def test_two_sessions_on_one_socket_are_independent(
    visit: Callable[..., Any], edges: Processor, blur: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    first, second = await page.is_live("edges"), await page.is_live("blur")
    await page.asks("session.close", session=first["session"])
    assert list(engine.sessions) == [second["session"]]
    reply = await page.asks("session.parameters", session=second["session"], number=1, values={})
    assert (reply["type"], reply["session"]) == ("session.parameters", second["session"])
