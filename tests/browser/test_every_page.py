"""What every page keeps: the content policy, no serious barrier, and no text left in English in the second language."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.support.site import Site

from . import chromium
from .accessibility import see_no_barrier
from .chromium import ChromiumPage
from .texts import texts_of, untranslated

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
    "recordings": ("/recordings/", "bob"),
    "privacy": ("/privacy/", "bob"),
    "about": ("/about/", "bob"),
    "nothing here": ("/p/no-such-thing/", "bob"),
    "admin": ("/admin/", "alice"),
    "preflight check": ("/admin/preflight/", "alice"),
    "users": ("/admin/accounts/user/", "alice"),
    "invitation": ("/admin/accounts/invitation/add/", "alice"),
    "catalogue": ("/admin/processors/processor/", "alice"),
    "catalogue row": ("/admin/processors/processor/add/", "alice"),
}


@dataclass(frozen=True)
class OpenPage:
    """One page in English, still open, and what was said on it in both languages."""

    page: ChromiumPage
    problems: list[str]
    english: list[str]
    german: list[str]


class Visitors:
    """One tab for each person and language; it goes from page to page."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser, self._site = browser, site
        self._tabs: dict[tuple[str | None, str], ChromiumPage] = {}
        self.stack = ExitStack()

    def open(self, path: str, person: str | None, locale: str) -> ChromiumPage:
        if (person, locale) not in self._tabs:
            tab = chromium.visitor(self._browser, self._site, person, locale=locale, reduced_motion="reduce")
            self._tabs[person, locale] = self.stack.enter_context(tab)
        page = self._tabs[person, locale]
        page.page.emulate_media(color_scheme="light")
        page.problems.clear()
        page.open(self._site.url + path)
        return page


@pytest.fixture(scope="module")
def visitors(
    fresh_site: Site, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visitors]:
    """On a site without the rows that other tests have made."""
    with fresh_site.copied_to(tmp_path_factory.mktemp("pages")) as site:
        found = Visitors(browser, site)
        with found.stack:
            yield found


@pytest.fixture(scope="module", params=[*PAGES])
def shown(request: pytest.FixtureRequest, visitors: Visitors) -> OpenPage:
    path, person = PAGES[request.param]
    german_page = visitors.open(path, person, "de-DE")
    assert german_page.evaluate("document.documentElement.lang") == "de"
    german = texts_of(german_page)
    page = visitors.open(path, person, "en-US")
    page.page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.lang") in {"en", "en-us"}
    english = texts_of(page)
    assert english
    assert german
    return OpenPage(page, [*german_page.problems, *page.problems], english, german)


def test_it_keeps_to_the_content_policy(shown: OpenPage) -> None:
    assert [problem for problem in shown.problems if "404" not in problem] == []


def test_it_has_no_serious_barrier(shown: OpenPage) -> None:
    see_no_barrier(shown.page)


def test_it_has_no_text_left_in_english(shown: OpenPage) -> None:
    assert untranslated(shown.english, shown.german) == []
