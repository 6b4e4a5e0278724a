"""Ctrl-C ends the site at once, with sessions live; the second start is quick and finds all data again.

The ordinary run tries it here with a team, and in tests/workers/test_serve.py with one process for everything;
`make acceptance` tries both with browsers, and holds both to their real deadlines.
"""

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

END_SECONDS, GENEROUS_END_SECONDS = 3, 9
START_SECONDS, GENEROUS_START_SECONDS = 3, 15


@pytest.fixture(params=[pytest.param("embedded", marks=pytest.mark.slow), "team"])
def own_site(
    request: pytest.FixtureRequest, fresh_site: Site, tmp_path: Path, redis_server: RedisServer
) -> Site:
    # A database of its own in Redis, apart from the other site of these tests.
    redis_url = {"embedded": "", "team": redis_server.url.replace("/0", "/5")}[request.param]
    return fresh_site.copied_to(tmp_path, redis_url)


def test_two_live_sessions_do_not_hold_up_ctrl_c(own_site: Site, browser: Browser) -> None:
    assert end_with_two_live_sessions(own_site, browser, signal.SIGINT) <= patient(GENEROUS_END_SECONDS)


@pytest.mark.slow
def test_two_live_sessions_do_not_hold_up_sigterm(fresh_site: Site, tmp_path: Path, browser: Browser) -> None:
    """One process for everything ends at once; a team's worker would let its sessions finish first."""
    site = fresh_site.copied_to(tmp_path)
    assert end_with_two_live_sessions(site, browser, signal.SIGTERM) <= patient(GENEROUS_END_SECONDS)


@pytest.mark.slow
def test_the_end_takes_three_seconds_at_most(own_site: Site, browser: Browser) -> None:
    took_seconds = end_with_two_live_sessions(own_site, browser, signal.SIGINT)
    write_figure(f"end_{'team' if own_site.redis_url else 'embedded'}", seconds=took_seconds)
    assert took_seconds <= END_SECONDS


@pytest.mark.slow
def test_a_second_start_keeps_the_data(fresh_site: Site, tmp_path: Path) -> None:
    site = fresh_site.copied_to(tmp_path)
    site.start()
    site.run_script("row", "kept", "key=passthrough", "title=Kept", "visibility=everyone")
    first = site.output()
    site.stop()
    ready_seconds = site.start()
    assert site.get("/p/kept/", "bob").status == 200, "rows, people and sign-ins are still there"
    second = site.output()[len(first) :]
    site.stop()
    assert "password" not in second.lower(), "the one-time password is printed once"
    assert ready_seconds <= patient(GENEROUS_START_SECONDS)


@pytest.mark.slow
def test_a_second_start_takes_three_seconds_at_most(fresh_site: Site, tmp_path: Path) -> None:
    site = fresh_site.copied_to(tmp_path)
    ready_seconds = site.start()
    site.stop()
    write_figure("second_start", seconds=ready_seconds)
    assert ready_seconds <= START_SECONDS


def test_the_first_start_prints_a_one_time_password(prepared_site: Site) -> None:
    first_start = (prepared_site.folder / "serve.log").read_text()
    assert first_start.lower().count("one-time password") == 1


def end_with_two_live_sessions(site: Site, browser: Browser, ask: signal.Signals) -> float:
    """Return the seconds that the end took; ``stop`` proves that no process is left."""
    site.start()
    with (
        chromium.visitor(browser, site, "bob") as first,
        chromium.visitor(browser, site, "charlie") as second,
    ):
        started(first, site, "edges")
        started(second, site, "cartoon")
        return site.stop(ask)
