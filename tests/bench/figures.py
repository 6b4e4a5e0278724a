"""The figures that the benchmark holds, how each is judged, and how they are written down."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One row. ``hold`` and ``reach`` judge the ratio if there is a baseline, else the value itself."""

    figure: str
    ours: float
    baseline: float | None = None
    hold: float | None = None
    reach: float | None = None
    # Whether more is better, as with the number of sessions.
    more_is_better: bool = False
    # (processor, sessions, column) in the table for every number of sessions; None for a row of the first table.
    place: tuple[str, int, str] | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.baseline if self.baseline else None

    @property
    def holds(self) -> bool | None:
        return self._is_within(self.hold)

    @property
    def reaches(self) -> bool | None:
        return self._is_within(self.reach)

    def as_dict(self) -> dict[str, Any]:
        values = {name: asdict(self)[name] for name in ("figure", "ours", "baseline", "hold", "reach")}
        values |= {"ratio": self.ratio, "holds": self.holds}
        return {name: tidy(value) for name, value in values.items()}

    def _is_within(self, limit: float | None) -> bool | None:
        judged = self.ours if self.baseline is None else self.ratio
        if limit is None:
            return None
        if judged is None or math.isnan(judged):
            return False
        return judged >= limit if self.more_is_better else judged <= limit


def tidy(value: Any) -> Any:
    """Four digits are more than the machine is good for; NaN is no JSON."""
    if not isinstance(value, float) or isinstance(value, bool):
        return value
    return None if math.isnan(value) else float(f"{value:.4g}")


def write_json(path: Path, values: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=2) + "\n")


def table(figures: list[Figure]) -> str:
    """Return the figures that have no place elsewhere for a person, as a Markdown table."""
    head = ["figure", "ours", "baseline", "ratio", "hold", "reach for", "holds"]
    return markdown(
        [head, *([cell(value) for value in line(each)] for each in figures if each.place is None)]
    )


def markdown(rows: list[list[str]]) -> str:
    """Return a table whose first row is its head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in [rows[0], rule, *rows[1:]]
    )


def line(figure: Figure) -> list[Any]:
    values = figure.as_dict()
    verdict = {True: "yes", False: "NO", None: ""}[figure.holds]
    if figure.reaches:
        verdict = "yes, reached"
    return [*(values[name] for name in ("figure", "ours", "baseline", "ratio", "hold", "reach")), verdict]


def cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
