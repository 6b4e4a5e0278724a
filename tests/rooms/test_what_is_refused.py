"""What no well-made page sends: each gets a typed error, and only persistence closes the socket."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from processors.models import Processor
from rooms.consumers import PENDING_REQUESTS
from rooms.errors import TEXTS, Malformed, SignallingError
from rooms.messages import SCHEMAS, ClientMessage, parse
from rooms.socket_limits import FloodGuard, TokenBucket

from .conftest import QuietEngine
from .page import SDP

BAD_JSON = ["{not json", " ", "{", '{"type": "ping", "time": NaN}', "[" * 100_000, '"\\ud800', "1e" * 5000]
BAD_MESSAGES = [
    "[]",
    "null",
    '"ping"',
    "{}",
    '{"type": 1}',
    '{"type": "ping"}',
    '{"type": "ping", "time": "now"}',
    '{"type": "ping", "time": true}',
    '{"type": "ping", "time": 1e999}',
    '{"type": "ping", "id": {}, "time": 1}',
    '{"type": "ping", "id": "' + "x" * 65 + '", "time": 1}',
    '{"type": "session.open", "processor": "../edges"}',
    '{"type": "session.open", "processor": "edges", "more": "\\ud800"}',
    '{"type": "session.open", "processor": "edges", "more": "\\u0000"}',
    '{"type": "session.close", "session": ""}',
    '{"type": "session.close", "session": 5}',
    '{"type": "session.parameters", "session": "s", "number": -1, "values": {}}',
    '{"type": "session.parameters", "session": "s", "number": 1, "values": []}',
    '{"type": "session.parameters", "session": "s", "number": 1, "values": {"a": '
    + "[" * 20
    + "]" * 20
    + "}}",
    '{"type": "session.parameters", "session": "s", "number": 1, "values": {"a": 1' + "0" * 30 + "}}",
    '{"type": "session.offer", "session": "s", "sdp": 5, "processor": "edges"}',
    '{"type": "session.offer", "session": "s", "sdp": "v", "processor": "edges", "quality": "best"}',
]


@pytest.mark.parametrize("text", BAD_JSON)
async def test_malformed_json(visit: Callable[..., Any], text: str) -> None:
    page = await visit()
    await page.sends_text(text)
    assert (await page.next())["code"] == "bad_json"
    assert (await page.asks("ping", time=1))["type"] == "pong"


@pytest.mark.parametrize("text", BAD_MESSAGES)
async def test_a_message_of_the_wrong_shape(visit: Callable[..., Any], text: str) -> None:
    page = await visit()
    await page.sends_text(text)
    assert (await page.next())["code"] == "bad_message"
    assert (await page.asks("ping", time=1))["type"] == "pong"


async def test_an_unknown_type_names_the_request(visit: Callable[..., Any]) -> None:
    page = await visit()
    error = await page.asks("session.explode")
    assert error["code"] == "unknown_type"


async def test_a_binary_frame(visit: Callable[..., Any]) -> None:
    page = await visit()
    await page.socket.send_to(bytes_data=b"\x00\x01")
    assert (await page.next())["code"] == "binary_not_supported"
    assert (await page.asks("ping", time=1))["type"] == "pong"


async def test_a_message_above_our_limit(visit: Callable[..., Any]) -> None:
    page = await visit()
    await page.sends_text(json.dumps({"type": "ping", "time": 1, "more": "x" * 131_072}))
    assert (await page.next())["code"] == "message_too_large"
    assert (await page.asks("ping", time=1))["type"] == "pong"


async def test_the_third_malformed_message_closes_with_4400(visit: Callable[..., Any]) -> None:
    page = await visit()
    for text in ("{", "[]", '{"type": "nothing"}'):
        await page.sends_text(text)
    assert await page.is_closed() == 4400
    assert [message["code"] for message in page.heard[-3:]] == ["bad_json", "bad_message", "unknown_type"]


async def test_a_steady_flood_closes_with_4429_soon(visit: Callable[..., Any]) -> None:
    page = await visit()
    started_at = time.monotonic()
    for number in range(1000):
        await page.sends_text(json.dumps({"type": "ping", "time": number}))
    assert await page.is_closed() == 4429
    assert time.monotonic() - started_at < 2
    assert page.heard[-1]["code"] == "too_many_messages"


async def test_a_short_burst_is_only_slowed_down(visit: Callable[..., Any]) -> None:
    page = await visit()
    for number in range(50):
        await page.sends_text(json.dumps({"type": "ping", "time": number}))
    error = await page.hears("error")
    assert error["code"] == "too_many_messages"
    assert error["retry_after"] > 0


async def test_what_workers_owe_one_page_is_bounded(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine, settings: Any
) -> None:
    settings.REQUEST_DEADLINE_SECONDS = 60
    engine.deaf = {"parameters"}
    page = await visit()
    session = (await page.asks("session.open", processor="edges"))["session"]
    await page.asks("session.offer", session=session, sdp=SDP, processor="edges")
    for number in range(PENDING_REQUESTS):
        await page.says("session.parameters", session=session, number=number, values={"low": number})
    refused = await page.asks("session.parameters", session=session, number=99, values={"low": 99})
    assert (refused["type"], refused["code"]) == ("error", "too_many_messages")
    assert (await page.asks("session.close", session=session))["type"] == "session.closed"


async def test_nothing_is_read_after_the_close(
    visit: Callable[..., Any], edges: Processor, engine: QuietEngine
) -> None:
    page = await visit()
    for text in ("{", "{", "{", json.dumps({"type": "session.open", "processor": "edges"})):
        await page.sends_text(text)
    assert await page.is_closed() == 4400
    assert await page.hears_nothing()


def test_the_bucket_fills_at_its_pace() -> None:
    now = [0.0]
    bucket = TokenBucket(2, 3, clock=lambda: now[0])
    assert [bucket.take() for _message in range(4)] == [True, True, True, False]
    assert bucket.wait_seconds == pytest.approx(0.5)
    now[0] = 1.0
    assert [bucket.take() for _message in range(3)] == [True, True, False]


def test_who_is_a_little_too_fast_is_never_cut_off() -> None:
    now = [0.0]
    guard = FloodGuard(20, 40, clock=lambda: now[0])
    for number in range(3000):
        now[0] = number / 30
        assert guard.admits() or not guard.is_flood()


def test_every_error_has_a_sentence() -> None:
    for code in TEXTS:
        message = SignallingError(code).as_message()
        assert message["message"].endswith(".")


PLAIN = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20)
VALUES = PLAIN | some.lists(PLAIN, max_size=3) | some.dictionaries(some.text(max_size=5), PLAIN, max_size=3)
FIELDS = some.sampled_from(
    ["session", "token", "processor", "sdp", "parameters", "values", "number", "time", "id"]
)
LIKELY = some.sampled_from(["edges", "s", "v=0", {}, {"low": 1}, 1])
MESSAGES = some.builds(
    lambda kind, fields: {"type": kind, **fields},
    some.sampled_from([*SCHEMAS, "hello", ""]),
    some.dictionaries(FIELDS, LIKELY | VALUES, max_size=6),
)


@given(MESSAGES)
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_reading_gives_a_message_or_a_typed_error(message: dict[str, Any]) -> None:
    with suppress(Malformed):
        assert isinstance(parse(json.dumps(message)), ClientMessage)


@given(some.text())
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_without_surprise(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)
