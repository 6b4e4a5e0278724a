"""Watches a child: reads its lines, and gives it up when it says nothing for too long."""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0  # for our own imports on a busy machine, before anything foreign is touched
TOTAL_SECONDS = 900.0  # also for one that always gives some sign of life
READ_BYTES = 65536
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


def lines_of(order: Mapping[str, Any], hang_seconds: float) -> Iterator[dict[str, Any]]:
    """Run the child and yield what it says; raise ``ChildEnded`` if it does not come to its end."""
    with tempfile.TemporaryFile() as errors:
        child = started({**order, "hang_seconds": hang_seconds}, errors)
        try:
            yield from said(child, hang_seconds)
        except EndedEarly as ended:
            raise ChildEnded(str(ended), tail(errors)) from None
        finally:
            end(child)


class EndedEarly(Exception):
    pass


def started(order: Mapping[str, Any], errors: IO[bytes]) -> "subprocess.Popen[bytes]":
    child = subprocess.Popen(
        [sys.executable, "-m", "processors.packages.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=ROOT,
        env=clean_environment(),
        # What it starts ends with it.
        start_new_session=True,
    )
    assert child.stdin is not None
    child.stdin.write(json.dumps(order).encode())
    child.stdin.close()
    return child


def said(child: "subprocess.Popen[bytes]", hang_seconds: float) -> Iterator[dict[str, Any]]:
    assert child.stdout is not None
    waiting, end_at, patience = b"", time.monotonic() + TOTAL_SECONDS, max(START_SECONDS, hang_seconds)
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(min(patience, max(0.0, end_at - time.monotonic()))):
                raise EndedEarly(f"no sign of life for {patience:g} s")
            received, patience = os.read(child.stdout.fileno(), READ_BYTES), hang_seconds
            if not received:
                raise EndedEarly(ending(child))
            *whole, waiting = (waiting + received).split(b"\n")
            for line in map(json.loads, whole):
                if line.get("done"):
                    return
                yield line


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


def tail(errors: IO[bytes]) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 20_000))
    return errors.read().decode(errors="replace")


def clean_environment() -> dict[str, str]:
    """No secrets of the site for code under test, and no compiled files beside it."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
