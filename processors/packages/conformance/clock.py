"""Processors with a clock of their own: ``render`` is called whether or not anything came in."""

from ...base import has_own_clock
from .scene import SMALL, moment
from .subject import Subject

TICKS = 10


def check_render(subject: Subject) -> None:
    """Before anything has come in, and after."""
    instance = subject.instance()
    for tick in range(TICKS):
        subject.attempt("before the first frame", lambda: instance.render(tick / 30))  # noqa: B023
    for step in range(TICKS):
        subject.at("with frames")
        list(moment(instance, step / 25, "portrait", SMALL))
    subject.close(instance)


def has_clock(subject: Subject) -> bool:
    return has_own_clock(subject.cls)
