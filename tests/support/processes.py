"""Start programs of the tests and stop them by their process id, with proof that nothing is left."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from .patience import patient, wait_until

ROOT = Path(__file__).resolve().parents[2]


def program(*names: str) -> str:
    """Return the path of the first program that exists; a missing one is a failure, never a skip."""
    for name in names:
        found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/sbin")
        if found:
            return found
    pytest.fail(f"{names[0]} is not installed; `make packages` installs what the tests drive")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_port_range(count: int) -> int:
    """Return the first of ``count`` ports in a row that are all free."""
    while True:
        first = free_port()
        if first + count < 65536 and all(_is_free(first + offset) for offset in range(count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class RunningProgram:
    """A program in a process group of its own; its output goes to a log file."""

    def __init__(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.log = log
        self.command = list(command)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=None if environment is None else dict(environment),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def expect_running(self) -> None:
        code = self.process.poll()
        if code is not None:
            raise AssertionError(f"{' '.join(self.command)} ended with {code}:\n{self.output()[-4000:]}")

    def left_over(self) -> list[int]:
        """Process ids of this program's session, itself included."""
        return [pid for pid in _living_processes() if _session_of(pid) == self.pid]

    def stop(self, ask: signal.Signals = signal.SIGINT, seconds: float = 10) -> float:
        """Ask the program to end; return how long it took. Whatever is left is killed and reported."""
        started_at = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(ask)
        try:
            self.process.wait(patient(seconds))
            took_seconds = time.monotonic() - started_at
            wait_until(lambda: not self.left_over(), "the children of the program are gone", seconds=3)
        except (subprocess.TimeoutExpired, AssertionError) as error:
            left = self.left_over()
            self.kill()
            raise AssertionError(
                f"{' '.join(self.command)} left processes {left}: {error}\n{self.output()[-4000:]}"
            ) from error
        return took_seconds

    def abort(self, seconds: float = 3) -> None:
        """End the program by SIGABRT: with PYTHONFAULTHANDLER it writes where each of its threads stands."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGABRT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patient(seconds))

    def kill(self) -> None:
        """End it and its children at once, and wait until none of them lives."""
        wait_until(self._kill_left_over, "what was killed is gone", seconds=10)
        self.process.wait()

    def _kill_left_over(self) -> bool:
        """Return whether nothing was left; who was killed takes a moment to go, and may have begun another."""
        left = self.left_over()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not left


def _living_processes() -> list[int]:
    command = ["ps", "-A", "-o", "pid=,stat="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    each = (line.split() for line in listed.stdout.splitlines())
    return [int(pid) for pid, state in each if not state.startswith("Z")]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None
