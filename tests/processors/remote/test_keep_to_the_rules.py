"""Calls to an inference server that is slow, hung, dead or talks nonsense (R16); the server is a real one."""

import re
import time
from collections.abc import Callable

import numpy as np
import pytest

from processors.remote.breaker import FAILURES_IN_A_ROW, PROBE_SECONDS, CircuitBreaker
from processors.remote.connection import Connection
from processors.remote.errors import (
    DeadlineExceeded,
    RemoteError,
    ServerAway,
    ServerRefused,
    ServerUnreachable,
    WrongAnswer,
)
from processors.remote.limits import DEADLINE_SECONDS
from processors.remote.server import Call
from processors.remote.tensors import TensorFacts
from tests.support.patience import patient

from .misbehaving import MisbehavingServer

NUMBERS = np.arange(4, dtype=np.float32).reshape(1, 4)
PROMISED = (TensorFacts("y", "FP32", (1, 4)),)
BOTH = pytest.mark.parametrize("scheme", ["grpc", "http"])
# Beside the deadline: the machine is shared, and threads are woken late.
SLACK_SECONDS = 0.25
# A promise, so no machine gets more: two probes and some.
BACK_SECONDS = 5.0


@pytest.fixture
def connect(server: MisbehavingServer) -> Callable[[str], Connection]:
    def connected(scheme: str) -> Connection:
        connection = Connection(server.as_server(scheme))
        assert connection.model_facts("double", "", patient(5)).outputs == PROMISED
        return connection

    return connected


def ask(connection: Connection, deadline_seconds: float = DEADLINE_SECONDS) -> np.ndarray:
    return connection.infer(Call("double", "", {"x": NUMBERS}, PROMISED, deadline_seconds))["y"]


def fail_until_open(connection: Connection, error: type[RemoteError]) -> list[float]:
    """Return how long each of the calls took."""
    took = []
    for _ in range(FAILURES_IN_A_ROW):
        assert not connection.breaker.is_open
        started = time.monotonic()
        with pytest.raises(error):
            ask(connection)
        took.append(time.monotonic() - started)
    assert connection.breaker.is_open
    return took


def seconds_until_back(connection: Connection) -> float:
    """Ask thirty times a second, as frames come."""
    started = time.monotonic()
    while time.monotonic() - started < patient(10):
        try:
            ask(connection)
        except RemoteError:
            time.sleep(1 / 30)
        else:
            return time.monotonic() - started
    raise AssertionError("The server did not come back.")


@BOTH
def test_an_answer_has_the_numbers(scheme: str, connect: Callable[[str], Connection]) -> None:
    connection = connect(scheme)
    for _ in range(3):
        np.testing.assert_array_equal(ask(connection, patient(2)), NUMBERS * 2)


@BOTH
@pytest.mark.parametrize(
    ("mode", "error", "sentence"),
    [
        ("wrong-shape", WrongAnswer, "shape"),
        ("wrong-type", WrongAnswer, "INT32"),
        ("ten-times", WrongAnswer, "160 bytes|40 numbers"),
        ("huge", WrongAnswer, "longer"),
        ("garbage", WrongAnswer, "not a message|not JSON"),
        ("not-finite", WrongAnswer, "NaN"),
        ("error", ServerRefused, "does not want this"),
        ("token", ServerRefused, "token"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(
    scheme: str,
    mode: str,
    error: type[RemoteError],
    sentence: str,
    server: MisbehavingServer,
    connect: Callable[[str], Connection],
) -> None:
    connection = connect(scheme)
    server.behave(mode)
    with pytest.raises(error) as caught:
        ask(connection, patient(5))
    assert re.search(sentence, caught.value.detail)
    assert not re.search(sentence, caught.value.message)
    assert caught.value.transient
    assert not caught.value.permanent


@BOTH
def test_a_slow_server_costs_no_more_than_the_deadline_and_is_left_alone(
    scheme: str, server: MisbehavingServer, connect: Callable[[str], Connection]
) -> None:
    connection = connect(scheme)
    server.behave("slow")
    took = fail_until_open(connection, DeadlineExceeded)
    assert max(took) < DEADLINE_SECONDS + patient(SLACK_SECONDS)
    started = time.monotonic()
    with pytest.raises(ServerAway):
        ask(connection)
    assert time.monotonic() - started < 0.05
    server.behave("fine")
    assert seconds_until_back(connection) < BACK_SECONDS


@BOTH
def test_a_hung_server_costs_no_more_than_the_deadline_and_comes_back(
    scheme: str, server: MisbehavingServer, connect: Callable[[str], Connection]
) -> None:
    connection = connect(scheme)
    server.stop()
    took = fail_until_open(connection, DeadlineExceeded)
    assert max(took) < DEADLINE_SECONDS + patient(SLACK_SECONDS)
    server.go_on()
    assert seconds_until_back(connection) < BACK_SECONDS


@BOTH
def test_a_dead_server_fails_at_once_and_comes_back(
    scheme: str, server: MisbehavingServer, connect: Callable[[str], Connection]
) -> None:
    connection = connect(scheme)
    server.kill()
    took = fail_until_open(connection, ServerUnreachable)
    assert max(took) < DEADLINE_SECONDS + patient(SLACK_SECONDS)
    server.start()
    assert seconds_until_back(connection) < BACK_SECONDS


@pytest.mark.parametrize(
    ("scheme", "mode"), [("grpc", "garbage"), ("grpc", "ten-times"), ("http", "wrong-shape")]
)
def test_a_server_that_talks_nonsense_is_left_alone_and_comes_back(
    scheme: str, mode: str, server: MisbehavingServer, connect: Callable[[str], Connection]
) -> None:
    connection = connect(scheme)
    server.behave(mode)
    fail_until_open(connection, WrongAnswer)
    server.behave("fine")
    assert seconds_until_back(connection) < BACK_SECONDS


def test_an_answer_that_never_ends_is_cut_off(
    server: MisbehavingServer, connect: Callable[[str], Connection]
) -> None:
    connection = connect("http")
    server.behave("drip")
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        ask(connection)
    assert time.monotonic() - started < DEADLINE_SECONDS + patient(SLACK_SECONDS)


@BOTH
def test_a_token_opens_the_door_and_is_never_shown(scheme: str, server: MisbehavingServer) -> None:
    server.behave("token")
    known = server.as_server(scheme, token="open sesame")
    np.testing.assert_array_equal(ask(Connection(known), patient(2)), NUMBERS * 2)
    assert "sesame" not in repr(known)
    with pytest.raises(ServerRefused) as caught:
        ask(Connection(server.as_server(scheme, token="open barley")), patient(2))
    assert "barley" not in caught.value.message + caught.value.detail


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_breaker_opens_after_failures_in_a_row_and_probes() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock)
    for _ in range(FAILURES_IN_A_ROW - 1):
        breaker.failed()
    breaker.succeeded()
    for _ in range(FAILURES_IN_A_ROW):
        assert breaker.lets_through()
        breaker.failed()
    assert not breaker.lets_through()
    clock.now += PROBE_SECONDS
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.failed()
    assert not breaker.lets_through()
    clock.now += PROBE_SECONDS
    assert breaker.lets_through()
    breaker.succeeded()
    assert breaker.lets_through()
