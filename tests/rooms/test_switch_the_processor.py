"""Another processor in the running session, without a new connection."""

from collections.abc import Callable
from typing import Any

from processors.models import Processor
from processors.visibility import Visibility
from rooms.models import Session
from workers import door

from .conftest import QuietEngine


async def test_it_switches(
    visit: Callable[..., Any], edges: Processor, blur: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.is_live("edges")
    switched = await page.asks("session.switch", session=opened["session"], processor="blur", parameters={})
    assert switched["type"] == "session.switched"
    assert switched["processor"]["slug"] == "blur"
    assert engine.of_type("switch")[0]["processor"] == blur.spec()
    assert (await Session.objects.aget()).processor_slug == "blur"
    assert (await door.registry().count("edges"), await door.registry().count("blur")) == (0, 1)


async def test_it_refuses_what_the_visitor_may_not_use_and_the_session_runs_on(
    visit: Callable[..., Any], edges: Processor, blur: Processor, engine: QuietEngine, bob: Any
) -> None:
    await Processor.objects.filter(pk=blur.pk).aupdate(visibility=Visibility.STAFF)
    page = await visit(bob)
    opened = await page.is_live("edges")
    error = await page.asks("session.switch", session=opened["session"], processor="blur", parameters={})
    assert error["code"] == "not_allowed"
    assert engine.of_type("switch") == []
    assert await door.registry().count("edges") == 1


async def test_it_refuses_a_full_processor(
    visit: Callable[..., Any], edges: Processor, blur: Processor, engine: QuietEngine
) -> None:
    await Processor.objects.filter(pk=blur.pk).aupdate(session_limit=1)
    page = await visit()
    await page.is_live("blur")
    opened = await page.is_live("edges")
    error = await page.asks("session.switch", session=opened["session"], processor="blur", parameters={})
    assert error["code"] == "busy"


async def test_when_the_worker_refuses_the_place_stays_with_the_processor_before(
    visit: Callable[..., Any], edges: Processor, blur: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.is_live("edges")
    engine.refusals["switch"] = "processor_unavailable"
    error = await page.asks("session.switch", session=opened["session"], processor="blur", parameters={})
    assert error["code"] == "processor_unavailable"
    assert (await door.registry().count("edges"), await door.registry().count("blur")) == (1, 0)
    assert (await Session.objects.aget()).processor_slug == "edges"
