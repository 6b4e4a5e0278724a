"""Runs the conformance suite on one processor, in a child that may hang or crash."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .conformance.words import is_authors
from .findings import Finding, Level, Report
from .watched import ChildEnded, lines_of

HANG_SECONDS = 20.0  # for one frame, one load, one close
TRACE_LINE = re.compile(r'File "([^"]+)", line (\d+) in (\S+)')


def check(
    key: str, configuration: Mapping[str, Any] | None = None, hang_seconds: float = HANG_SECONDS
) -> Report:
    """Return the report; whatever the processor does, this comes back."""
    report, reader = Report(key), Reader()
    order = {"do": "check", "keys": [key], "configuration": dict(configuration or {})}
    try:
        for line in lines_of(order, hang_seconds):
            reader.read(line, report)
    except ChildEnded as ended:
        report.findings.append(last_words(reader, ended))
    return report


class Reader:
    """Puts the lines of the child into a report, and remembers where the child was."""

    def __init__(self) -> None:
        self.check, self.place = "import", ""

    def read(self, line: Mapping[str, Any], report: Report) -> None:
        if "check" in line:
            self.check, self.place = line["check"], ""
        elif "finding" in line:
            report.findings.append(finding_from(line["finding"]))
        self.place = line.get("at", self.place)
        report.label = line.get("label", report.label)
        report.figures |= line.get("figures", {})


def finding_from(line: Mapping[str, str]) -> Finding:
    return Finding(line["check"], Level(line["level"]), line["message"], line["next_step"])


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
