"""A page greets, opens a session and gets what it needs to connect."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from processors.models import Processor
from processors.visibility import Visibility
from rooms.models import Session
from workers import door

from .conftest import QuietEngine, Workers


async def test_the_server_says_hello(visit: Callable[..., Any]) -> None:
    page = await visit()
    assert page.hello["protocol"] == 1
    assert page.hello["limits"] == {"message_bytes": 131072, "sdp_bytes": 65536}
    assert page.hello["user"] == {"name": "", "guest": True}


async def test_a_member_is_greeted_by_name(visit: Callable[..., Any], bob: Any) -> None:
    page = await visit(bob)
    assert page.hello["user"] == {"name": "bob", "guest": False}


async def test_it_opens(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, settings: Any
) -> None:
    settings.ICE_SERVERS = [{"urls": "turn:turn.example.org", "username": "u", "credential": "c"}]
    page = await visit()
    opened = await page.opens("edges")
    assert opened["processor"]["slug"] == "edges"
    assert opened["ice_servers"] == settings.ICE_SERVERS
    assert len(opened["session"]) >= 22
    assert len(opened["token"]) >= 22
    lease = await door.registry().lease(opened["session"])
    assert lease is not None
    assert lease.worker == "one"


async def test_one_row_of_history_is_written(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, bob: Any
) -> None:
    page = await visit(bob)
    opened = await page.opens()
    row = await Session.objects.aget()
    assert (row.pk, row.user_id, row.processor_slug, row.worker) == (
        opened["session"],
        bob.pk,
        "edges",
        "one",
    )
    assert (row.ended, row.reason, row.guest) == (None, "", "")
    assert opened["token"] not in row.token_hash


async def test_ids_of_two_sessions_differ(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    first, second = await page.opens(), await page.opens()
    assert first["session"] != second["session"]
    assert first["token"] != second["token"]


async def test_without_a_worker_it_is_offline(visit: Callable[..., Any], edges: Processor) -> None:
    error = await (await visit()).asks("session.open", processor="edges")
    assert (error["type"], error["code"]) == ("error", "offline")
    assert error["retry_after"] > 0
    assert not await Session.objects.aexists()


async def test_a_full_worker_is_busy(visit: Callable[..., Any], edges: Processor, workers: Workers) -> None:
    await workers.start(capacity=1)
    await (await visit()).opens()
    error = await (await visit()).asks("session.open", processor="edges")
    assert (error["code"], error["retry_after"]) == ("busy", 10)


async def test_a_processor_at_its_limit_is_busy(
    visit: Callable[..., Any], edges: Processor, blur: Processor, engine: QuietEngine
) -> None:
    await Processor.objects.filter(pk=edges.pk).aupdate(session_limit=1)
    page = await visit()
    await page.opens("edges")
    assert (await page.asks("session.open", processor="edges"))["code"] == "busy"
    await page.opens("blur")


async def test_one_visitor_has_a_limit(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, bob: Any, charlie: Any
) -> None:
    page, other = await visit(bob), await visit(charlie)
    for _number in range(4):
        await page.opens()
    assert (await page.asks("session.open", processor="edges"))["code"] == "session_limit"
    await other.opens()


async def test_what_does_not_exist_is_not_found(visit: Callable[..., Any], engine: QuietEngine) -> None:
    page = await visit()
    error = await page.asks("session.open", processor="nothing")
    assert error["code"] == "not_found"
    assert (await page.asks("ping", time=1))["type"] == "pong"


async def test_without_permission_a_typed_error_then_4403(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, bob: Any
) -> None:
    await Processor.objects.filter(pk=edges.pk).aupdate(visibility=Visibility.STAFF)
    page = await visit(bob)
    error = await page.asks("session.open", processor="edges")
    assert error["code"] == "not_allowed"
    assert error["message"]
    assert await page.is_closed() == 4403


async def test_a_refusal_keeps_a_socket_that_carries_another_session(
    visit: Callable[..., Any], edges: Processor, blur: Processor, engine: QuietEngine, bob: Any
) -> None:
    await Processor.objects.filter(pk=blur.pk).aupdate(visibility=Visibility.STAFF)
    page = await visit(bob)
    await page.is_live("edges")
    assert (await page.asks("session.open", processor="blur"))["code"] == "not_allowed"
    assert (await page.asks("ping", time=1))["type"] == "pong"


async def test_a_guest_is_asked_to_sign_in_with_4401(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    await Processor.objects.filter(pk=edges.pk).aupdate(visibility=Visibility.MEMBERS)
    page = await visit()
    assert (await page.asks("session.open", processor="edges"))["code"] == "not_allowed"
    assert await page.is_closed() == 4401


async def test_a_retired_processor_is_not_found(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    await sync_to_async(edges.retire)()
    assert (await (await visit()).asks("session.open", processor="edges"))["code"] == "not_found"


async def test_a_class_that_cannot_be_loaded_is_unavailable(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    await Processor.objects.filter(pk=edges.pk).aupdate(key="uninstalled")
    assert (await (await visit()).asks("session.open", processor="edges"))["code"] == "processor_unavailable"


async def test_a_task_without_its_model_is_not_installed(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    await Processor.objects.filter(pk=edges.pk).aupdate(key="object-detection")
    answer = await (await visit()).asks("session.open", processor="edges")
    assert answer["code"] == "not_installed"
    assert "not installed yet" in answer["message"]


async def test_a_task_with_a_broken_configuration_is_unavailable(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    await Processor.objects.filter(pk=edges.pk).aupdate(key="pictogram", configuration={"models": "bodypix"})
    assert (await (await visit()).asks("session.open", processor="edges"))["code"] == "processor_unavailable"


@pytest.mark.parametrize(("language", "word"), [("en", "address"), ("de-DE,de;q=0.9", "")])
async def test_errors_speak_the_visitors_language(
    visit: Callable[..., Any], engine: QuietEngine, language: str, word: str
) -> None:
    page = await visit(accept_language=language)
    assert word in (await page.asks("session.open", processor="nothing"))["message"]
