"""Ctrl-C ends the site at once, with sessions live; the second start is quick and finds all data again."""

import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.figures import write_figure
from tests.support.patience import patient
from tests.support.redis_server import RedisServer
from tests.support.site import Site

from . import chromium
from .test_order_and_delay import started


@pytest.fixture(params=["embedded", "team"])
def own_site(request: pytest.FixtureRequest, tmp_path: Path, redis_server: RedisServer) -> Site:
    if request.param == "embedded":
        return Site(tmp_path)
    # A name of its own in Redis, apart from the other site of these tests.
    return Site(tmp_path, redis_url=redis_server.url.replace("/0", "/5"))


@pytest.mark.parametrize("ask", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_two_live_sessions_do_not_hold_it_up(own_site: Site, browser: Browser, ask: signal.Signals) -> None:
    own_site.start()
    with (
        chromium.visitor(browser, own_site, "bob") as first,
        chromium.visitor(browser, own_site, "charlie") as second,
    ):
        started(first, own_site, "edges")
        started(second, own_site, "cartoon")
        took_seconds = own_site.stop(ask)
    assert took_seconds <= patient(3), own_site.output()
    write_figure(
        f"end_{ask.name.lower()}_{'team' if own_site.redis_url else 'embedded'}", seconds=took_seconds
    )


def test_the_second_start_is_quick_and_keeps_the_data(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.start()
    site.run_script("row", "kept", "key=passthrough", "title=Kept", "visibility=everyone")
    site.stop()
    ready_seconds = site.start()
    try:
        assert site.get("/p/kept/", "bob").status == 200, "rows, people and sign-ins are still there"
        write_figure("second_start", seconds=ready_seconds)
        assert ready_seconds <= patient(6)
    finally:
        site.stop()


def test_the_one_time_password_is_printed_once_and_works(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.start()
    first = site.output()
    site.stop()
    assert "password" in first.lower()
    site.start()
    second = site.output()[len(first) :]
    site.stop()
    assert "password" not in second.lower()
