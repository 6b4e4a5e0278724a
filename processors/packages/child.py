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

from .. import catalogue
from ..base import Processor
from ..bench import answer_alone
from ..exceptions import ProcessorError
from ..manifest import manifest
from .conformance import suite
from .conformance.subject import Subject
from .conformance.words import raised

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
    suite.run(Subject(order["keys"][0], order["configuration"], lines.say))


def describe(order: Mapping[str, Any], lines: Lines) -> None:
    for key in order["keys"]:
        lines.say({"at": key})
        lines.say({"described": described(key)})


def described(key: str) -> dict[str, Any]:
    try:
        cls = catalogue.load_class(key, {})
    except ProcessorError as error:
        reason = (
            f"{error.message.partition('; ')[0]}: {raised(error.__cause__)}"
            if error.__cause__
            else error.message
        )
        return {"key": key, "label": "", "isolation": "", "problem": reason}
    return {
        "key": key,
        "label": manifest(cls, key)["label"],
        "isolation": isolation(key, cls),
        "problem": missing(cls),
    }


def isolation(key: str, cls: type[Processor]) -> str:
    """Code of others always has a process of its own."""
    return cls.isolation if catalogue.is_our_own(key) else "host"


def missing(cls: type[Processor]) -> str:
    return "" if cls.installed else "needs a model that is not installed"


def main() -> None:
    order = json.load(sys.stdin)
    # What a processor prints goes to the error output, and so do the traces.
    with answer_alone() as answers:
        faulthandler.enable(sys.stderr)
        limit_memory()
        lines = Lines(answers, order["hang_seconds"])
        lines.say({"at": ""})
        {"check": check, "describe": describe}[order["do"]](order, lines)
        lines.say({"done": True})
        # A thread that does not end would keep this process; everything has been said.
        os._exit(0)


def limit_memory() -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))


if __name__ == "__main__":
    main()
