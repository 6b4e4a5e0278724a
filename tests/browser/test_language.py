"""The whole flow in the second language: no text stays English that has another word in it."""

import gettext
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.utils.text import capfirst

from tests.support.processes import ROOT
from tests.support.site import Site

from .chromium import ChromiumPage
from .conftest import VisitorFactory
from .studio import START, open_studio

PAGES = {
    "gallery": ("/", "bob"),
    "studio": ("/p/edges/", "bob"),
    "studio with sound": ("/p/echo/", "bob"),
    "sign in": ("/accounts/login/", None),
    "forgotten password": ("/accounts/password/reset/", None),
    "no invitation": ("/accounts/signup/", None),
    "account": ("/accounts/", "bob"),
    "e-mail": ("/accounts/email/", "bob"),
    "new password": ("/accounts/password/change/", "bob"),
    "two-step sign-in": ("/accounts/2fa/", "bob"),
    "delete account": ("/accounts/me/delete/", "bob"),
    "privacy": ("/privacy/", "bob"),
    "about": ("/about/", "bob"),
    "nothing here": ("/p/no-such-thing/", "bob"),
    "admin": ("/admin/", "alice"),
    "users": ("/admin/accounts/user/", "alice"),
    "invitation": ("/admin/accounts/invitation/add/", "alice"),
    "catalogue": ("/admin/processors/processor/", "alice"),
    "catalogue row": ("/admin/processors/processor/add/", "alice"),
}
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


@pytest.fixture(scope="module")
def site(fresh_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site without the rows that other tests have made."""
    with fresh_site.copied_to(tmp_path_factory.mktemp("language")) as copy:
        yield copy


@pytest.fixture(scope="module")
def same_by_nature() -> set[str]:
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
    return same


def django_locales() -> Iterator[Path]:
    yield from Path(django.__file__).parent.glob("**/locale")


@pytest.mark.parametrize("name", [*PAGES])
def test_a_page_has_no_text_left_in_english(
    name: str, site: Site, visit: VisitorFactory, same_by_nature: set[str]
) -> None:
    path, person = PAGES[name]
    english = texts_of(visit(site, person, locale="en-US"), site.url + path)
    german = texts_of(visit(site, person, locale="de-DE"), site.url + path)
    assert untranslated(english, german, same_by_nature) == []


def test_a_session_has_no_text_left_in_english(
    site: Site, visit: VisitorFactory, same_by_nature: set[str]
) -> None:
    english, german = (
        session_texts(visit(site, "bob", locale=locale), site) for locale in ("en-US", "de-DE")
    )
    assert untranslated(english, german, same_by_nature) == []


def session_texts(page: ChromiumPage, site: Site) -> list[str]:
    """All texts of a studio before, during and after a session."""
    studio = open_studio(page, site, "faces")
    seen: list[str] = page.evaluate(TEXTS)
    page.click(START)
    studio.wait_live()
    studio.wait_picture()
    page.click("#status")
    page.page.wait_for_timeout(1500)
    seen += page.evaluate(TEXTS)
    page.click("#details-close")
    studio.press_stop()
    studio.wait_state("idle", "ended")
    return seen + list(page.evaluate(TEXTS))


def texts_of(page: ChromiumPage, url: str) -> list[str]:
    page.open(url)
    found: list[str] = page.evaluate(TEXTS)
    language = page.evaluate("document.documentElement.lang")
    assert found
    assert language in {"en", "en-us", "de"}, language
    return found


def untranslated(english: list[str], german: list[str], same_by_nature: set[str]) -> list[str]:
    both = {part for text in english for part in parts(text)} & {
        part for text in german for part in parts(text)
    }
    return sorted(
        text for text in both if has_words(text) and capfirst(text.rstrip(":")) not in same_by_nature
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
