"""The camera changes its size in mid-stream (a phone turned, a poor uplink): the output follows without a break."""

import itertools
import json
from collections.abc import Iterator

import pytest

from tests.support.patience import patient, wait_until
from tests.support.site import Site

from . import scene
from .chromium import HERE
from .pages import Page
from .studio import Studio
from .test_forwarded_streams import SLUGS
from .test_order_and_delay import started

CANVAS_CAMERA = scene.as_script() + (HERE / "canvas_camera.js").read_text()
SIZES = [(640, 480), (1280, 720), (320, 240), (480, 640)]
FREEZE_SECONDS = 2.0
PICTURES = 15


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest, site: Site) -> Iterator[Page]:
    """A page whose camera is the canvas."""
    if request.param == "chromium":
        chromium_page = request.getfixturevalue("visit")(site, "alice")
        chromium_page.page.add_init_script(CANVAS_CAMERA)
        yield chromium_page
        assert chromium_page.problems == []
    else:
        firefox_page = request.getfixturevalue("firefox").new_page(site, "alice")
        yield firefox_page
        firefox_page.close()


@pytest.mark.parametrize("way", SLUGS)
def test_the_output_follows_the_camera(page: Page, site: Site, way: str) -> None:
    studio = started(page, site, SLUGS[way])
    studio.watch_output()
    for width, height in SIZES:
        page.evaluate(f"probe.resizeCamera({width}, {height})")
        see_pictures_of_size(studio, width, height)
    assert longest_pause_seconds(studio) < patient(FREEZE_SECONDS)
    assert studio.states()[-1] == "live"
    assert "reconnecting" not in studio.states()
    assert failures(studio) == []


def see_pictures_of_size(studio: Studio, width: int, height: int) -> None:
    """Some pictures in a row: numbered, so their content is whole, and of this size."""

    def are_seen() -> bool:
        last = studio.presented()[-PICTURES:]
        same = all((each["width"], each["height"]) == (width, height) for each in last)
        readable = sum(each["number"] is not None for each in last)
        return same and readable > PICTURES // 2

    try:
        wait_until(are_seen, f"pictures of {width}×{height}", seconds=10)
    except AssertionError as error:
        raise AssertionError(f"{error}; the last was {json.dumps(studio.presented()[-1:])}") from None


def longest_pause_seconds(studio: Studio) -> float:
    moments = [each["at"] / 1000 for each in studio.presented()]
    return max(after - before for before, after in itertools.pairwise(moments))


def failures(studio: Studio) -> list[str]:
    told = [message for message in studio.messages() if message["type"] == "processor"]
    return [message["state"] for message in told if message["state"] not in {"starting", "running"}]
