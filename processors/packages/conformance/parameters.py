"""Every parameter at its edges, wrong values refused, and live changes that act between two frames."""

import json
from collections.abc import Iterator
from typing import Any

from ...exceptions import ProcessorError
from ...instance import Outcome
from ...parameters import Parameter, Refused, values_as_json
from .scene import play, traces
from .subject import Subject
from .values import HOSTILE, edges, outside, shown

FRAMES = 2
SETTLED_FRAMES = 5  # what smooths over a few frames has settled by then


def check_values(subject: Subject) -> None:
    """Each value at the start and as a change in mid-stream, the others at their defaults."""
    for name, value in each_edge(subject):
        place = f"{name}={shown(value)}"
        subject.at(place)
        instance = subject.instance(**{name: value})
        drain(subject, play(instance, FRAMES), place)
        subject.close(instance)
    check_changes(subject)


def check_changes(subject: Subject) -> None:
    instance, step = subject.instance(), 0
    for name, value in each_edge(subject):
        if subject.cls.parameters[name].live:
            subject.at(f"{name}={shown(value)}")
            instance.apply({name: value})
            drain(subject, play(instance, 1, first=step), f"{name} changed to {shown(value)}")
            step += 1
            instance.apply({name: subject.cls.parameters[name].default})
    subject.close(instance)


def check_refusals(subject: Subject) -> None:
    """The types of Showroom refuse by themselves; this is about an author's own."""
    for name, parameter in subject.cls.parameters.items():
        for value in (*outside(parameter), *HOSTILE):
            subject.at(f"{name}={shown(value)}")
            if complaint := welcomed(subject, parameter, value):
                subject.fault(
                    complaint, "Raise Refused with a sentence in clean().", f"{name}={shown(value)}"
                )


def check_live(subject: Subject) -> None:
    """A change must act as if the value had been there from the start, once things have settled."""
    untouched = settled(subject, {}, {})
    if untouched != settled(subject, {}, {}):
        subject.note(
            "It gives other results for the same frames, so that live changes could not be compared."
        )
        return
    for name, parameter in subject.cls.parameters.items():
        if parameter.live:
            check_change_acts(subject, name, untouched)


def check_change_acts(subject: Subject, name: str, untouched: list[Any]) -> None:
    parameter = subject.cls.parameters[name]
    for value in (each for each in edges(parameter) if each != parameter.default):
        subject.at(f"{name}={shown(value)}")
        try:
            from_start, changed = settled(subject, {name: value}, {}), settled(subject, {}, {name: value})
        except ProcessorError:
            # Of this value, the check of the edges has told.
            continue
        if from_start != untouched and changed == untouched:
            subject.fault(
                f"The parameter {name!r} is live, but a change acts at the next start only.",
                f"Read self.{name} in process() instead of start(), or declare it with live=False.",
            )
            return


def has_parameters(subject: Subject) -> bool:
    return bool(subject.cls.parameters)


def each_edge(subject: Subject) -> Iterator[tuple[str, Any]]:
    for name, parameter in subject.cls.parameters.items():
        for value in edges(parameter):
            yield name, value


def drain(subject: Subject, outcomes: Iterator[Outcome], place: str) -> None:
    """A generator ends with what it raises, so one fault per value is reported."""
    while subject.attempt(place, lambda: next(outcomes, NO_MORE)) not in {None, NO_MORE}:
        pass


NO_MORE = Outcome(0.0)


def settled(subject: Subject, at_start: dict[str, Any], later: dict[str, Any]) -> list[Any]:
    """Return the last outcomes of a run whose first half may have had other values."""
    instance = subject.instance(**at_start)
    for _ in play(instance, SETTLED_FRAMES):
        pass
    instance.apply(later)
    seen = traces(play(instance, SETTLED_FRAMES, first=SETTLED_FRAMES))
    subject.close(instance)
    return seen[-(len(seen) // SETTLED_FRAMES) :] if seen else []


def welcomed(subject: Subject, parameter: Parameter[Any], value: Any) -> str:
    """Return what is wrong with how a hostile value was received, or nothing."""
    try:
        accepted = parameter.clean(value)
    except Refused as refusal:
        return "" if str(refusal).strip() else "The refusal has no words."
    except Exception as error:
        return f"clean() raised {type(error).__name__} instead of Refused."
    return unfit(subject, parameter, accepted)


def unfit(subject: Subject, parameter: Parameter[Any], accepted: Any) -> str:
    try:
        json.dumps(values_as_json(subject.cls, {parameter.name: accepted}), allow_nan=False)
    except (TypeError, ValueError):
        return "clean() accepted a value that is not JSON."
    if any(accepted == value for value in outside(parameter) if not isinstance(accepted, bool)):
        return "clean() accepted a value outside the limits."
    return ""
