"""The data channel ``showroom``: parameter changes in, results out. JSON text, one object a message."""

import json
import logging
from collections.abc import Callable
from typing import Any

from aiortc import RTCDataChannel

logger = logging.getLogger(__name__)

LABEL = "showroom"
MAX_MESSAGE_BYTES = 65_536
# Results are dropped rather than queued when the browser does not keep up.
MAX_BUFFERED_BYTES = 262_144


class DataChannel:
    """Sends and receives JSON objects; a broken message is counted and answered, never raised."""

    def __init__(self, channel: RTCDataChannel, on_message: Callable[[dict[str, Any]], None]) -> None:
        self._channel = channel
        self._on_message = on_message
        self.dropped_messages = 0
        # What was sent last, by type: only what is sent by ``send_new``.
        self._newest: dict[str, dict[str, Any]] = {}
        channel.on("message", self._receive)

    @property
    def is_open(self) -> bool:
        return bool(self._channel.readyState == "open")

    def close(self) -> None:
        """Take nothing more from it; safe when the browser has closed it already."""
        self._channel.remove_listener("message", self._receive)
        if self.is_open:
            self._channel.close()

    def send(self, message: dict[str, Any]) -> bool:
        """Send unless the channel is closed or far behind; return whether it was sent."""
        if not self.is_open or self._channel.bufferedAmount > MAX_BUFFERED_BYTES:
            self.dropped_messages += 1
            return False
        self._channel.send(json.dumps(message, separators=(",", ":"), allow_nan=False))
        return True

    def send_new(self, message: dict[str, Any]) -> None:
        """Send what describes a state, unless the last of its type here was the same."""
        if self._newest.get(message["type"]) != message and self.send(message):
            self._newest[message["type"]] = message

    def _receive(self, data: str | bytes) -> None:
        try:
            self._on_message(read_message(data))
        except (ValueError, RecursionError) as error:
            self.send({"type": "error", "code": "bad_message", "message": str(error)})


def read_message(data: str | bytes) -> dict[str, Any]:
    """Return the JSON object in ``data``; raise ValueError with a sentence for the client's developer."""
    if isinstance(data, bytes):
        raise ValueError("Send text; binary messages are not understood.")
    if len(data) > MAX_MESSAGE_BYTES:
        raise ValueError(f"A message may have at most {MAX_MESSAGE_BYTES} characters.")
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("The message is not JSON.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ValueError("A message is a JSON object with a type.")
    return message
