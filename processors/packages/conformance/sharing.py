"""One visitor's instance knows nothing of another's."""

from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any

from ...instance import Outcome
from .fingerprints import changed, class_state, fingerprint, module_state
from .scene import play, trace
from .subject import Subject

STEPS = 5


def check_class_state(subject: Subject) -> None:
    """Variables of the class or its module that change while frames are processed."""
    before = class_state(subject.cls), module_state(subject.cls), fingerprint(subject.shared)
    run(subject, "portrait")
    run(subject, "street")
    for name in changed(before[0], class_state(subject.cls)):
        attribute = name.split(".")[-1]
        subject.fault(
            f"{name} belongs to the class and changes with the frames: all visitors share it.",
            f"Make it in start(): self.{attribute} = …",
        )
    for name in changed(before[1], module_state(subject.cls)):
        subject.warn(
            f"The global variable {name} changes with the frames: all visitors share it.",
            "Keep it in self, or make sure that threads and visitors cannot meet in it.",
        )
    if fingerprint(subject.shared) != before[2]:
        subject.fault(
            "It changes self.shared, which all visitors read.", "Copy it in start(), or only read it."
        )


def check_two_visitors(subject: Subject) -> None:
    """The second of two visitors must see what he would see alone."""
    alone = run(subject, "street")
    if alone != run(subject, "street"):
        subject.note(
            "It gives other results for the same frames, so that two visitors could not be compared."
        )
    elif alone != beside_another(subject):
        subject.fault(
            "Two visitors at once get other results than each alone.",
            "Keep all state in self: no global variable, no attribute of the class, nothing written to self.shared.",
        )


def run(subject: Subject, scene: str) -> list[Any]:
    subject.at(scene)
    instance = subject.instance()
    seen = [trace(outcome) for outcome in play(instance, STEPS, scene)]
    subject.close(instance)
    return seen


def beside_another(subject: Subject) -> list[Any]:
    subject.at("two at once")
    other, watched = subject.instance(), subject.instance()
    seen = [trace(outcome) for outcome in taking_turns(play(other, STEPS), play(watched, STEPS, "street"))]
    subject.close(other)
    subject.close(watched)
    return seen


def taking_turns(first: Iterator[Outcome], second: Iterator[Outcome]) -> Iterator[Outcome]:
    """Advance both, give what the second one gives."""
    for _, outcome in zip_longest(first, second):
        yield from chain([outcome] if outcome is not None else [])
