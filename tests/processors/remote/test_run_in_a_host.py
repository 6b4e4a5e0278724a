"""A remote model in a processor host: a network for it and for nobody else, and a visitor who is never stopped."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from processors import catalogue, sandbox
from processors.exceptions import ProcessorUnavailable
from processors.host_process import HostSpec
from processors.hosts import HostPool
from processors.inference.spec import ModelSpec
from processors.remote.connection import Connection
from processors.remote.errors import WrongAnswer
from processors.remote.limits import SENDS_ELSEWHERE
from processors.remote.remote_model import RemoteModel
from processors.runner import ERRORS_IN_A_ROW, RunnerState
from tests.processors.desk import wait_until
from tests.processors.host.conftest import START_SECONDS, HostDesk
from tests.support.patience import patient
from tests.support.processes import ROOT

from .misbehaving import MisbehavingServer

SPEC = {
    "task": "classification",
    "convention": "scores",
    "input": {"name": "x", "width": 8, "height": 8},
    "labels": ["one", "two", "three", "four"],
}
PICTURE = np.full((48, 64, 3), 90, np.uint8)
BACK_SECONDS = 5.0  # a promise, so no machine gets more
# What a restricted process may still do with a network, tried one by one; the port is the one argument.
TRIES = """
import json, os, socket, sys
from processors import sandbox
order = json.loads(sys.argv[1])
sandbox.restrict(sandbox.Limits(**{**order, "readable": ()}), os.getppid())
def refused(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "allowed"
print(json.dumps({
    "connect": refused(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2)),
    "listen": refused(lambda: socket.create_server(("127.0.0.1", 0))),
    "local": refused(lambda: socket.socket(socket.AF_UNIX)),
    "packets": refused(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)),
    "read": refused(lambda: open("README.md").close()),
    "start": refused(lambda: os.execv("/bin/true", ["true"])),
}))
"""


def model(connection: dict[str, Any] | None = None) -> dict[str, Any]:
    remote: dict[str, Any] = {"server": "test", "model": "look"}
    if connection:
        remote["connection"] = connection
    return {"name": "look", "title": "Four", "remote": remote, "spec": SPEC}


@pytest.fixture
def at_a_desk(
    server: MisbehavingServer, sit_down: Callable[..., HostDesk], settings: Any
) -> Callable[..., HostDesk]:
    settings.REMOTE_ALLOWED_HOSTS = ["127.0.0.1"]

    def sit(scheme: str = "grpc", **facts: Any) -> HostDesk:
        connection = {"name": "test", "url": server.url(scheme), "sealed_token": "", **facts}
        return sit_down("classification", {"models": [model(connection)]})

    return sit


@pytest.mark.parametrize("scheme", ["grpc", "http"])
def test_a_result_comes_from_the_server(scheme: str, at_a_desk: Callable[..., HostDesk]) -> None:
    desk = at_a_desk(scheme)
    np.testing.assert_array_equal(desk.picture_of(PICTURE), PICTURE)
    assert {name for name, _score in desk.last_data["likeliest"]} == set(SPEC["labels"])


def test_a_server_that_hangs_costs_frames_and_never_the_session(
    server: MisbehavingServer, at_a_desk: Callable[..., HostDesk], pool: HostPool
) -> None:
    desk = at_a_desk()
    desk.picture_of(PICTURE)
    [host] = pool.pids()
    desk.play(PICTURE)
    server.stop()
    wait_until(lambda: desk.state[0] == RunnerState.FAILING, patient(3))
    # Far more errors than stop any other processor.
    wait_until(lambda: desk.runner.statistics.errors > 3 * ERRORS_IN_A_ROW, patient(10))
    assert desk.state[2] in {"remote_deadline", "remote_away"}
    assert "test" in desk.state[1]
    server.go_on()
    started = time.monotonic()
    wait_until(lambda: desk.state[0] == RunnerState.RUNNING, patient(6))
    assert time.monotonic() - started < BACK_SECONDS
    assert pool.pids() == [host]


def test_a_server_that_is_away_at_the_start_may_come_later(
    server: MisbehavingServer, at_a_desk: Callable[..., HostDesk]
) -> None:
    server.kill()
    desk = at_a_desk()
    desk.play(PICTURE)
    wait_until(lambda: desk.notebook.states and desk.state[0] == RunnerState.FAILING, START_SECONDS)
    server.start()
    wait_until(lambda: desk.state[0] == RunnerState.RUNNING, patient(6))


def test_a_server_with_another_model_costs_frames_and_is_asked_again(server: MisbehavingServer) -> None:
    spec = ModelSpec.from_json({**SPEC, "input": {"name": "pixels", "width": 8, "height": 8}})
    remote = RemoteModel(Connection(server.as_server()), "look", "", spec)
    for _ in range(2):
        with pytest.raises(WrongAnswer, match="wrong answer") as raised:
            remote.infer(PICTURE)
        assert raised.value.transient
        assert not raised.value.permanent
        assert "pixels" in raised.value.detail


def test_an_address_that_is_not_allowed_is_said_and_not_shown(
    at_a_desk: Callable[..., HostDesk], settings: Any
) -> None:
    settings.REMOTE_ALLOWED_HOSTS = []  # before the host is told, which happens in a thread
    desk = at_a_desk()
    desk.show(PICTURE)
    wait_until(lambda: desk.state[0] == RunnerState.FAILING, START_SECONDS)
    assert desk.state[2] == "remote_address_refused"
    assert "127.0.0.1" not in desk.state[1]


def test_only_our_own_code_with_nothing_but_remote_models_gets_a_network() -> None:
    here = {"name": "here", "sha256": "0" * 64, "spec": SPEC}
    assert HostSpec("classification", configuration={"models": [model()]}).needs_network
    assert not HostSpec("classification", configuration={"models": [here]}).needs_network
    assert not HostSpec("classification", configuration={"models": [model(), here]}).needs_network
    assert not HostSpec("classification", configuration={"models": []}).needs_network
    assert not HostSpec("a-package", configuration={"models": [model()]}).needs_network


def test_models_here_and_there_do_not_mix() -> None:
    here = {"name": "here", "sha256": "0" * 64, "spec": {**SPEC, "task": "image", "convention": "image"}}
    there = {**model(), "spec": here["spec"]}
    with pytest.raises(ProcessorUnavailable, match="mixed"):
        catalogue.load_class("style-transfer", {"models": [here, there]})


def test_the_privacy_card_says_that_pictures_leave() -> None:
    there = catalogue.load_class("classification", {"models": [model()]})
    here = catalogue.load_class(
        "classification", {"models": [{"name": "a", "sha256": "0" * 64, "spec": SPEC}]}
    )
    assert there.sends_elsewhere == SENDS_ELSEWHERE
    assert here.sends_elsewhere == ""


def test_a_server_that_is_gone_from_the_list_is_said() -> None:
    cls = catalogue.load_class("classification", {"models": [model()]})
    with pytest.raises(ProcessorUnavailable, match="test is not in the admin's list"):
        cls.load({"models": [model()]})


@pytest.mark.parametrize("network", [True, False])
def test_a_host_with_a_network_may_connect_and_nothing_else(network: bool, server: MisbehavingServer) -> None:
    assert sandbox.level() != "limits", "this machine cannot restrict processes"
    limits = asdict(sandbox.Limits(network=network))
    command = [sys.executable, "-c", TRIES, json.dumps(limits), server.ports[1]]
    done = subprocess.run(
        command, cwd=ROOT, env=sandbox.bare_environment(), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert (found.pop("connect") == "allowed") is network
    assert "allowed" not in found.values()
