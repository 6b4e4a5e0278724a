"""The process in which foreign code is imported and tried: ``python -m processors.packages.child``.

It reads an order as JSON and writes one JSON object per line: where it is, what it found. When it hangs or crashes,
its last line and the trace on its error output tell where.
"""

import contextlib
import faulthandler
import json
import os
import resource
import signal
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from .. import sandbox
from ..bench import answer_alone, readable_folders
from .conformance import suite
from .conformance.subject import Subject

DATA_BYTES = 6 * 1024**3  # a leak must end this process, not the machine
LAST_SHARE = 2.0
TRACE_SHARE = 0.8  # of the time after which we are given up: then the trace says where we hang


class Lines:
    """The way back. Each line is a sign of life, so each sets the alarm anew."""

    def __init__(self, answers: TextIO, hang_seconds: float) -> None:
        self.answers = answers
        self.trace_seconds = hang_seconds * TRACE_SHARE
        self.last_seconds = hang_seconds * LAST_SHARE

    def say(self, line: Mapping[str, Any]) -> None:
        faulthandler.dump_traceback_later(self.trace_seconds)
        # Its default action ends this process, if nobody is left who would.
        signal.setitimer(signal.ITIMER_REAL, self.last_seconds)
        self.answers.write(json.dumps(line) + "\n")
        self.answers.flush()


def check(order: Mapping[str, Any], lines: Lines) -> None:
    suite.run(Subject(order["key"], order["configuration"], lines.say))


def main() -> None:
    order = json.load(sys.stdin)
    # What a processor prints goes to the error output, and so do the traces.
    with answer_alone() as answers:
        faulthandler.enable(sys.stderr)
        limit_memory()
        # Before any other thread, and before anything foreign is imported.
        keep_apart(order["limits"])
        lines = Lines(answers, order["hang_seconds"])
        lines.say({"at": ""})
        check(order, lines)
        lines.say({"done": True})
        # A thread that does not end would keep this process; everything has been said.
        os._exit(0)


def keep_apart(limits: Mapping[str, Any] | None) -> None:
    """The sandbox of processor hosts, unless whoever started this wants to run that code with all their rights."""
    if limits is not None:
        readable = (*limits["readable"], *readable_folders())
        sandbox.restrict(sandbox.Limits(**{**limits, "readable": readable}), os.getppid())


def limit_memory() -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))


if __name__ == "__main__":
    main()
