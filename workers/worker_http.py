"""Health and figures of one worker process, on loopback, from a thread: it answers also when the loop hangs."""

import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from socketserver import ThreadingMixIn
from typing import Any, Protocol
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from prometheus_client import Gauge, make_wsgi_app

from .service import WorkerService

HEALTHY_BEAT_SECONDS = 5.0
REQUEST_DEADLINE_SECONDS = 5.0
SESSIONS = Gauge("showroom_worker_sessions", "Sessions this worker holds")
STRESS = Gauge("showroom_worker_stress", "How busy this worker is: 0 idle, 1 all it can do")


class Life(Protocol):
    def seconds_since_beat(self) -> float: ...


class Server(ThreadingMixIn, WSGIServer):
    """One thread for each request, so that a slow client does not keep the next probe waiting."""

    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    """Hangs up on who takes longer than a probe may, however slowly the bytes drip."""

    def handle(self) -> None:
        hang_up = threading.Timer(REQUEST_DEADLINE_SECONDS, self._hang_up)
        hang_up.daemon = True
        hang_up.start()
        with suppress(OSError):  # who is hung up on gets no answer
            super().handle()
        hang_up.cancel()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Probes come every few seconds; nobody reads a log of them."""

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


class WorkerHttp:
    def __init__(self, service: WorkerService, life: Life, index: int) -> None:
        self._service = service
        self._life = life
        self._metrics = make_wsgi_app()
        self._server: WSGIServer | None = None
        if settings.WORKER_HTTP_PORT:
            port = settings.WORKER_HTTP_PORT + index
            self._server = make_server("127.0.0.1", port, self._answer, Server, QuietHandler)
            threading.Thread(target=self._server.serve_forever, name="worker-http", daemon=True).start()

    def close(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            self._measure()
            figures: Iterable[bytes] = self._metrics(environ, start_response)
            return figures
        checks = {"/healthz": self._is_healthy, "/readyz": self._is_ready}
        if path not in checks:
            return say(start_response, "404 Not Found", "not found")
        fine = checks[path]()
        return say(
            start_response, "200 OK" if fine else "503 Service Unavailable", "ok" if fine else "not now"
        )

    def _is_healthy(self) -> bool:
        return self._life.seconds_since_beat() < HEALTHY_BEAT_SECONDS

    def _is_ready(self) -> bool:
        return self._is_healthy() and self._service.is_ready

    def _measure(self) -> None:
        state = self._service.last_state
        SESSIONS.set(len(state.sessions))
        STRESS.set(state.stress)


def say(start_response: Callable[..., Any], status: str, text: str) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain")])
    return [f"{text}\n".encode()]
