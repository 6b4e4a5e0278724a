"""The picture's box follows the stream's shape, never crops and never jumps over its neighbours."""

from pathlib import Path

import pytest

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import VisitorFactory
from .studio import Studio, open_studio
from .test_order_and_delay import started

SHAPES = {"4:3": 4 / 3, "16:9": 16 / 9, "9:16": 9 / 16}
BOX = "document.querySelector('[data-testid=output-video]').getBoundingClientRect().toJSON()"
# What stands around the picture.
PLACES = """["#stage", "#bar", "#column", "header"].map(name => {
    const {left, top, width, height} = document.querySelector(name).getBoundingClientRect();
    return [name, left, top, width, height].join(" ");
})"""
BAR = "document.querySelector('#bar').getBoundingClientRect().toJSON()"


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_the_box_follows_the_stream(
    viewport: tuple[int, int], site: Site, visit: VisitorFactory, tmp_path: Path
) -> None:
    width, height = viewport
    page = visit(site, "alice", viewport={"width": width, "height": height})
    studio = started(page, site, "test-shape")
    for name, ratio in SHAPES.items():
        studio.set_parameter("shape", name)
        wait_until(lambda ratio=ratio: abs(stream_ratio(studio) - ratio) < 0.02, f"the stream is {name}")
        wait_until(lambda ratio=ratio: abs(box_ratio(studio) - ratio) < 0.03, f"the box is {name}")
        box, bar = page.evaluate(BOX), page.evaluate(BAR)
        assert box["right"] <= width + 1, "the page does not scroll sideways"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert box["bottom"] <= bar["top"] + 1 or box["top"] >= bar["bottom"] - 1, "the bar covers no picture"
        page.page.screenshot(path=tmp_path / f"{width}-{name.replace(':', 'x')}.png")


def test_nothing_jumps_when_the_first_picture_comes(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "alice")
    studio = open_studio(page, site, "test-shape")
    before = page.evaluate(PLACES)
    studio.press_start()
    studio.wait_live()
    studio.wait_picture()
    assert page.evaluate(PLACES) == before
    studio.set_parameter("shape", "9:16")
    wait_until(lambda: stream_ratio(studio) < 1, "the stream is upright")
    assert page.evaluate(PLACES) == before


def stream_ratio(studio: Studio) -> float:
    video = "document.querySelector('[data-testid=output-video]')"
    width, height = studio.page.evaluate(f"[{video}.videoWidth, {video}.videoHeight]")
    return float(width / max(height, 1))


def box_ratio(studio: Studio) -> float:
    box = studio.page.evaluate(BOX)
    return float(box["width"] / max(box["height"], 1))
