"""Reports as lines for a terminal."""

from collections.abc import Iterable, Iterator, Mapping

from .findings import Finding, Level, Report
from .listing import Entry

SIGNS = {Level.GOOD: "✓", Level.NOTE: "·", Level.WARNING: "!", Level.FAULT: "✗"}
HEADS = ("KEY", "LABEL", "FROM", "RUNS IN", "")


def report_lines(report: Report) -> Iterator[str]:
    yield f"{report.key}{f' – {report.label}' if report.label else ''}"
    for finding in report.findings:
        yield from finding_lines(finding)
    yield f"  {summary(report)}"


def finding_lines(finding: Finding) -> Iterator[str]:
    yield f"  {SIGNS[finding.level]} {finding.message}" + (
        f"  [{finding.check}]" if finding.level is not Level.GOOD else ""
    )
    if finding.next_step:
        yield f"      → {finding.next_step}"


def summary(report: Report) -> str:
    faults = len(report.faults)
    if not faults and not report.passed:
        return "Not checked."
    verdict = "No faults." if not faults else "1 fault." if faults == 1 else f"{faults} faults."
    return f"{verdict} {summary_of_figures(report.figures)}".rstrip()


def summary_of_figures(figures: Mapping[str, float]) -> str:
    if not {"fps", "frame_ms_p50", "frame_ms_p95"} <= figures.keys():
        return ""
    return (
        f"{figures['frame_ms_p50']:g} ms per frame (p95 {figures['frame_ms_p95']:g}), "
        f"{figures['fps']:g} a second."
    )


def listing_lines(entries: Iterable[Entry]) -> Iterator[str]:
    rows = [
        (entry.key, entry.label, entry.source, entry.isolation, entry.problem or "available")
        for entry in entries
    ]
    widths = [max(len(row[column]) for row in [HEADS, *rows]) for column in range(4)]
    for row in [HEADS, *rows]:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[4]]).rstrip()
