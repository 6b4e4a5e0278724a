"""The Open Inference Protocol over HTTP with JSON: for servers without gRPC. Numbers as text are slow and large.

No redirect is followed, and no proxy of the environment is used: ``http.client`` knows neither.
"""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import quote

from .errors import DeadlineExceeded, ServerRefused, ServerUnreachable, WrongAnswer
from .grpc_client import short
from .server import Call, ModelFacts, RemoteServer, ServerFacts
from .tensors import Array, Mismatch, TensorFacts, check_promise, datatype_of, from_numbers

T = TypeVar("T")

CHUNK_BYTES = 256 * 1024


class JsonClient:
    """Callable from any thread: each call takes a kept connection, or opens one to the checked address."""

    def __init__(self, server: RemoteServer, address: str) -> None:
        self._server = server
        self._place = server.place
        self._address = address
        self._tls = tls_context(server) if self._place.encrypted else None
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    def server_facts(self, deadline_seconds: float) -> ServerFacts:
        answer = self._asked("GET", "/v2", None, deadline_seconds)
        return ServerFacts.parse(answer.get("name"), answer.get("version"), answer.get("extensions"))

    def model_names(self, deadline_seconds: float) -> list[str]:
        answer = self._asked("POST", "/v2/repository/index", {}, deadline_seconds)
        listed = answer.get("list", [])
        return [str(each["name"]) for each in listed if isinstance(each, dict) and "name" in each]

    def model_facts(self, model: str, version: str, deadline_seconds: float) -> ModelFacts:
        answer = self._asked("GET", model_path(model, version), None, deadline_seconds)
        return self._understood(
            lambda: ModelFacts.parse(
                answer.get("name"),
                tensors(answer, "inputs"),
                tensors(answer, "outputs"),
                answer.get("platform"),
            )
        )

    def infer(self, call: Call) -> dict[str, Array]:
        started = time.monotonic()
        body = {
            "inputs": [sent(name, array) for name, array in call.inputs.items()],
            "outputs": [{"name": facts.name} for facts in call.outputs],
        }
        path = f"{model_path(call.model, call.version)}/infer"
        answer = self._asked("POST", path, body, call.deadline_seconds)
        arrays = self._understood(lambda: read(answer, call.outputs))
        if time.monotonic() - started > call.deadline_seconds:
            raise DeadlineExceeded(self._server.name, call.deadline_seconds)
        return arrays

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _asked(self, method: str, path: str, body: Any, deadline_seconds: float) -> dict[str, Any]:
        until = time.monotonic() + deadline_seconds
        connection = self._connection(deadline_seconds)
        try:
            with ended_at(until, connection) as too_late:
                status, raw = self._exchanged(connection, method, path, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            if too_late() or isinstance(error, TimeoutError):
                raise DeadlineExceeded(self._server.name, deadline_seconds) from None
            raise ServerUnreachable(self._server.name) from error
        except WrongAnswer:
            connection.close()
            raise
        if too_late():
            connection.close()
            raise DeadlineExceeded(self._server.name, deadline_seconds)
        self._keep(connection)
        return self._read(status, raw)

    def _exchanged(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: Any
    ) -> tuple[int, bytes]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self._server.token:
            headers["Authorization"] = f"Bearer {self._server.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        encoded = None if body is None else json.dumps(body, separators=(",", ":"))
        connection.request(method, self._place.path + path, encoded, headers)
        answer = connection.getresponse()
        return answer.status, self._limited(answer)

    def _limited(self, answer: http.client.HTTPResponse) -> bytes:
        chunks, length = [], 0
        while chunk := answer.read(CHUNK_BYTES):
            length += len(chunk)
            if length > self._server.response_bytes:
                raise WrongAnswer(
                    self._server.name, f"it is longer than {self._server.response_bytes} bytes."
                )
            chunks.append(chunk)
        return b"".join(chunks)

    def _read(self, status: int, raw: bytes) -> dict[str, Any]:
        """A redirect is a refusal: where it leads to was never checked."""
        if 300 <= status < 400:
            raise ServerRefused(
                self._server.name, f"it answers with a redirect ({status}), which is not followed."
            )
        try:
            answer = json.loads(raw or b"{}")
        except (ValueError, RecursionError) as error:
            raise WrongAnswer(self._server.name, f"it is not JSON (status {status}).") from error
        if status >= 400:
            reason = answer.get("error") if isinstance(answer, dict) else None
            raise ServerRefused(
                self._server.name, short(str(reason or f"status {status}"), self._server.token)
            )
        return answer if isinstance(answer, dict) else {"list": answer}

    def _connection(self, deadline_seconds: float) -> http.client.HTTPConnection:
        with self._lock:
            kept = self._idle.pop() if self._idle else None
        if kept is not None and kept.sock is not None:
            kept.sock.settimeout(deadline_seconds)
            return kept
        return CheckedConnection(
            self._place.host, self._place.port, self._address, deadline_seconds, self._tls
        )

    def _keep(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._idle.append(connection)

    def _understood(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except Mismatch as error:
            raise WrongAnswer(self._server.name, f"{error}.") from error


class CheckedConnection(http.client.HTTPConnection):
    """Connects to the address that was checked; the name is for the Host header and the certificate only."""

    def __init__(
        self, host: str, port: int, address: str, seconds: float, tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(f"[{host}]" if ":" in host else host, port, timeout=seconds)
        self._name = host
        self._address = address
        self._tls = tls

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._name)


@contextmanager
def ended_at(until: float, connection: http.client.HTTPConnection) -> Iterator[Callable[[], bool]]:
    """Cut the connection at the deadline: a server that sends byte after byte would reset every other timeout."""
    over = threading.Event()

    def cut() -> None:
        over.set()
        try:
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it ended by itself

    timer = threading.Timer(max(0.0, until - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield over.is_set
    finally:
        timer.cancel()


def tls_context(server: RemoteServer) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=server.ca or None)


def model_path(model: str, version: str) -> str:
    path = f"/v2/models/{quote(model, safe='')}"
    return f"{path}/versions/{quote(version, safe='')}" if version else path


def sent(name: str, array: Array) -> dict[str, Any]:
    return {
        "name": name,
        "shape": list(array.shape),
        "datatype": datatype_of(array),
        "data": array.ravel().tolist(),
    }


def tensors(answer: dict[str, Any], kind: str) -> list[tuple[Any, Any, Any]]:
    listed = answer.get(kind)
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise Mismatch(f"it names no {kind}")
    return [(each.get("name"), each.get("datatype"), each.get("shape")) for each in listed]


def read(answer: dict[str, Any], promised: tuple[TensorFacts, ...]) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for each, parts in zip(answer.get("outputs") or [], tensors(answer, "outputs"), strict=True):
        facts = TensorFacts.parse(*parts)
        for wanted in promised:
            if wanted.name == facts.name:
                check_promise(facts, wanted)
        arrays[facts.name] = from_numbers(facts, each.get("data"))
    if missing := {wanted.name for wanted in promised} - arrays.keys():
        raise Mismatch(f"the output {sorted(missing)[0]} is missing")
    return arrays
