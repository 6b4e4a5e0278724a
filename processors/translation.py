"""Texts of processors in the language of the request. The classes know no Django, so it happens here."""

from django.utils.translation import get_language, gettext

from . import texts


def translated(text: str) -> str:
    # gettext("") would return the header of the catalogue.
    return gettext(text) if text else text


def whose_translation_contains(word: str) -> list[str]:
    """English texts that a visitor in the current language would find under this word."""
    if get_language() in (None, "en"):
        return []
    folded = word.casefold()
    return [text for text in texts.TEXTS if folded in gettext(text).casefold()]
