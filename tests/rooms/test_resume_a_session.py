"""A page that lost its socket, or its worker, comes back to the same session."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from processors.models import Processor
from rooms.models import Session
from rooms.sweep import Sweep, end_all_running
from workers import door

from .conftest import QuietEngine, Workers
from .page import Page, until


async def resume(page: Page, opened: dict[str, Any], **changes: str) -> dict[str, Any]:
    ticket = {"session": opened["session"], "token": opened["token"], **changes}
    return await page.asks("session.resume", **ticket)


async def test_it_comes_back_to_the_worker_that_still_holds_it(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    first = await visit()
    opened = await first.is_live()
    await first.leave()
    page = await visit()
    resumed = await resume(page, opened)
    assert (resumed["type"], resumed["session"]) == ("session.resumed", opened["session"])
    assert resumed["processor"]["slug"] == "edges"
    assert resumed["parameters"] == {"low": 7}
    assert resumed["ice_servers"] == []
    assert len(engine.sessions) == 1
    assert (await Session.objects.aget()).ended is None


async def test_events_then_come_to_the_new_socket(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    first = await visit()
    opened = await first.is_live()
    page = await visit()
    await resume(page, opened)
    await first.leave()
    await engine.end(opened["session"], "idle")
    closed = await page.hears("session.closed")
    assert (closed["session"], closed["reason"]) == (opened["session"], "idle")
    row = await Session.objects.aget()
    assert (row.reason, row.ended is None) == ("idle", False)


@pytest.mark.parametrize("change", [{"token": "wrong"}, {"session": "unknown"}])
async def test_without_the_token_there_is_no_such_session(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, change: dict[str, str]
) -> None:
    opened = await (await visit()).is_live()
    assert (await resume(await visit(), opened, **change))["code"] == "session_unknown"


async def test_the_token_serves_nobody_else(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, bob: Any, charlie: Any
) -> None:
    opened = await (await visit(bob)).is_live()
    assert (await resume(await visit(charlie), opened))["code"] == "session_unknown"
    assert (await resume(await visit(), opened))["code"] == "session_unknown"


async def test_a_session_its_visitor_closed_stays_closed(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.is_live()
    await page.asks("session.close", session=opened["session"])
    assert (await resume(page, opened))["code"] == "session_unknown"


async def test_a_lost_worker_is_told_and_another_takes_the_session(
    visit: Callable[..., Any], edges: Processor, workers: Workers
) -> None:
    engines = {name: await workers.start(name) for name in ("one", "two")}
    page = await visit()
    opened = await page.is_live()
    (holder,) = (name for name, engine in engines.items() if engine.sessions)
    await workers.kill(holder)
    lost = await page.hears("error")
    assert (lost["code"], lost["session"]) == ("offline", opened["session"])
    assert (await resume(page, opened))["type"] == "session.resumed"
    assert (await page.offers(opened["session"]))["type"] == "session.answer"
    other = next(name for name in engines if name != holder)
    assert list(engines[other].sessions) == [opened["session"]]
    assert (await Session.objects.aget()).worker == other


async def test_after_a_restart_of_the_site_the_session_is_placed_anew(
    visit: Callable[..., Any], edges: Processor, workers: Workers
) -> None:
    await workers.start("one")
    first = await visit()
    opened = await first.is_live()
    await first.leave()
    await workers.kill("one")
    door.forget()
    await asyncio.to_thread(end_all_running)
    await workers.start("two")
    page = await visit()
    assert (await resume(page, opened))["type"] == "session.resumed"
    row = await Session.objects.aget()
    assert (row.ended, row.reason, row.worker) == (None, "", "two")


async def test_too_late_is_too_late(visit: Callable[..., Any], edges: Processor, engine: QuietEngine) -> None:
    opened = await (await visit()).is_live()
    await Session.objects.aupdate(ended=timezone.now() - timedelta(seconds=121), reason="lost")
    assert (await resume(await visit(), opened))["code"] == "session_unknown"


async def test_a_session_without_a_socket_ends_with_the_window(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.is_live()
    await page.leave()
    assert engine.sessions
    await until(lambda: not engine.sessions)
    assert engine.of_type("close")[0]["reason"] == "left"
    sweep = Sweep(door.registry())
    await sweep.once()
    await sweep.once()
    assert (await Session.objects.aget(pk=opened["session"])).reason == "left"


async def test_a_socket_that_closes_late_does_not_end_what_was_resumed(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    """The network was cut before the first offer: the server notices the dead socket only much later."""
    old = await visit()
    opened = await old.opens()
    page = await visit()
    await resume(page, opened)
    await old.leave()
    assert (await page.offers(opened["session"]))["type"] == "session.answer"
    await asyncio.sleep(0.8)
    assert list(engine.sessions) == [opened["session"]]
    assert (await Session.objects.aget()).ended is None
