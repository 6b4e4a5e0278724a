"""Where the time of a picture goes, in the drawer and in the report; and who holds it up."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import VisitorFactory
from .pages import Page
from .studio import Studio, open_studio

PARTS = ("network_ms", "queue_ms", "process_ms", "encode_ms", "playback_ms")
# Both at one moment, for they change twice a second.
REPORT_AND_CELLS = """(async () => {
    const words = await import("/static/js/figure_words.js");
    const { delay } = await showroom.report();
    const names = [...Object.keys(delay).filter((name) => name !== "total_ms"), "delay_ms"];
    const valueOf = (name) => delay[name === "delay_ms" ? "total_ms" : name];
    const cell = (name) => document.querySelector(`[data-figure=${name}]`).textContent;
    const each = (read) => Object.fromEntries(names.map((name) => [name, read(name)]));
    return { delay, shown: each(cell), told: each((name) => words.inWords(name, valueOf(name))) };
})()"""


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest, site: Site) -> Iterator[Page]:
    """A tab of either browser; each is started only when its turn comes."""
    if request.param == "chromium":
        visit: VisitorFactory = request.getfixturevalue("visit")
        yield visit(site, "alice")
        return
    opened: Page = request.getfixturevalue("firefox").new_page(site, "alice")
    yield opened
    opened.close()


def test_the_parts_of_the_delay_add_up_and_are_what_is_shown(page: Page, site: Site) -> None:
    studio = open_studio(page, site, "test-slow")
    studio.press_start()
    studio.wait_live()
    studio.wait_picture()
    page.click("#status")
    delay = wait_until(lambda: complete(studio), "every part is known", 20)
    assert all(delay[part] >= 0 for part in PARTS), delay
    assert sum(delay[part] for part in PARTS) == pytest.approx(delay["total_ms"])
    # It sleeps 200 ms for each picture, and wakes when the machine lets it.
    assert 190 < delay["process_ms"] < 500
    wait_until(lambda: shows_what_is_told(studio), "the figures on the page are those of the report", 20)
    held_up = "document.querySelector('[data-figure=bottleneck]').textContent"
    wait_until(lambda: page.evaluate(held_up) == "our server", "who holds it up is told", 20)


def complete(studio: Studio) -> dict[str, float] | None:
    delay: dict[str, Any] = studio.page.evaluate("showroom.report()")["delay"]
    is_known = all(isinstance(value, int | float) for value in delay.values())
    # Until the first picture went through, none took any time.
    return delay if is_known and delay["process_ms"] else None


def shows_what_is_told(studio: Studio) -> bool:
    found = studio.page.evaluate(REPORT_AND_CELLS)
    return bool(found["shown"] == found["told"]) and None not in found["delay"].values()


@pytest.mark.parametrize(
    ("figures", "who"),
    [
        ({}, None),
        ({"delay_ms": 60, "network_ms": 20, "process_ms": 10, "lost_down": 0.0}, "none"),
        ({"delay_ms": 60, "network_ms": 20, "lost_down": 0.1}, "network"),
        ({"delay_ms": 60, "network_ms": 20, "lost_up": 0.1}, "network"),
        ({"delay_ms": 400, "network_ms": 350, "process_ms": 20}, "network"),
        ({"delay_ms": 60, "limited": "bandwidth"}, "network"),
        ({"delay_ms": 60, "limited": "cpu"}, "device"),
        ({"delay_ms": 60, "undrawn": 0.5}, "device"),
        ({"delay_ms": 300, "queue_ms": 80, "process_ms": 80, "encode_ms": 10}, "server"),
        ({"delay_ms": 900, "network_ms": 300, "process_ms": 500}, "server"),
    ],
)
def test_who_holds_the_picture_up(
    figures: dict[str, object], who: str | None, site: Site, visit: VisitorFactory
) -> None:
    page = visit(site)
    page.open(f"{site.url}/p/invert/")
    call = f"import('/static/js/bottleneck.js').then((part) => part.bottleneck({json.dumps(figures)}))"
    assert page.evaluate(call) == who
