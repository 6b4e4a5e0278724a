"""An offer goes to the session's worker; the answer comes back as an event with the id of the offer."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from processors.models import Processor
from processors.visibility import Visibility
from rooms.models import Session
from workers import door

from .conftest import QuietEngine, Workers
from .page import SDP


async def test_it_is_answered_and_goes_live(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.opens()
    answer = await page.offers(opened["session"])
    assert (answer["type"], answer["session"]) == ("session.answer", opened["session"])
    assert (answer["sdp"], answer["tracks"]) == ("v=0 answer", [])
    assert answer["processor"]["slug"] == "edges"
    assert (await page.hears("session.live"))["session"] == opened["session"]


async def test_the_page_hears_which_server_it_is_and_not_what_the_machine_is_called(
    visit: Callable[..., Any], edges: Processor, workers: Workers
) -> None:
    await workers.start("machine-in-berlin-77-5f0c2a91")
    page = await visit()
    opened = await page.opens()
    answer = await page.offers(opened["session"])
    assert answer["server"] == "5f0c2a91"
    assert "berlin" not in str(opened) + str(answer)


async def test_the_worker_gets_what_it_needs_and_looks_nothing_up(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.opens()
    await page.offers(opened["session"], parameters={"low": 50}, quality="high")
    (message,) = engine.of_type("offer")
    assert message["processor"] == edges.spec()
    assert message["parameters"] == {"low": 50, "high": 300}
    assert (message["sdp"], message["quality"]) == (SDP, "high")
    assert (message["session"], message["participant"]) == (opened["session"], opened["session"])


async def test_parameters_that_do_not_fit_are_named_and_the_others_accepted(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.opens()
    answer = await page.offers(opened["session"], parameters={"low": "much", "high": 10, "colour": 1})
    assert answer["parameters"] == {"high": 10}
    assert set(answer["errors"]) == {"low", "colour"}
    assert engine.of_type("offer")[0]["parameters"] == {"high": 10}


@pytest.mark.parametrize("code", ["no_usable_codec", "bad_offer", "processor_unavailable"])
async def test_what_the_worker_refuses_is_a_typed_error(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, code: str
) -> None:
    page = await visit()
    opened = await page.opens()
    engine.refusals["offer"] = code
    error = await page.offers(opened["session"])
    assert (error["type"], error["code"], error["session"]) == ("error", code, opened["session"])
    assert "refused by the test" not in error["message"]
    assert (await page.offers(opened["session"]))["type"] == "session.answer"


async def test_a_sdp_that_is_too_large_is_refused(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.opens()
    error = await page.asks("session.offer", session=opened["session"], processor="edges", sdp="v" * 65_537)
    assert error["code"] == "sdp_too_large"
    assert engine.of_type("offer") == []


async def test_another_visitors_session_does_not_exist_for_this_one(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, bob: Any, charlie: Any
) -> None:
    opened = await (await visit(bob)).opens()
    stranger = await visit(charlie)
    for kind, fields in (
        ("session.offer", {"sdp": SDP, "processor": "edges"}),
        ("session.switch", {"processor": "edges", "parameters": {}}),
        ("session.parameters", {"number": 1, "values": {}}),
        ("session.close", {}),
    ):
        error = await stranger.asks(kind, session=opened["session"], **fields)
        assert (error["type"], error["code"]) == ("error", "session_unknown")
    assert engine.handled == []


async def test_a_right_that_ended_meanwhile_is_asked_for_again(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, bob: Any
) -> None:
    page = await visit(bob)
    opened = await page.opens()
    await Processor.objects.filter(pk=edges.pk).aupdate(visibility=Visibility.STAFF)
    assert (await page.offers(opened["session"]))["code"] == "not_allowed"


async def test_an_offer_may_name_another_processor(
    visit: Callable[..., Any], edges: Processor, blur: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.opens("edges")
    answer = await page.offers(opened["session"], "blur")
    assert answer["processor"]["slug"] == "blur"
    assert (await Session.objects.aget()).processor_slug == "blur"
    assert await door.registry().count("blur") == 1


async def test_a_lost_message_is_sent_again_and_done_once(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.pending_requests.REPEAT_SECONDS", 0.05)
    page = await visit()
    opened = await page.opens()
    transport = door.transport()
    send, lost = transport.send_to_web, []

    async def lose_first(channel: str, message: dict[str, Any]) -> None:
        if message["type"] == "answer" and not lost:
            lost.append(message)
        else:
            await send(channel, message)

    monkeypatch.setattr(transport, "send_to_web", lose_first)
    assert (await page.offers(opened["session"]))["type"] == "session.answer"
    assert len(lost) == 1
    assert len(engine.of_type("offer")) == 1


async def test_a_worker_that_does_not_answer_is_a_timeout(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, settings: Any
) -> None:
    settings.REQUEST_DEADLINE_SECONDS = 0.2
    page = await visit()
    opened = await page.opens()
    engine.deaf.add("offer")
    error = await page.offers(opened["session"])
    assert (error["code"], error["retry_after"]) == ("timeout", 1)


async def test_an_engine_that_raises_is_an_internal_error_and_nothing_more(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.opens()
    engine.offer = None  # type: ignore[assignment,method-assign]
    error = await page.offers(opened["session"])
    assert (error["code"], error["retry_after"]) == ("internal", 1)
    assert (await page.asks("ping", time=1))["type"] == "pong"


async def test_an_offer_after_the_reservation_ended_takes_a_new_place(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, settings: Any
) -> None:
    page = await visit()
    opened = await page.opens()
    await door.registry().release(opened["session"])
    assert (await page.offers(opened["session"]))["type"] == "session.answer"
    assert await door.registry().lease(opened["session"])


async def test_the_next_session_obeys_a_changed_row(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.opens()
    edges.parameters = {"low": 11}
    await sync_to_async(edges.save)()
    answer = await page.offers(opened["session"])
    assert answer["parameters"] == {"low": 11}
    assert answer["processor"]["version"] == edges.version == 2


async def test_two_workers_share_the_sessions(
    visit: Callable[..., Any], edges: Processor, workers: Workers
) -> None:
    engines = [await workers.start("one"), await workers.start("two")]
    page = await visit()
    for _number in range(4):
        await page.is_live()
    assert [len(engine.sessions) for engine in engines] == [2, 2]
