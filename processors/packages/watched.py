"""Watches a child: reads its lines, and gives it up when it says nothing for too long."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..last_words import LastWords
from ..sandbox import Limits, bare_environment

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0  # for our own imports on a busy machine, before anything foreign is touched
TOTAL_SECONDS = 900.0  # also for one that always gives some sign of life
READ_BYTES = 65536
# What it may say, in one line and in all: the sentences of a whole suite are a tenth of it.
LINE_BYTES = 1024**2
SAID_BYTES = 16 * 1024**2
KEPT_VARIABLES = (
    "PATH",
    "PYTHONPATH",
    "LANG",
    "LC_ALL",
    "HOME",
    "TMPDIR",
    "SHOWROOM_MODELS_DIR",
    "SHOWROOM_ONNX_PROVIDERS",
)


class ChildEnded(Exception):
    """It hung or crashed; ``trace`` is what it wrote last on its error output."""

    def __init__(self, message: str, trace: str) -> None:
        super().__init__(message)
        self.message = message
        self.trace = trace


def lines_of(
    order: Mapping[str, Any], hang_seconds: float, limits: Limits | None
) -> Iterator[dict[str, Any]]:
    """Run the child and yield what it says; raise ``ChildEnded`` if it does not come to its end.

    ``limits`` are those of its sandbox; without any it may do what we may.
    """
    child = started(limits is not None)
    assert child.stderr is not None
    words = LastWords(child.stderr)
    try:
        give(child, {**order, "hang_seconds": hang_seconds, "limits": limits and asdict(limits)})
        yield from said(child, hang_seconds)
    except EndedEarly as ended:
        end(child)
        raise ChildEnded(str(ended), words.text()) from None
    finally:
        end(child)


class EndedEarly(Exception):
    pass


def started(is_sandboxed: bool) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "processors.packages.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=(calm_environment() if is_sandboxed else {}) | clean_environment(),
        # What it starts ends with it.
        start_new_session=True,
    )


def give(child: "subprocess.Popen[bytes]", order: Mapping[str, Any]) -> None:
    assert child.stdin is not None
    try:
        with child.stdin:
            child.stdin.write(json.dumps(order).encode())
    except BrokenPipeError:
        raise EndedEarly(ending(child)) from None


def said(child: "subprocess.Popen[bytes]", hang_seconds: float) -> Iterator[dict[str, Any]]:
    assert child.stdout is not None
    waiting, end_at, patience = b"", time.monotonic() + TOTAL_SECONDS, max(START_SECONDS, hang_seconds)
    said_bytes = 0
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(min(patience, max(0.0, end_at - time.monotonic()))):
                raise EndedEarly(f"no sign of life for {patience:g} s")
            received, patience = os.read(child.stdout.fileno(), READ_BYTES), hang_seconds
            if not received:
                raise EndedEarly(ending(child))
            said_bytes += len(received)
            *whole, waiting = (waiting + received).split(b"\n")
            if said_bytes > SAID_BYTES or len(waiting) > LINE_BYTES:
                raise EndedEarly("it says more than anybody reads")
            for line in map(understood, whole):
                if line.get("done"):
                    return
                yield line


def understood(line: bytes) -> dict[str, Any]:
    """The way back is open to the code under test as well, so what comes may be no line of ours."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise EndedEarly("what it says is no report")
    return said


def ending(child: "subprocess.Popen[bytes]") -> str:
    status = child.wait(10)
    if status < 0:
        return f"its process was ended by {signal.Signals(-status).name}"
    return f"its process ended with status {status}"


def end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def calm_environment() -> dict[str, str]:
    """Without threads that would keep the sandbox out. Memory that is free goes back: else growth is not seen."""
    return {name: value for name, value in bare_environment().items() if not name.startswith("MALLOC_")}


def clean_environment() -> dict[str, str]:
    """No secrets of the site for code under test, and no compiled files beside it."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
