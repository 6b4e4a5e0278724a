"""A worker's own door for probes: it answers although others are slow, and lets go of them."""

import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.processes import free_port
from workers import worker_http
from workers.frames import EncodedFrame
from workers.incoming import IncomingVideo
from workers.registry import WorkerState
from workers.worker_http import WorkerHttp


class Service:
    is_ready = True
    last_state = WorkerState()


class Life:
    def seconds_since_beat(self) -> float:
        return 0.0


@pytest.fixture
def port(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(worker_http, "REQUEST_DEADLINE_SECONDS", 0.5)
    settings.WORKER_HTTP_PORT = free_port()
    http = WorkerHttp(Service(), Life(), 0)  # type: ignore[arg-type]
    yield settings.WORKER_HTTP_PORT
    http.close()


def get(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return int(answer.status)


def test_probes_are_answered_while_a_client_says_nothing(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as silent:
        silent.sendall(b"GET /heal")
        began = time.monotonic()
        assert [get(port, path) for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 200]
        assert time.monotonic() - began < 0.4


def figures(port: int) -> dict[str, float]:
    """Return what ``/metrics`` says of figures without labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (line.split() for line in lines if line[0] not in "#{")}


def test_metrics_tell_of_bad_media(port: int) -> None:
    undecodable, oversized = (
        "showroom_worker_undecodable_frames_total",
        "showroom_worker_oversized_frames_total",
    )
    before = figures(port)
    incoming = IncomingVideo(lambda: None)
    incoming.start_decoding()
    absurd = b"\x10\x02\x00\x9d\x01\x2a" + b"\xff\x3f" * 2 + bytes(20)
    for data in (absurd, b"\x10\x02\x00\x9d\x01\x2a\x80\x02\xe0\x01"):
        incoming.put(EncodedFrame(data, "VP8", 1.0, True, time.monotonic()))
    assert incoming.latest("bgr24") is None
    after = figures(port)
    assert (after[undecodable] - before[undecodable], after[oversized] - before[oversized]) == (1, 1)
    assert {"showroom_worker_datagrams_dropped", "showroom_worker_packets_dropped"} <= after.keys()


def drip(connection: socket.socket, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        connection.sendall(b"x")
        time.sleep(0.05)


def test_a_client_that_drips_is_hung_up_on_and_its_thread_ends(
    port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    threads = threading.active_count()
    with socket.create_connection(("127.0.0.1", port)) as dripping:
        began = time.monotonic()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            drip(dripping)
        assert time.monotonic() - began < 3
    deadline = time.monotonic() + 3
    while threading.active_count() > threads and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() <= threads
    assert "Traceback" not in capsys.readouterr().err
