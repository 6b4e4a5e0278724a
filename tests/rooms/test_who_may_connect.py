"""Origin and identity are checked at the door, and identity again before everything that needs a right."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts.signals import close_sockets
from processors.models import Processor
from rooms.models import Session

from .conftest import QuietEngine, communicator
from .page import until


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "https://testserver",
        "http://testserver:8000",
        "http://sub.testserver",
        "http://testserver.evil.example",
        "http://testserver/path",
        "http://user@testserver",
        "http://testserver:port",
        "file://testserver",
    ],
)
async def test_pages_of_other_sites_are_refused_at_the_handshake(origin: str, transactional_db: None) -> None:
    socket = communicator(headers={"origin": origin})
    accepted, _code = await socket.connect()
    assert not accepted


@pytest.mark.parametrize("origin", ["http://testserver", "http://TESTSERVER", "http://testserver:80"])
async def test_our_own_pages_are_welcome(visit: Callable[..., Any], origin: str) -> None:
    assert (await visit(origin=origin)).hello


async def test_a_host_we_do_not_know_is_refused(transactional_db: None) -> None:
    socket = communicator(headers={"host": "evil.example", "origin": "http://evil.example"})
    assert not (await socket.connect())[0]


async def test_an_upper_case_host_is_the_same_host(visit: Callable[..., Any]) -> None:
    assert (await visit(host="TestServer")).hello


async def test_a_proxy_is_believed_only_if_the_settings_name_it(
    visit: Callable[..., Any], settings: Any
) -> None:
    behind = {"origin": "https://testserver", "x_forwarded_proto": "https"}
    socket = communicator(headers=behind)
    assert not (await socket.connect())[0]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert (await visit(**behind)).hello


async def test_a_trusted_origin_is_welcome(visit: Callable[..., Any], settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://wiki.example"]
    assert (await visit(origin="https://wiki.example")).hello


async def test_guests_are_sent_to_sign_in_when_the_site_is_for_members(
    visit: Callable[..., Any], settings: Any
) -> None:
    settings.GUESTS_ALLOWED = False
    page = await visit(greeted=False)
    error = await page.hears("error")
    assert error["code"] == "not_allowed"
    assert await page.is_closed() == 4401


async def test_members_are_welcome_when_guests_are_not(
    visit: Callable[..., Any], settings: Any, bob: Any
) -> None:
    settings.GUESTS_ALLOWED = False
    assert (await visit(bob)).hello["user"]["name"] == "bob"


async def test_a_one_time_password_opens_no_session(visit: Callable[..., Any], alice: Any) -> None:
    alice.must_change_password = True
    await alice.asave()
    page = await visit(alice, greeted=False)
    assert await page.is_closed() == 4401


async def test_signing_out_in_another_tab_closes_the_socket_and_its_sessions(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, bob: Any
) -> None:
    page = await visit(bob)
    await page.is_live()
    await sync_to_async(close_sockets)(bob.pk)
    assert await page.is_closed(2) == 4401
    assert page.heard[-1]["code"] == "not_allowed"
    await until(lambda: not engine.sessions)
    assert (await Session.objects.aget()).reason == "signed_out"


async def test_signing_out_on_one_device_leaves_the_other(visit: Callable[..., Any], bob: Any) -> None:
    page = await visit(bob)
    await sync_to_async(close_sockets)(bob.pk, "the mark of another browser session")
    assert (await page.asks("ping", time=1))["type"] == "pong"


async def test_a_disabled_account_is_closed_within_two_seconds(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, bob: Any
) -> None:
    page = await visit(bob)
    await page.is_live()
    bob.is_active = False
    await bob.asave()
    assert await page.is_closed(2) == 4401
    await until(lambda: not engine.sessions)


async def test_a_disabled_account_opens_nothing_even_if_the_event_was_lost(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, bob: Any
) -> None:
    page = await visit(bob)
    await type(bob).objects.filter(pk=bob.pk).aupdate(is_active=False)
    await page.says("session.open", processor="edges")
    assert await page.is_closed() == 4401
    assert not await Session.objects.aexists()


async def test_a_socket_that_cannot_be_greeted_is_closed_so_that_the_page_tries_again(
    visit: Callable[..., Any], bob: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*arguments: Any) -> None:
        raise ConnectionError("Redis is away")

    monkeypatch.setattr("channels.layers.InMemoryChannelLayer.group_add", fail)
    page = await visit(bob, greeted=False)
    assert (await page.hears("error"))["code"] == "internal"
    assert await page.is_closed() == 4503


async def test_no_task_is_left_after_a_refusal(transactional_db: None) -> None:
    before = len(asyncio.all_tasks())
    for _attempt in range(5):
        socket = communicator(headers={"origin": "http://evil.example"})
        await socket.connect()
        await socket.wait()
    assert len(asyncio.all_tasks()) == before


def test_importing_the_site_does_not_import_the_media_libraries() -> None:
    import subprocess
    import sys

    code = "import config.asgi, sys; print({'aiortc', 'av', 'aioice'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_django_client_is_real(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
