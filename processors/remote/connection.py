"""One connection per server, shared by all sessions of a process: connect, break, probe, and come back."""

import logging
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol, TypeVar

from .addresses import Resolve, check_place, resolve_within
from .breaker import PROBE_SECONDS, CircuitBreaker
from .errors import RemoteError, ServerAway
from .grpc_client import GrpcClient
from .json_client import JsonClient
from .server import Call, ModelFacts, RemoteServer, ServerFacts
from .tensors import Array

logger = logging.getLogger(__name__)

T = TypeVar("T")

LOOK_UP_SECONDS = 1.0  # names are looked up once per connection, so this may take longer than a frame


class Client(Protocol):
    def server_facts(self, deadline_seconds: float) -> ServerFacts: ...
    def model_names(self, deadline_seconds: float) -> list[str]: ...
    def model_facts(self, model: str, version: str, deadline_seconds: float) -> ModelFacts: ...
    def infer(self, call: Call) -> dict[str, Array]: ...
    def close(self) -> None: ...


class Connection:
    """Callable from any thread. Each connection is made to an address that was looked up and checked for it."""

    def __init__(self, server: RemoteServer, resolve: Resolve | None = None) -> None:
        self.server = server
        self.breaker = CircuitBreaker()
        self._resolve = resolve or resolve_within(LOOK_UP_SECONDS)
        self._lock = threading.Lock()
        self._client: Client | None = None
        # Of a host with several addresses each new connection takes the next.
        self._connected = 0

    def infer(self, call: Call) -> dict[str, Array]:
        return self.guarded(lambda client: client.infer(call))

    def server_facts(self, deadline_seconds: float) -> ServerFacts:
        return self.guarded(lambda client: client.server_facts(deadline_seconds))

    def model_names(self, deadline_seconds: float) -> list[str]:
        return self.guarded(lambda client: client.model_names(deadline_seconds))

    def model_facts(self, model: str, version: str, deadline_seconds: float) -> ModelFacts:
        return self.guarded(lambda client: client.model_facts(model, version, deadline_seconds))

    def guarded(self, ask: Callable[[Client], T]) -> T:
        """Ask once; there is no second try for a frame, the next one comes soon enough."""
        if not self.breaker.lets_through():
            raise ServerAway(self.server.name, PROBE_SECONDS)
        try:
            answer = ask(self._connect())
        except RemoteError as error:
            self._count_failure(error)
            raise
        if self.breaker.is_open:
            logger.info("The inference server %s is back", self.server.name)
        self.breaker.succeeded()
        return answer

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _count_failure(self, error: RemoteError) -> None:
        """From the moment the breaker opens each probe connects anew: the address may have changed meanwhile."""
        was_open = self.breaker.is_open
        self.breaker.failed()
        if not self.breaker.is_open:
            return
        if not was_open:
            logger.warning(
                "The inference server %s is left alone for now. %s", self.server.name, error.detail
            )
        self.close()

    def _connect(self) -> Client:
        with self._lock:
            if self._client is None:
                self._client = self._connected_client()
            return self._client

    def _connected_client(self) -> Client:
        place = self.server.place
        addresses = check_place(place, self.server.allowed, self._resolve)
        address = addresses[self._connected % len(addresses)]
        self._connected += 1
        return GrpcClient(self.server, address) if place.is_grpc else JsonClient(self.server, address)


@lru_cache(maxsize=64)
def connection_to(server: RemoteServer) -> Connection:
    """The one connection of this process to the server; a server with other settings is another one."""
    return Connection(server)
