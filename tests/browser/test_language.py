"""A whole session in the second language: no text stays English that has another word in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.site import Site

from .chromium import ChromiumPage
from .conftest import VisitorFactory
from .studio import START, open_studio
from .texts import texts_of, untranslated


@pytest.fixture
def site(fresh_site: Site, tmp_path: Path) -> Iterator[Site]:
    """A site without the rows that other tests have made: what admins write has one language."""
    with fresh_site.copied_to(tmp_path / "site") as copy:
        yield copy


def test_a_session_has_no_text_left_in_english(site: Site, visit: VisitorFactory) -> None:
    english, german = (
        session_texts(visit(site, "bob", locale=locale), site) for locale in ("en-US", "de-DE")
    )
    assert untranslated(english, german) == []


def session_texts(page: ChromiumPage, site: Site) -> list[str]:
    """All texts of a studio before, during and after a session."""
    studio = open_studio(page, site, "faces")
    seen = texts_of(page)
    page.click(START)
    studio.wait_live()
    studio.wait_picture()
    page.click("#status")
    page.page.wait_for_timeout(1500)
    seen += texts_of(page)
    page.click("#details-close")
    studio.press_stop()
    studio.wait_state("idle", "ended")
    return seen + texts_of(page)
