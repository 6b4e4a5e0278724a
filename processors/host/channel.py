"""Messages between a worker and its host: JSON behind its length, with file descriptors beside it.

Used on both sides. Neither trusts the other's haste: reading and writing have deadlines.
"""

import json
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

HEADER = struct.Struct("!I")
CHUNK_BYTES = 64 * 1024
TO_HOST_BYTES = 64 * 1024 * 1024  # files of parameters
FROM_HOST_BYTES = 256 * 1024
MOST_DESCRIPTORS = 4
SLICE_SECONDS = 0.1  # how soon a waiting thread notices that nobody wants the answer any more
SEND_SECONDS = 5.0

Message = dict[str, Any]


class ChannelClosed(Exception):
    """The other side is gone, or sent what is no message."""


def never() -> bool:
    return False


class Channel:
    """One end of a pair of sockets. One thread reads; several may write."""

    def __init__(self, end: socket.socket, most_bytes: int, takes_descriptors: bool = False) -> None:
        self._socket = end
        self._socket.setblocking(False)
        self._most_bytes = most_bytes
        self._takes_descriptors = takes_descriptors
        self._buffer = bytearray()
        self._descriptors: list[int] = []
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(end, select.POLLIN)
        self._writable.register(end, select.POLLOUT)
        self._writing = threading.Lock()

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
        body = json.dumps(message).encode()
        with self._writing:
            try:
                self._send(HEADER.pack(len(body)) + body, descriptors)
            except OSError as error:
                raise ChannelClosed(str(error)) from error

    def receive(
        self, seconds: float | None = None, is_unwanted: Callable[[], bool] = never
    ) -> Message | None:
        """Return the next message; None if none came in time, or if it became unwanted."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while (message := self._next_message()) is None:
            if not self._wait(deadline, is_unwanted):
                return None
            self._read()
        return message

    def has_message(self) -> bool:
        """Whether a message is here already, so that the socket need not become readable."""
        if len(self._buffer) < HEADER.size:
            return False
        (length,) = HEADER.unpack_from(self._buffer)
        return bool(len(self._buffer) >= HEADER.size + length)

    def take_descriptors(self, count: int) -> list[int]:
        """Return the oldest descriptors; they are the caller's from now on.

        They may be here before the message that they belong to has been given out, so messages say how many.
        """
        taken, self._descriptors = self._descriptors[:count], self._descriptors[count:]
        return taken

    def close(self) -> None:
        self._socket.close()
        for descriptor in self._descriptors:
            os.close(descriptor)

    def _send(self, data: bytes, descriptors: Sequence[int]) -> None:
        deadline = time.monotonic() + SEND_SECONDS
        rest, beside = memoryview(data), list(descriptors)
        while rest:
            try:
                sent = socket.send_fds(self._socket, [rest], beside) if beside else self._socket.send(rest)
                rest, beside = rest[sent:], []
            except BlockingIOError:
                remaining = deadline - time.monotonic()
                if remaining <= 0 or not self._writable.poll(remaining * 1000):
                    raise ChannelClosed("The other side reads nothing.") from None

    def _wait(self, deadline: float | None, is_unwanted: Callable[[], bool]) -> bool:
        """Look at least once, also when there is no time left."""
        while not is_unwanted():
            remaining = SLICE_SECONDS if deadline is None else min(SLICE_SECONDS, deadline - time.monotonic())
            endless = deadline is None and is_unwanted is never
            if self._readable.poll(None if endless else max(0.0, remaining) * 1000):
                return True
            if remaining <= 0:
                return False
        return False

    def _read(self) -> None:
        """Take what is there. Without an own place for them, the kernel closes descriptors that came along."""
        try:
            if self._takes_descriptors:
                data, beside, _flags, _address = socket.recv_fds(self._socket, CHUNK_BYTES, MOST_DESCRIPTORS)
                self._descriptors += beside
            else:
                data = self._socket.recv(CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            raise ChannelClosed(str(error)) from error
        if not data:
            raise ChannelClosed("The other side closed the connection.")
        self._buffer += data

    def _next_message(self) -> Message | None:
        if len(self._buffer) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(self._buffer)
        if length > self._most_bytes:
            raise ChannelClosed(f"A message of {length} bytes came; the most is {self._most_bytes}.")
        end = HEADER.size + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[HEADER.size : end])
        del self._buffer[:end]
        return decoded(body)


def decoded(body: bytes) -> Message:
    try:
        message = json.loads(body, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ChannelClosed(f"What came is no JSON: {error}") from error
    if not isinstance(message, dict):
        raise ChannelClosed("What came is no JSON object.")
    return message


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
