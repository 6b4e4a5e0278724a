"""Sites and browsers for this folder: started once, used by every test, gone when the folder is done.

Playwright's loop runs in this thread while its browser is open, so it lives no longer than this package.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.support.redis_server import RedisServer
from tests.support.site import Site

from . import chromium, meeting
from .chromium import ChromiumPage
from .firefox import Firefox
from .meeting import Guest, Seat

VisitorFactory = Callable[..., ChromiumPage]
SeatFactory = Callable[..., Seat]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def fresh_site(prepared_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with people and the tests' processors, to be copied."""
    site = prepared_site.copied_to(tmp_path_factory.mktemp("fresh"))
    site.run_script("rows")
    return site


@pytest.fixture(scope="package")
def embedded_site(fresh_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site as ``make run`` starts it: one process for everything."""
    with fresh_site.copied_to(tmp_path_factory.mktemp("embedded")) as site:
        yield site


@pytest.fixture(scope="package")
def team_site(
    fresh_site: Site, tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer
) -> Iterator[Site]:
    """The site as a team runs it: web, Redis and two worker processes."""
    with fresh_site.copied_to(tmp_path_factory.mktemp("team"), redis_server.url) as site:
        yield site


@pytest.fixture
def site(embedded_site: Site) -> Site:
    """The site of tests for which the mode makes no difference."""
    return embedded_site


@pytest.fixture(params=["embedded", "team"])
def any_site(request: pytest.FixtureRequest) -> Site:
    """Both modes, one after the other."""
    found: Site = request.getfixturevalue(f"{request.param}_site")
    return found


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with the numbered film as camera and the tone as microphone."""
    launched = chromium.launch_with_film(playwright, tmp_path_factory.mktemp("chromium"))
    yield launched
    launched.close()


@pytest.fixture(scope="package")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    launched = Firefox(tmp_path_factory.mktemp("firefox"))
    yield launched
    launched.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[VisitorFactory]:
    """``visit(site, "bob")``: a new visitor's page in a profile of its own."""
    with ExitStack() as visitors:
        yield lambda site, person=None, **options: visitors.enter_context(
            chromium.visitor(browser, site, person, **options)
        )


@pytest.fixture(scope="package")
def guests_browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium for people in rooms, who bring camera and microphone in their pages."""
    launched = meeting.launch_for_guests(playwright)
    yield launched
    launched.close()


@pytest.fixture
def sit_down(guests_browser: Browser) -> Iterator[SeatFactory]:
    """``sit_down(site, ADA, "bob")``: a tab in a profile of its own, not yet on any page."""
    with ExitStack() as seats:

        def sit(site: Site, guest: Guest, person: str | None = None, **options: object) -> Seat:
            return seats.enter_context(meeting.seat(guests_browser, site, guest, person, **options))

        yield sit
