"""Runs the conformance suite on one processor, in a child that may hang or crash."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..sandbox import Limits
from .conformance.words import is_authors
from .findings import Finding, Level, Report
from .watched import ChildEnded, lines_of

HANG_SECONDS = 20.0  # for one frame, one load, one close
FIGURES = {"start_ms", "frame_ms_p50", "frame_ms_p95", "fps"}
MOST_FIGURE = 1e15
MOST_CHARACTERS = 4000
UNREADABLE_STEP = (
    "Leave the output of the process that checks to the suite: write to nothing that you did not open."
)
TRACE_LINE = re.compile(r'File "([^"]+)", line (\d+) in (\S+)')


def check(
    key: str,
    configuration: Mapping[str, Any] | None = None,
    hang_seconds: float = HANG_SECONDS,
    limits: Limits | None = Limits(),  # noqa: B008 (frozen)
) -> Report:
    """Return the report; whatever the processor does, this comes back.

    It runs in the sandbox of processor hosts; only with ``limits=None`` it may do what we may.
    """
    report, reader = Report(key), Reader()
    order = {"key": key, "configuration": dict(configuration or {})}
    try:
        for line in lines_of(order, hang_seconds, limits):
            reader.read(line, report)
    except Unreadable as error:
        report.findings.append(Finding(reader.check, Level.FAULT, f"{error}.", UNREADABLE_STEP))
    except ChildEnded as ended:
        report.findings.append(last_words(reader, ended))
    return report


class Unreadable(Exception):
    """A line of the child that our own suite would not write."""


class Reader:
    """Puts the lines of the child into a report, and remembers where the child was."""

    def __init__(self) -> None:
        self.check, self.place = "import", ""

    def read(self, line: Mapping[str, Any], report: Report) -> None:
        if "check" in line:
            self.check, self.place = str(line["check"])[:MOST_CHARACTERS], ""
        elif "finding" in line:
            report.findings.append(finding_from(line["finding"]))
        self.place = str(line.get("at", self.place))[:MOST_CHARACTERS]
        report.label = str(line.get("label", report.label))[:MOST_CHARACTERS]
        report.figures |= figures_from(line.get("figures", {}))


def finding_from(line: Any) -> Finding:
    try:
        words = [str(line[name])[:MOST_CHARACTERS] for name in ("check", "message", "next_step")]
        return Finding(words[0], Level(line["level"]), *words[1:])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("Its report holds a finding that is none") from error


def figures_from(line: Any) -> dict[str, float]:
    """Only what the suite measures, and only numbers: they are shown and compared."""
    if not isinstance(line, Mapping) or not line.keys() <= FIGURES:
        raise Unreadable("Its report holds figures that are none")
    if not all(type(value) in (int, float) and 0 <= value < MOST_FIGURE for value in line.values()):
        raise Unreadable("Its report holds figures that are no numbers")
    return dict(line)


def last_words(reader: Reader, ended: ChildEnded) -> Finding:
    """A hang or a crash: nothing after it was looked at."""
    hangs = "sign of life" in ended.message
    what = f"It hangs ({ended.message})" if hangs else f"It crashes: {ended.message}"
    where = f"{reader.place}: " if reader.place else ""
    message = f"{where}{what}{line_in(ended.trace)}. The checks after this one were not run."
    return Finding(reader.check, Level.FAULT, message, HANG_STEP if hangs else CRASH_STEP)


HANG_STEP = "Give every loop and every wait an end; slow work belongs in a thread that start() begins."
CRASH_STEP = "Find the call of native code in that line; leave ending the process to the site."


def line_in(trace: str) -> str:
    """The author's line nearest to the call at hand, in the trace that the child left."""
    newest = trace.rpartition("(most recent call first)")[2]
    for filename, number, function in TRACE_LINE.findall(newest):
        if is_authors(filename):
            return f" at {Path(filename).name}:{number}, in {function}"
    return ""
