"""All texts of a page, and which of them nobody has translated."""

import gettext
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import django
from django.utils.text import capfirst

from tests.support.processes import ROOT

from .chromium import ChromiumPage

TEXTS = """
(() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        // What an admin wrote into rows stays as it was written.
        if (parent.closest(".field-title, .field-tags_shown, .field-key, #id_key")) continue;
        if (parent.closest("script, style, code, pre, template, [lang]:not(html), [translate=no]")) continue;
        found.push(walker.currentNode.data);
    }
    for (const element of document.querySelectorAll("*"))
        for (const name of ["aria-label", "title", "placeholder", "alt"])
            if (element.hasAttribute(name) && !element.closest("[lang]:not(html), [translate=no], [data-choices]"))
                found.push(element.getAttribute(name));
    found.push(document.title);
    return found.map(text => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
})()
"""
# The same in both languages by nature: names of people and products, units, and what Django itself leaves.
NAMES = {
    "Showroom",
    "alice",
    "bob",
    "charlie",
    "admin",
    "Django",
    "English",
    "Deutsch",
    "German",
    "kbit",
    "Live",
}
NAMES |= {"True", "False", "Python", "aioice", "aiortc", "channels", "daphne", "numpy", "opencv", "headless"}


def texts_of(page: ChromiumPage) -> list[str]:
    found: list[str] = page.evaluate(TEXTS)
    return found


def untranslated(english: list[str], german: list[str]) -> list[str]:
    both = {part for text in english for part in parts(text)} & {
        part for text in german for part in parts(text)
    }
    return sorted(
        text for text in both if has_words(text) and capfirst(text.rstrip(":")) not in same_by_nature()
    )


def parts(text: str) -> list[str]:
    """A title or a choice may put two texts beside each other."""
    return [text] if text.count(" · ") == 0 else text.split(" · ")


def has_words(text: str) -> bool:
    """Whether anything is left to translate beside names, numbers, short units and addresses."""
    if "@" in text or text.startswith("/"):
        return False
    words = "".join(letter if letter.isalpha() else " " for letter in text).split()
    return any(len(word) > 3 and word not in NAMES for word in words)


@cache
def same_by_nature() -> frozenset[str]:
    """Texts whose translator wrote the same word again, in any catalogue."""
    same = set(NAMES)
    for domain in ("django", "djangojs"):
        for folder in (ROOT / "locale", *django_locales()):
            path = folder / "de" / "LC_MESSAGES" / f"{domain}.mo"
            if path.exists():
                with path.open("rb") as file:
                    catalogue = gettext.GNUTranslations(file)
                texts = catalogue._catalog.items()  # type: ignore[attr-defined]
                pairs = ((key, value) for key, value in texts if isinstance(key, str))
                same |= {capfirst(key) for key, value in pairs if capfirst(key) == capfirst(value)}
    return frozenset(same)


def django_locales() -> Iterator[Path]:
    yield from Path(django.__file__).parent.glob("**/locale")
