"""Runs a child that may hang, crash or talk without end: what it costs us is bounded in time and in memory."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .last_words import LastWords

ROOT = Path(__file__).parents[1]


class TooLong(Exception):
    """It took longer than it may."""


class TooMuch(Exception):
    """It wrote more than it may."""


@dataclass(frozen=True)
class Ended:
    status: int
    written: bytes
    last_words: str


def run(
    module: str, order: Mapping[str, Any], environment: Mapping[str, str], seconds: float, most_bytes: int
) -> Ended:
    """Give the order as JSON on its input and return what it wrote; one that goes too far is ended."""
    child = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=dict(environment),
        # What it starts ends with it.
        start_new_session=True,
    )
    patience = Patience(child, seconds)
    try:
        return conversation(child, order, patience, most_bytes)
    finally:
        patience.cancel()
        kill(child)
        child.wait()


class Patience(threading.Timer):
    def __init__(self, child: "subprocess.Popen[bytes]", seconds: float) -> None:
        super().__init__(seconds, self._end)
        self.is_over = False
        self._child = child
        self.start()

    def _end(self) -> None:
        self.is_over = True
        kill(self._child)


def conversation(
    child: "subprocess.Popen[bytes]", order: Mapping[str, Any], patience: Patience, most_bytes: int
) -> Ended:
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    words = LastWords(child.stderr)
    with child.stdout:
        with contextlib.suppress(BrokenPipeError), child.stdin:
            child.stdin.write(json.dumps(order).encode())
        written = child.stdout.read(most_bytes + 1)
    if len(written) > most_bytes:
        raise TooMuch
    status = child.wait()
    if patience.is_over:
        raise TooLong
    return Ended(status, written, words.text())


def kill(child: "subprocess.Popen[bytes]") -> None:
    """With all that it may have started."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
