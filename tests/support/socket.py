"""A signalling client without a browser: what somebody else's program would send."""

import itertools
import json
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from .patience import patient
from .site import Site


class SignallingSocket:
    """One websocket to ``/ws/``, as ``person`` or as a guest. The greeting is read already."""

    def __init__(self, site: Site, person: str | None = None) -> None:
        headers = {"Origin": site.url}
        if person is not None:
            headers["Cookie"] = f"sessionid={site.people[person]['session']}"
        address = site.url.replace("http", "ws", 1) + "/ws/"
        self._numbers = itertools.count(1)
        self._opening = connect(
            address, additional_headers=headers, max_size=None, open_timeout=patient(10), proxy=None
        )

    def __enter__(self) -> Self:
        self.connection: ClientConnection = self._opening.__enter__()
        self.greeting = self.receive()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opening.__exit__(kind, error, trace)

    def receive(self, seconds: float = 10) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.connection.recv(timeout=patient(seconds)))
        return message

    def send(self, text: str | bytes) -> None:
        self.connection.send(text)

    def request(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a message and return the reply that carries its id."""
        number = f"test-{next(self._numbers)}"
        self.send(json.dumps({"type": kind, "id": number, **fields}))
        while True:
            message = self.receive()
            if message.get("id") == number:
                return message

    def close_code(self, seconds: float = 10) -> int | None:
        """Read until the server closes; return its code."""
        try:
            while True:
                self.connection.recv(timeout=patient(seconds))
        except ConnectionClosed:
            return self.connection.close_code
