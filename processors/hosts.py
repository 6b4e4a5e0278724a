"""All processor hosts of this worker: one for each processor in use, kept alive, restarted, let go.

Each host has one thread here that starts the child process, waits until it has loaded, and looks after it until
nobody needs it. Sessions ask for the process in force and wait while there is none.
"""

import contextlib
import itertools
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from .exceptions import HostLost, HostStopped, ProcessorError
from .host.channel import Message, never
from .host.wire import error_from_wire
from .host_process import HostProcess, HostSpec
from .sandbox import InForce, Limits

logger = logging.getLogger(__name__)

RESTARTS = 3  # within RESTART_SECONDS; then the processor is stopped
RESTART_SECONDS = 60.0
FAILED_KEPT = 32  # hosts whose failure is still told; of older ones nothing is known any more
WARM_SECONDS = 60.0  # how long a host that was loaded ahead waits for its visitor
POLL_SECONDS = 0.1
ATTEND_SECONDS = 60.0
ENDING_POLL_SECONDS = 0.05
JOIN_SECONDS = 5.0

HostState = Literal["ready", "loading", "failed"]
Identity = tuple[str, int, str, int]  # the last is 0, or the number of a host that serves one session only


@dataclass(frozen=True)
class HostOptions:
    """How long things may take, and what hosts may do."""

    soft_deadline_seconds: float = 2.0
    hard_deadline_seconds: float = 5.0
    load_seconds: float = 60.0
    linger_seconds: float = 10.0
    limits: Limits = field(default_factory=Limits)


class HostReport(NamedTuple):
    """How the host of one row, as it was at one version, fares."""

    mark: str
    key: str
    version: int
    state: HostState
    reason: str = ""


class Ending(Protocol):
    """A session that was asked to close."""

    def has_ended(self) -> bool: ...
    def forget(self) -> None: ...


class Host:
    """A processor's place: the process in force, the next one when that is lost, and those who use it."""

    def __init__(
        self,
        spec: HostSpec,
        options: HostOptions,
        losses: deque[float],
        on_loss: Callable[[], None],
        on_end: Callable[["Host"], None],
    ) -> None:
        self.spec = spec
        self.options = options
        self.started = 0
        self._losses = losses
        self._last_cause = "crashed"
        self._on_loss, self._on_end = on_loss, on_end
        # Guards all below; told about every change.
        self._changed = threading.Condition()
        self._users = 0
        self._unused_since = time.monotonic()
        self._warm_until = 0.0
        self._ready: HostProcess | None = None
        self._error: ProcessorError | None = None
        self._failed_at = 0.0
        self._is_closing = False
        self._has_ended = False
        self._endings: list[tuple[Ending, HostProcess, float]] = []
        self._woken, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, name=f"host-{spec.key}", daemon=True)
        self._thread.start()

    # --- for sessions ------------------------------------------------------------------------------------

    def join(self) -> bool:
        """Become a user; False if this host is on its way out."""
        with self._changed:
            if self._is_closing or self._error is not None or self._has_ended:
                return False
            self._users += 1
            return True

    def leave(self) -> None:
        with self._changed:
            self._users -= 1
            self._unused_since = time.monotonic()
        self._wake_up()

    def keep_warm(self, seconds: float) -> None:
        with self._changed:
            self._warm_until = time.monotonic() + seconds
        self._wake_up()

    def process(self, is_unwanted: Callable[[], bool] = never) -> HostProcess | None:
        """Wait for the process in force; None if it became unwanted. Raises why there will be none."""
        with self._changed:
            while not is_unwanted():
                if self._error is not None:
                    raise self._error
                if self._has_ended:
                    raise HostStopped(self.spec.name, "was ended")
                if self._ready is not None and self._ready.is_alive:
                    return self._ready
                self._changed.wait(POLL_SECONDS)
        return None

    def watch_ending(self, ending: Ending, process: HostProcess) -> None:
        """See to it that a session ends in time; what hangs there takes the process with it."""
        with self._changed:
            is_watched = not self._has_ended
            if is_watched:
                deadline = time.monotonic() + self.options.hard_deadline_seconds
                self._endings.append((ending, process, deadline))
        if is_watched:
            self._wake_up()
        else:
            ending.forget()

    # --- for the pool --------------------------------------------------------------------------------------

    @property
    def state(self) -> HostState:
        with self._changed:
            if self._error is not None:
                return "failed"
            return "ready" if self._ready is not None else "loading"

    @property
    def error(self) -> ProcessorError | None:
        return self._error

    @property
    def may_do_better(self) -> bool:
        """Whether it was stopped a while ago: whoever opens it now gets a new try. A load that failed fails again."""
        return isinstance(self._error, HostStopped) and time.monotonic() - self._failed_at >= RESTART_SECONDS

    @property
    def report(self) -> HostReport:
        error = self._error
        reason = error.message if error is not None else ""
        return HostReport(self.spec.mark, self.spec.key, self.spec.version, self.state, reason)

    @property
    def in_force(self) -> InForce | None:
        ready = self._ready
        return ready.in_force if ready is not None else None

    @property
    def pid(self) -> int | None:
        ready = self._ready
        return ready.pid if ready is not None else None

    def request_close(self) -> None:
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._wake_up()

    def wait_closed(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _wake_up(self) -> None:
        with self._changed:
            if not self._has_ended:
                os.write(self._wake, b"w")

    # --- the thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self._may_start() and self._live():
                pass
        except Exception:
            logger.exception("The host of %s failed", self.spec.name)
            self._give_up(HostStopped(self.spec.name, "could not be looked after"))
        finally:
            self._end()

    def _live(self) -> bool:
        """Start a process and stay with it; return whether another one is to follow."""
        process = HostProcess(self.spec, self.options.limits)
        self.started += 1
        try:
            if self._load(process):
                self._set_ready(process)
                self._attend(process)
            return False
        except HostLost as loss:
            return self._goes_on_after(loss)
        except ProcessorError as error:
            self._give_up(error)
            return False
        finally:
            self._set_ready(None)
            process.close()
            self._forget_endings(process)

    def _load(self, process: HostProcess) -> bool:
        """Wait until the processor is loaded; False if nobody wants it any more."""
        deadline = time.monotonic() + self.options.load_seconds
        process.order_load()
        while (remaining := deadline - time.monotonic()) > 0 and not self._may_end():
            message = self._next(process, remaining) or {}
            if "in_force" in message:
                process.in_force = in_force(message["in_force"])
            if "failed" in message:
                raise error_from_wire(self.spec.name, message["failed"])
            if message.get("loaded") is True:
                return True
        if remaining <= 0:
            raise HostStopped(self.spec.name, f"was not loaded after {self.options.load_seconds:g} s")
        return False

    def _attend(self, process: HostProcess) -> None:
        while not self._may_end():
            if self._next(process, self._seconds_to_look_again()) is not None:
                process.kill("said what nobody had asked")
            self._check_endings()

    def _next(self, process: HostProcess, seconds: float) -> Message | None:
        message = process.next_message(seconds, self._woken)
        with contextlib.suppress(BlockingIOError):
            os.set_blocking(self._woken, False)
            os.read(self._woken, 1024)
        return message

    def _seconds_to_look_again(self) -> float:
        with self._changed:
            if self._endings:
                return ENDING_POLL_SECONDS
            if self._users:
                return ATTEND_SECONDS
            return min(ATTEND_SECONDS, max(0.01, self._ends_at() - time.monotonic()))

    def _may_end(self) -> bool:
        with self._changed:
            if not self._is_closing and not self._users and not self._endings:
                self._is_closing = time.monotonic() >= self._ends_at()
            return self._is_closing

    def _ends_at(self) -> float:
        return max(self._warm_until, self._unused_since + self.options.linger_seconds)

    def _check_endings(self) -> None:
        now = time.monotonic()
        with self._changed:
            going, self._endings = self._endings, []
        for ending, process, deadline in going:
            if ending.has_ended():
                ending.forget()
                continue
            if now > deadline:
                process.kill(f"did not end a session within {self.options.hard_deadline_seconds:g} s")
            with self._changed:
                self._endings.append((ending, process, deadline))

    def _forget_endings(self, process: HostProcess) -> None:
        with self._changed:
            gone = [each for each in self._endings if each[1] is process]
            self._endings = [each for each in self._endings if each[1] is not process]
        for ending, _process, _deadline in gone:
            ending.forget()

    def _goes_on_after(self, loss: HostLost) -> bool:
        now = time.monotonic()
        logger.warning("The host of %s %s", self.spec.name, loss.cause)
        self._on_loss()
        with self._changed:
            # One that is to stay comes back for its next visitor, too.
            if self._is_closing or not (self._users or now < self._warm_until):
                return False
        self._losses.append(now)
        self._last_cause = loss.cause
        return True

    def _may_start(self) -> bool:
        """Refuse after too many losses, also those of an earlier host of the same processor."""
        now = time.monotonic()
        recent = [moment for moment in self._losses if now - moment < RESTART_SECONDS]
        if len(recent) <= RESTARTS:
            return True
        self._give_up(HostStopped(self.spec.name, f"{self._last_cause} {len(recent)} times within a minute"))
        return False

    def _set_ready(self, process: HostProcess | None) -> None:
        with self._changed:
            self._ready = process
            self._changed.notify_all()

    def _give_up(self, error: ProcessorError) -> None:
        with self._changed:
            self._error, self._failed_at = error, time.monotonic()
            self._changed.notify_all()

    def _end(self) -> None:
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()
            os.close(self._woken)
            os.close(self._wake)
        self._on_end(self)


class HostPool:
    """Finds or makes the host for a processor; the last session that leaves lets it go, after a while."""

    def __init__(self, options: HostOptions | None = None) -> None:
        self.options = options or HostOptions()
        self._lock = threading.Lock()
        self._hosts: dict[Identity, Host] = {}
        # When hosts were lost, by identity: a restart by a new session counts like any other.
        self._losses: dict[Identity, deque[float]] = {}
        self._numbers = itertools.count(1)
        self.lost = 0
        self._is_closed = False

    def acquire(self, spec: HostSpec, alone: bool = False) -> Host:
        """Return a host to use; pair it with ``host.leave()``. ``alone``: one that no other session gets."""
        identity = (*spec.identity, next(self._numbers) if alone else 0)
        with self._lock:
            if self._is_closed:
                raise HostStopped(spec.name, "was ended with its worker")
            host = self._hosts.get(identity)
            if host is None or not host.join():
                self._hosts.pop(identity, None)
                host = self._hosts[identity] = self._new(identity, spec)
                host.join()
            return host

    def warm(self, spec: HostSpec, seconds: float = WARM_SECONDS) -> None:
        """Load ahead of the first visitor, and keep it so long even if nobody comes. Returns at once."""
        host = self.acquire(spec)
        host.keep_warm(seconds)
        host.leave()

    def cool(self, spec: HostSpec) -> None:
        """Nobody is expected any more: the host goes after its last session."""
        with self._lock:
            host = self._hosts.get((*spec.identity, 0))
        if host is not None:
            host.keep_warm(0)

    def reports(self) -> list[HostReport]:
        """How each host fares that several sessions may share."""
        with self._lock:
            hosts = [host for identity, host in self._hosts.items() if not identity[-1]]
        return [host.report for host in hosts if not host.may_do_better]

    def states(self) -> dict[str, HostState]:
        """Return ready, loading or failed for each catalogue key that has a host."""
        return {report.key: report.state for report in self.reports()}

    def levels(self) -> set[str]:
        """Return how well the hosts that run say they are kept apart."""
        with self._lock:
            hosts = list(self._hosts.values())
        return {in_force.level for host in hosts if (in_force := host.in_force) is not None}

    def pids(self) -> list[int]:
        with self._lock:
            return [host.pid for host in self._hosts.values() if host.pid is not None]

    def close(self) -> None:
        """End all hosts; nothing is left when it returns."""
        with self._lock:
            self._is_closed = True
            hosts = list(self._hosts.values())
        for host in hosts:
            host.request_close()
        for host in hosts:
            if not host.wait_closed(JOIN_SECONDS):
                logger.error("The host of %s did not end", host.spec.name)

    def _new(self, identity: Identity, spec: HostSpec) -> Host:
        losses = self._losses.setdefault(identity, deque(maxlen=RESTARTS + 1))
        return Host(spec, self.options, losses, self._count_loss, lambda host: self._forget(identity, host))

    def _count_loss(self) -> None:
        with self._lock:
            self.lost += 1

    def _forget(self, identity: Identity, host: Host) -> None:
        with self._lock:
            if self._hosts.get(identity) is host and (host.error is None or identity[-1]):
                del self._hosts[identity]
            self._tidy_up()

    def _tidy_up(self) -> None:
        """Versions come and go: what became of the old ones is not remembered for ever."""
        failed = [identity for identity, host in self._hosts.items() if host.error is not None]
        for identity in failed[:-FAILED_KEPT]:
            del self._hosts[identity]
        long_ago = time.monotonic() - RESTART_SECONDS
        for identity, losses in list(self._losses.items()):
            if identity not in self._hosts and (identity[-1] or not losses or losses[-1] < long_ago):
                del self._losses[identity]


def in_force(said: object) -> InForce | None:
    if not isinstance(said, dict):
        return None
    return InForce(
        level=str(said.get("level"))[:20],
        files_hidden=said.get("files_hidden") is True,
        user=str(said.get("user"))[:40],
    )
