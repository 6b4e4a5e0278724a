"""What a page must know to show a processor, as JSON."""

from collections.abc import Callable
from typing import Any

from .base import Processor, declared_fps, has_own_clock, needs_pixels, needs_samples

Translate = Callable[[str], str]

# Of parameters, results and choices: words that a visitor reads.
SHOWN_KEYS = ("label", "help", "unit", "none_label")


def manifest(cls: type[Processor], key: str = "", translate: Translate = str) -> dict[str, Any]:
    """Return the manifest; ``translate`` turns every word that a visitor reads into his language."""
    return {
        "key": key,
        "label": translate(cls.label),
        "description": translate(cls.description) if cls.description else "",
        "takes": sorted(cls.takes),
        "gives": sorted(cls.gives),
        "parameters": [translated(each.describe(), translate) for each in cls.parameters.values()],
        "results": {name: translated(view.describe(), translate) for name, view in cls.results.items()},
        "installed": cls.installed,
        "never_passthrough": cls.never_passthrough,
        "every_frame": cls.every_frame,
        "output_fps": declared_fps(cls) if has_own_clock(cls) else None,
        "needs_pixels": needs_pixels(cls),
        "needs_samples": needs_samples(cls),
        "sends_elsewhere": translate(cls.sends_elsewhere) if cls.sends_elsewhere else "",
        "constraints": constraints(cls),
    }


def constraints(cls: type[Processor]) -> dict[str, Any]:
    """Return what to ask getUserMedia for; ``False`` where the processor does not take the kind."""
    return {
        "video": dict(cls.video_constraints) if "video" in cls.takes else False,
        "audio": dict(cls.audio_constraints) if "audio" in cls.takes else False,
    }


def visible_texts(cls: type[Processor]) -> list[str]:
    """Return every text of a manifest that a visitor reads, for the translators."""
    seen: dict[str, None] = {}
    manifest(cls, translate=lambda text: seen.setdefault(text) or text)
    return list(seen)


def translated(described: dict[str, Any], translate: Translate) -> dict[str, Any]:
    shown: dict[str, Any] = {name: translate(described[name]) for name in SHOWN_KEYS if described.get(name)}
    if "choices" in described:
        shown["choices"] = [choice | {"label": translate(choice["label"])} for choice in described["choices"]]
    for name in ("columns", "series"):
        if described.get(name):
            shown[name] = [translate(text) if text else "" for text in described[name]]
    if described.get("labels"):
        shown["labels"] = {word: translate(word) for word in described["labels"]}
    return described | shown
