"""Every number of sessions, each processor: what both servers cost and give, as figures and as a table."""

from collections.abc import Callable, Sequence

from .figures import Figure, cell, markdown
from .measure import Measurement, matching, median_measurement

# What stands in a row of the table, and how it is read from a window.
COLUMNS: dict[str, Callable[[Measurement], float]] = {
    "cores per session": lambda found: found.cores_per_session,
    "CPU ms per frame": lambda found: found.ms_per_frame,
    "frames/s per session": lambda found: found.fps,
    "p50 delay, ms": lambda found: found.p50_ms,
    "p95 delay, ms": lambda found: found.p95_ms,
    "p99 delay, ms": lambda found: found.p99_ms,
    "first frame, s": lambda found: found.first_frame_seconds,
    "memory, MB": lambda found: found.resident_mb,
}
# What the table calls a processor that has another name in the code.
TITLES = {"sleep": "slow (0.2 s)"}
NAN = float("nan")


def matrix(seen: Sequence[Measurement], jobs: Sequence[str], steps: Sequence[int]) -> list[Figure]:
    """Return one figure for each processor, number of sessions and column; NaN where a server let nobody in."""
    return [
        Figure(
            f"{column}, {number} sessions, {TITLES.get(job, job)}",
            value_at(seen, "ours", job, number, column),
            value_at(seen, "plain", job, number, column),
            place=(job, number, column),
        )
        for job in jobs
        for number in steps
        for column in COLUMNS
    ]


def value_at(seen: Sequence[Measurement], server: str, job: str, sessions: int, column: str) -> float:
    found = matching(seen, server, job, sessions)
    return COLUMNS[column](median_measurement(found)) if found else NAN


def matrix_table(figures: Sequence[Figure]) -> str:
    """Return the figures that have a place as a Markdown table, "ours / plain" in each cell; "" without any."""
    placed = {figure.place: figure for figure in figures if figure.place is not None}
    rows = list(dict.fromkeys((job, number) for job, number, _ in placed))
    if not rows:
        return ""
    lines = [
        [TITLES.get(job, job), str(number), *(pair(placed[job, number, column]) for column in COLUMNS)]
        for job, number in rows
    ]
    return markdown([["processor", "sessions", *COLUMNS], *lines])


def pair(figure: Figure) -> str:
    values = figure.as_dict()
    return f"{cell(values['ours']) or '–'} / {cell(values['baseline']) or '–'}"
