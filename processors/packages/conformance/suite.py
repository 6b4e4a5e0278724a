"""The checks in their order. The first two must pass: without a class and its start there is nothing to check."""

from collections.abc import Callable
from dataclasses import dataclass

from . import (
    clock,
    declaration,
    endurance,
    lifecycle,
    parameters,
    pictures,
    results,
    sharing,
    side_effects,
    sounds,
)
from .subject import Subject


@dataclass(frozen=True)
class Check:
    name: str
    title: str
    examine: Callable[[Subject], None]
    applies: Callable[[Subject], bool] = lambda subject: True
    # Whether the others make no sense when it finds a fault.
    is_needed: bool = False


CHECKS = (
    Check("import", "can be imported", declaration.check_import, is_needed=True),
    Check("manifest", "describes itself to the page", declaration.check_manifest),
    Check("texts", "has words for visitors", declaration.check_texts),
    Check("start", "loads and starts", lifecycle.check_load, is_needed=True),
    Check("lent", "leaves its input as it was", pictures.check_lent, pictures.lends),
    Check("sizes", "takes pictures of every size", pictures.check_sizes, pictures.takes_pictures),
    Check("size-change", "bears a change of size", pictures.check_size_changes, pictures.takes_pictures),
    Check("gives", "gives what it promises", pictures.check_gives, pictures.takes_pictures),
    Check(
        "first-picture",
        "hides from the first frame on",
        pictures.check_first_picture,
        pictures.promises_to_hide,
    ),
    Check("chunks", "takes sound of every length", sounds.check_chunks, sounds.takes_sound),
    Check("loudness", "takes silence and full scale", sounds.check_loudness, sounds.takes_sound),
    Check("duration", "gives as much sound as it takes", sounds.check_duration, sounds.gives_sound),
    Check("clock", "keeps its own clock", clock.check_render, clock.has_clock),
    Check("results", "gives results as declared", results.check_results, results.declares_results),
    Check(
        "parameters",
        "works at the edges of its parameters",
        parameters.check_values,
        parameters.has_parameters,
    ),
    Check("refusals", "refuses wrong values", parameters.check_refusals, parameters.has_parameters),
    Check("live", "obeys live changes", parameters.check_live, parameters.has_parameters),
    Check("class-state", "keeps its state to itself", sharing.check_class_state),
    Check("two-visitors", "serves two visitors at once", sharing.check_two_visitors),
    Check("reset", "forgets at a reset", lifecycle.check_reset),
    Check("close", "closes, also after an error", lifecycle.check_close),
    Check("leftovers", "gives back threads and files", lifecycle.check_leaves_nothing),
    Check("timing", "is quick enough", endurance.check_timing),
    Check("memory", "does not grow", endurance.check_memory),
    Check("side-effects", "does nothing else", side_effects.check_side_effects),
)


def run(subject: Subject) -> None:
    side_effects.watch()
    for check in CHECKS:
        if not check.applies(subject):
            continue
        subject.run(check.name, check.title, check.examine)
        if check.is_needed and (subject.has_faults or not subject.cls.installed):
            return
