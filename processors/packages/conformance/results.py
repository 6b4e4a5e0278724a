"""Data as the page can show it: each value has the form that its view draws."""

from collections.abc import Callable, Mapping
from typing import Any

from ...results import Boxes, Chart, Meter, Number, ResultView, Table, Text
from .scene import USUAL, play
from .subject import Subject

STEPS = 8
SCENES = ("portrait", "street")
NUMBER = (int, float)


def check_results(subject: Subject) -> None:
    seen: set[str] = set()
    for name in SCENES:
        subject.at(name)
        instance = subject.instance()
        for outcome in play(instance, STEPS, name, USUAL):
            seen |= set(outcome.data or {})
            check_values(subject, outcome.data or {}, name)
        subject.close(instance)
    for name in sorted(set(subject.cls.results) - seen):
        subject.note(f"The result {name!r} was never given; our samples may not show what it looks for.")


def declares_results(subject: Subject) -> bool:
    return bool(subject.cls.results)


def check_values(subject: Subject, data: Mapping[str, Any], place: str) -> None:
    for name, value in data.items():
        view = subject.cls.results[name]
        if complaint := misfit(view, value):
            kind = type(view).__name__
            subject.fault(f"The result {name!r} is no {kind}: {complaint}.", NEXT_STEPS[type(view)], place)


def misfit(view: ResultView, value: Any) -> str:
    """Return what does not fit, or nothing. A view of another package is its own affair."""
    check = CHECKS.get(type(view))
    return check(view, value) if check else ""


def number(view: ResultView, value: Any) -> str:
    newest = value[-1] if isinstance(value, list) and value else value
    return "" if newest is None or is_number(newest) else f"it is {shortened(value)}"


def meter(view: ResultView, value: Any) -> str:
    assert isinstance(view, Meter)
    if not is_number(value):
        return f"it is {shortened(value)}"
    inside = view.minimum <= value <= view.maximum
    return "" if inside else f"{value:g} is not between {view.minimum:g} and {view.maximum:g}"


def text(view: ResultView, value: Any) -> str:
    lines = value if isinstance(value, list) and view.accumulate == "append" else [value]
    return "" if all(isinstance(line, str) for line in lines) else f"it is {shortened(value)}"


def table(view: ResultView, value: Any) -> str:
    assert isinstance(view, Table)
    if not isinstance(value, list):
        return f"it is {shortened(value)}"
    one_row = view.accumulate == "append" and value and not isinstance(value[0], list)
    for row in [value] if one_row else value:
        if not isinstance(row, list):
            return f"the row {shortened(row)} is no list"
        if view.columns and len(row) != len(view.columns):
            return f"the row {shortened(row)} has {len(row)} cells for {len(view.columns)} columns"
    return ""


def chart(view: ResultView, value: Any) -> str:
    assert isinstance(view, Chart)
    if isinstance(value, dict):
        value = [value.get(name, []) for name in view.series]
    if is_number(value):
        value = [value]
    if not isinstance(value, list):
        return f"it is {shortened(value)}"
    lists = [value] if one_list(view, value) else value
    if len(lists) != len(view.series):
        return f"it has {len(lists)} values for {len(view.series)} series"
    return "" if all(is_points(points) for points in lists) else f"it is {shortened(value)}"


def boxes(view: ResultView, value: Any) -> str:
    found = value if isinstance(value, list) else [value] if view.accumulate == "append" else None
    if found is None:
        return f"it is {shortened(value)}"
    for each in found:
        sides: list[Any] = (
            [each.get(name) for name in ("x", "y", "width", "height")] if isinstance(each, dict) else []
        )
        if len(sides) != 4 or not all(is_number(side) for side in sides):
            return f"{shortened(each)} has no x, y, width and height"
        if any(abs(side) > 2 for side in sides):
            return f"{shortened(each)} is in pixels, not in fractions of the picture"
    return ""


def one_list(view: Chart, value: list[Any]) -> bool:
    return view.accumulate != "append" and len(view.series) == 1 and (not value or is_number(value[0]))


def is_points(points: Any) -> bool:
    listed = points if isinstance(points, list) else [points]
    return all(point is None or is_number(point) for point in listed)


def is_number(value: Any) -> bool:
    return isinstance(value, NUMBER) and not isinstance(value, bool)


def shortened(value: Any) -> str:
    written = repr(value)
    return written if len(written) <= 60 else f"{written[:57]}…"


CHECKS: dict[type[ResultView], Callable[[ResultView, Any], str]] = {
    Number: number,
    Meter: meter,
    Text: text,
    Table: table,
    Chart: chart,
    Boxes: boxes,
}
NEXT_STEPS: dict[type[ResultView], str] = {
    Number: "Give a number.",
    Meter: "Give a number within the limits, or widen minimum and maximum.",
    Text: "Give a string.",
    Table: "Give a list of rows, each a list with one cell per column.",
    Chart: "Give a list of numbers for each series; with 'append', one number for each series.",
    Boxes: "Give a list of box(image, x, y, width, height, label, score).",
}
