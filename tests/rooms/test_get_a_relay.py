"""Each admitted session gets credentials of its own for the relay; what the host set besides stays as it is."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import pytest

from processors.models import Processor

from .conftest import QuietEngine

URLS = ["turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443?transport=tcp"]
SECRET = "shared with the relay"


@pytest.fixture(autouse=True)
def relay(settings: Any) -> None:
    settings.TURN_URLS, settings.TURN_SECRET, settings.TURN_CREDENTIAL_SECONDS = URLS, SECRET, 600
    settings.ICE_SERVERS = [{"urls": "stun:stun.example.org"}]


async def test_for_each_session(visit: Callable[..., Any], edges: Processor, engine: QuietEngine) -> None:
    page = await visit()
    first, second = await page.opens(), await page.opens()
    stun, turn = first["ice_servers"]
    assert stun == {"urls": "stun:stun.example.org"}
    assert turn["urls"] == URLS
    expiry, user = turn["username"].split(":")
    assert abs(int(expiry) - time.time() - 600) < 30
    digest = hmac.new(SECRET.encode(), turn["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == digest
    assert user not in {first["session"], second["ice_servers"][1]["username"].split(":")[1]}
    assert (first["ice_relay_only"], first["ice_candidates"]) == (False, False)


async def test_the_same_user_after_resuming(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    opened = await page.is_live()
    await page.leave()
    resumed = await (await visit()).asks("session.resume", session=opened["session"], token=opened["token"])
    users = {each["ice_servers"][1]["username"].split(":")[1] for each in (opened, resumed)}
    assert len(users) == 1


async def test_relay_only_and_workers_behind_it(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, settings: Any
) -> None:
    page = await visit()
    settings.ICE_RELAY_ONLY = True
    opened = await page.opens()
    assert (opened["ice_relay_only"], opened["ice_candidates"]) == (True, False)
    settings.ICE_RELAY_ONLY, settings.WORKER_TURN_URL = False, URLS[0]
    opened = await page.opens()
    assert (opened["ice_relay_only"], opened["ice_candidates"]) == (True, True)


async def test_who_is_refused_gets_none(visit: Callable[..., Any], engine: QuietEngine) -> None:
    refused = await (await visit()).asks("session.open", processor="nothing")
    assert refused["code"] == "not_found"
    assert "ice_servers" not in refused


async def test_the_check_needs_no_processor_of_the_catalogue(
    visit: Callable[..., Any], engine: QuietEngine, settings: Any
) -> None:
    page = await visit()
    opened = await page.opens("connection-check")
    answer = await page.offers(opened["session"], "connection-check")
    assert answer["type"] == "session.answer"
    settings.GUESTS_ALLOWED = False
    assert (await page.asks("session.open", processor="connection-check"))["code"] == "not_allowed"
