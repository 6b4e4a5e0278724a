"""What a class says of itself: words for visitors, a manifest for the page, sensible figures."""

import json
import sys
from typing import Any

from ...base import declared_fps, has_own_clock
from ...catalogue import load_class
from ...manifest import manifest
from ...parameters import json_schema
from .subject import Subject

RATES = (8000, 192_000)
CHANNELS = (1, 2)
CLOCK_FPS = (0.1, 120.0)
DESCRIPTION_CHARACTERS = 240  # what a card of the gallery shows
FOREIGN = {"django": "no Django, no database", "aiortc": "no media engine"}


def check_import(subject: Subject) -> None:
    subject.cls = load_class(subject.key, subject.configuration)
    subject.say({"label": subject.cls.label})
    if not subject.cls.installed:
        subject.note(
            "Not checked: it needs a model. Install one, then check it by its address in the catalogue."
        )
    for module, words in FOREIGN.items():
        if module in sys.modules:
            subject.fault(
                f"Its import brings {module} along.",
                f"A processor knows {words}: what it must know comes as configuration or as parameters.",
            )


def check_manifest(subject: Subject) -> None:
    said = manifest(subject.cls, subject.key)
    for name, made in (("manifest", said), ("JSON Schema", json_schema(subject.cls))):
        try:
            json.dumps(made, allow_nan=False)
        except (TypeError, ValueError) as error:
            subject.fault(f"Its {name} is not JSON ({error}).", "Use numbers, strings, lists and dicts.")
    check_figures(subject)


def check_figures(subject: Subject) -> None:
    cls = subject.cls
    if not RATES[0] <= cls.sample_rate <= RATES[1]:
        subject.fault(f"sample_rate is {cls.sample_rate}.", f"Choose one of {RATES[0]} to {RATES[1]}.")
    if cls.channels not in CHANNELS:
        subject.fault(f"channels is {cls.channels}.", "Choose 1 or 2.")
    fps = declared_fps(cls)
    if has_own_clock(cls) and fps is not None and not CLOCK_FPS[0] <= fps <= CLOCK_FPS[1]:
        subject.fault(f"output_fps is {fps:g}.", f"Choose {CLOCK_FPS[0]:g} to {CLOCK_FPS[1]:g}.")


def check_texts(subject: Subject) -> None:
    said = manifest(subject.cls, subject.key)
    if "label" not in vars(subject.cls):
        subject.warn(
            f"Its name on the page is that of the class, {subject.cls.__name__}.", "Give it a label."
        )
    if not said["description"].strip():
        subject.fault(
            "It has no description.", "Write a docstring: visitors read its first paragraph in the gallery."
        )
    if len(said["description"]) > DESCRIPTION_CHARACTERS:
        subject.warn(
            f"Its description has {len(said['description'])} characters.",
            f"End the first paragraph of the docstring before {DESCRIPTION_CHARACTERS}.",
        )
    for kind, name in nameless(said):
        subject.fault(f"The {kind} {name!r} has no label.", "Give it one: it is what visitors read.")


def nameless(said: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (kind, name) of everything on the page that would have no words."""
    parameters = [("parameter", item["name"]) for item in said["parameters"] if not item["label"].strip()]
    results = [("result", name) for name, view in said["results"].items() if not view["label"].strip()]
    choices = [
        ("choice", f"{item['name']}={choice['value']}")
        for item in said["parameters"]
        for choice in item.get("choices", ())
        if not choice["label"].strip()
    ]
    return parameters + results + choices
