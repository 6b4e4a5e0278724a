"""One child process that runs a processor: started, listened to, ended. Belongs to a ``Host``."""

import contextlib
import hashlib
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from . import catalogue
from .exceptions import HostLost
from .host.channel import FROM_HOST_BYTES, Channel, ChannelClosed, Message
from .remote.entries import all_remote, with_secrets
from .sandbox import CODE, LEVELS, InForce, Limits, bare_environment, code_folders

logger = logging.getLogger(__name__)

REAP_SECONDS = 2.0
READ_BYTES = 4096
# What a host writes goes to our log, but not without end.
LOG_LINES = 40
LOG_SECONDS = 10.0
LINE_CHARACTERS = 500
FLOOD_READS = 50
FLOOD_SECONDS = 1.0

# A child asks the kernel to end it with the thread that started it, so this one stays as long as the process.
starter = ThreadPoolExecutor(1, thread_name_prefix="start-hosts")


@dataclass(frozen=True)
class HostSpec:
    """What a host is for: a catalogue row as it was at one version."""

    key: str
    version: int = 0
    configuration: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""

    @property
    def identity(self) -> tuple[str, int, str]:
        return self.key, self.version, json.dumps(dict(self.configuration), sort_keys=True, default=repr)

    @property
    def mark(self) -> str:
        """A short name for the identity, the same in every process that knows the row."""
        return hashlib.sha256(json.dumps(self.identity).encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        return self.label or self.key

    @property
    def needs_network(self) -> bool:
        """Code of others never gets one, whatever its configuration says."""
        return catalogue.is_our_own(self.key) and all_remote(self.configuration)


class HostProcess:
    def __init__(self, spec: HostSpec, limits: Limits) -> None:
        self.spec = spec
        self.in_force: InForce | None = None
        # Why we killed it; empty if it went by itself.
        self._our_reason = ""
        self._log = HostLog(spec.name)
        ours, theirs = socket.socketpair()
        with theirs:
            limits = replace(limits, network=spec.needs_network)
            self._child = starter.submit(start, theirs, limits).result()
        self._channel = Channel(ours, FROM_HOST_BYTES)
        assert self._child.stderr is not None
        self._errors = self._child.stderr.fileno()
        os.set_blocking(self._errors, False)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        return not self._our_reason and self._child.poll() is None

    def order_load(self) -> None:
        """Tokens are opened for a host that may use them, and for no other."""
        configuration = self.spec.configuration
        opened = with_secrets(configuration) if self.spec.needs_network else dict(configuration)
        self._tell({"key": self.spec.key, "configuration": opened})

    def open_session(self) -> socket.socket:
        """Return the worker's end of a new session."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._tell({"session": True}, theirs.fileno())
            except HostLost:
                ours.close()
                raise
        return ours

    def next_message(self, seconds: float, wake: int) -> Message | None:
        """Wait for a message, for ``wake`` to become readable or for time to pass; keep the log meanwhile."""
        if self._channel.has_message():
            return self._received()
        poll = select.poll()
        may_write = not self._log.is_flooded()
        for descriptor in (self._channel.fileno(), self._errors if may_write else -1, wake):
            if descriptor >= 0:
                poll.register(descriptor, select.POLLIN)
        seconds = seconds if may_write else min(seconds, FLOOD_SECONDS)
        ready = {descriptor for descriptor, _event in poll.poll(max(0.0, seconds) * 1000)}
        if self._errors in ready and not self._log.read(self._errors):
            self._errors = -1
        return self._received() if self._channel.fileno() in ready else None

    def kill(self, reason: str = "was ended") -> None:
        """End it with all it may have started; ``reason`` goes into the sentence that visitors read."""
        if self._child.poll() is None:
            self._our_reason = self._our_reason or reason
        elif self.in_force is None or self.in_force.level != LEVELS[0]:
            return  # it could start nothing, and its number may be another's by now
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)

    def loss(self) -> HostLost:
        """Say why it is gone; one that only fell silent is ended first."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(REAP_SECONDS if self._our_reason else 0.5)
        if self._child.returncode is None:
            self.kill("closed its connection")
        return HostLost(self.spec.name, self.cause())

    def cause(self) -> str:
        code = self._child.returncode
        if self._our_reason:
            return self._our_reason
        if code is not None and code < 0:
            return said_of_signal(-code)
        return "ended by itself" if not code else f"ended by itself with status {code}"

    def close(self) -> None:
        """Kill and reap; nothing of it is left."""
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(REAP_SECONDS)
        self._channel.close()
        if self._child.stderr is not None:
            if self._errors >= 0:
                self._log.read(self._errors)
            self._child.stderr.close()

    def _received(self) -> Message | None:
        try:
            return self._channel.receive(0)
        except ChannelClosed as error:
            raise self.loss() from error

    def _tell(self, message: Message, *descriptors: int) -> None:
        try:
            self._channel.send(message, descriptors)
        except ChannelClosed as error:
            raise self.loss() from error


class HostLog:
    """Lines that a host writes, in our own log."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rest = b""
        self._written: deque[float] = deque(maxlen=LOG_LINES)
        self._read_at: deque[float] = deque(maxlen=FLOOD_READS)

    def is_flooded(self) -> bool:
        """Whether so much came lately that the writer may wait: reading it all would cost us a core."""
        full = len(self._read_at) == FLOOD_READS
        return full and time.monotonic() - self._read_at[0] < FLOOD_SECONDS

    def read(self, descriptor: int) -> bool:
        """Take what is there; False at the end."""
        self._read_at.append(time.monotonic())
        try:
            data = os.read(descriptor, READ_BYTES)
        except BlockingIOError:
            return True
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-READ_BYTES:]
        for line in lines:
            self._write(line)
        return bool(data)

    def _write(self, line: bytes) -> None:
        now = time.monotonic()
        if len(self._written) == LOG_LINES and now - self._written[0] < LOG_SECONDS:
            return
        self._written.append(now)
        logger.warning("%s: %s", self._name, line.decode(errors="replace")[:LINE_CHARACTERS])


def start(end: socket.socket, limits: Limits) -> "subprocess.Popen[bytes]":
    """In the thread that lives as long as this process."""
    folders = code_folders()
    order = {
        "limits": asdict(limits) | {"readable": [*limits.readable, *folders]},
        "parent": os.getpid(),
        "folders": folders,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "processors.host", str(end.fileno()), json.dumps(order)],
        cwd=CODE.parent,
        env=bare_environment(),
        pass_fds=[end.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def said_of_signal(number: int) -> str:
    if number == signal.SIGKILL:
        return "was killed by the system, most likely for want of memory"
    with contextlib.suppress(ValueError):
        return f"crashed ({signal.Signals(number).name})"
    return f"crashed (signal {number})"
