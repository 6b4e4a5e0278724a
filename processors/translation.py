"""Texts of processors in the language of the request. The classes know no Django, so it happens here."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext

from . import texts

# What people read in a manifest, by the name of its field. Everything else is for programs.
READABLE_FIELDS = frozenset({"label", "description", "help", "unit", "columns", "series", "sends_elsewhere"})


def translated(text: str) -> str:
    # gettext("") would return the header of the catalogue.
    return gettext(text) if text else text


def translate_readable(value: Any) -> Any:
    """Copy a manifest with every readable field translated, however deep it lies."""
    if isinstance(value, Mapping):
        return {name: _field(name, item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [translate_readable(item) for item in value]
    return value


def whose_translation_contains(word: str) -> list[str]:
    """English texts that a visitor in the current language would find under this word."""
    if get_language() in (None, "en"):
        return []
    folded = word.casefold()
    return [text for text in texts.TEXTS if folded in gettext(text).casefold()]


def _field(name: str, value: Any) -> Any:
    if name not in READABLE_FIELDS:
        return translate_readable(value)
    if isinstance(value, list | tuple):
        return [translated(item) for item in value]
    return translated(value)
