"""Who leaves is gone at once; who vanishes, tab or whole browser, within 35 seconds; and nobody becomes a ghost."""

import os
import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.support.figures import write_figure
from tests.support.patience import patient, wait_until
from tests.support.site import Site

from . import meeting
from .conftest import SeatFactory
from .meeting import (
    ADA,
    BEN,
    CLEO,
    Seat,
    chromium_page,
    launch_for_guests,
    make_room,
    wait_meeting,
    wait_people,
)

# The product's limit, and generous: without patience.
VANISHED_WITHIN_SECONDS = 35
SETTLED_SECONDS = 3


@pytest.fixture
def two(site: Site, sit_down: SeatFactory, request: pytest.FixtureRequest) -> tuple[str, Seat, Seat]:
    """Ada and Cleo, who stay, and their room."""
    slug = f"v-{abs(hash(request.node.name)) % 10**8}"
    make_room(site, slug)
    ada, cleo = sit_down(site, ADA, "bob"), sit_down(site, CLEO)
    for seat in (ada, cleo):
        seat.open(site, slug)
        seat.join()
    return slug, ada, cleo


def test_who_leaves_is_gone_at_once(two: tuple[str, Seat, Seat], site: Site, sit_down: SeatFactory) -> None:
    slug, ada, cleo = two
    ben = come(sit_down(site, BEN), site, slug, ada, cleo)
    gone(ada, cleo, ben.leave, within=patient(SETTLED_SECONDS))
    ben.page.click("[data-action=join_again]")
    ben.join()
    wait_meeting(ada, ben, cleo)


def test_who_leaves_while_sections_are_agreed_on_comes_in_again(
    two: tuple[str, Seat, Seat], site: Site, sit_down: SeatFactory
) -> None:
    """What a browser is asked of a connection that is closed meanwhile it never answers."""
    slug, ada, cleo = two
    ada.page.evaluate(
        "(RTCPeerConnection.prototype.setRemoteDescription = () => new Promise(() => { probe.waits = true; }), null)"
    )
    ben = sit_down(site, BEN)
    ben.open(site, slug)
    ben.join()
    wait_until(lambda: ada.page.evaluate("probe.waits ?? false"), "Ada's page has an answer")
    ada.leave()
    ada.page.evaluate("(delete RTCPeerConnection.prototype.setRemoteDescription, null)")
    ada.page.click("[data-action=join_again]")
    ada.join()
    wait_meeting(ada, ben, cleo)


def test_a_closed_tab(two: tuple[str, Seat, Seat], site: Site, sit_down: SeatFactory) -> None:
    slug, ada, cleo = two
    ben = come(sit_down(site, BEN), site, slug, ada, cleo)
    page = chromium_page(ben).page
    seconds = gone(ada, cleo, lambda: page.close(run_before_unload=False), within=VANISHED_WITHIN_SECONDS)
    write_figure("closed_tab", seconds=seconds)
    come(sit_down(site, BEN), site, slug, ada, cleo)


def test_a_killed_browser(
    two: tuple[str, Seat, Seat], site: Site, sit_down: SeatFactory, playwright: Playwright
) -> None:
    slug, ada, cleo = two
    mark = f"--visitor={uuid.uuid4().hex}"
    browser = launch_for_guests(playwright, mark)
    with meeting.seat(browser, site, BEN) as ben:
        come(ben, site, slug, ada, cleo)
        seconds = gone(ada, cleo, lambda: kill_browser(mark), within=VANISHED_WITHIN_SECONDS)
    write_figure("killed_browser", seconds=seconds)
    come(sit_down(site, BEN), site, slug, ada, cleo)


def come(ben: Seat, site: Site, slug: str, ada: Seat, cleo: Seat) -> Seat:
    ben.open(site, slug)
    ben.join()
    for seat in (ada, ben, cleo):
        wait_people(seat, "Ada", "Ben", "Cleo", seconds=SETTLED_SECONDS)
    wait_meeting(ada, ben, cleo)
    return ben


def gone(ada: Seat, cleo: Seat, go: Callable[[], None], within: float) -> float:
    """Let Ben go, and return the seconds until the others know; meanwhile nobody else is missing or listed twice."""
    go()
    began = time.monotonic()
    lists = [seat.people() for seat in (ada, cleo)]
    while lists != [["Ada", "Cleo"]] * 2:
        assert all(each in (["Ada", "Ben", "Cleo"], ["Ada", "Cleo"]) for each in lists), lists
        assert time.monotonic() - began < within, f"still listed: {lists}"
        time.sleep(0.1)
        lists = [seat.people() for seat in (ada, cleo)]
    seconds = time.monotonic() - began
    time.sleep(SETTLED_SECONDS)
    assert [seat.people() for seat in (ada, cleo)] == [["Ada", "Cleo"]] * 2
    assert all(seat.tile("Ben") is None for seat in (ada, cleo))
    wait_meeting(ada, cleo)
    return round(seconds, 1)


def kill_browser(mark: str) -> None:
    """Kill the browser that was started with this word, with all its processes: it can say nothing to anybody."""
    commands = [(path.parent.name, path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    [pid] = {os.getpgid(int(pid)) for pid, path in commands if mark in read(path)}
    os.killpg(pid, signal.SIGKILL)


def read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""  # it has ended meanwhile
