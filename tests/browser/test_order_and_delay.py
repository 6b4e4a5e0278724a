"""The numbered camera: pictures come back in order, and a slow processor makes them rarer, never later."""

import itertools
import statistics
import time
from typing import Any

import pytest

from tests.support.figures import write_figure
from tests.support.patience import wait_until
from tests.support.site import Site

from . import scene
from .conftest import VisitorFactory
from .studio import Studio, open_studio


def test_pictures_come_back_in_order(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "alice")
    page.page.add_init_script("probe.watchesDecoded = true")
    studio = started(page, site, "test-copy")
    page.page.wait_for_timeout(3000)
    numbers = [entry["number"] for entry in page.evaluate("probe.decoded") if entry["number"] is not None]
    steps = [ahead(after, before) for before, after in itertools.pairwise(numbers)]
    assert len(numbers) > 45
    # 0: the same picture again. Half of the numbers or more would be a step back.
    assert max(steps) < scene.NUMBERS // 4, f"out of order: {numbers}"
    assert studio.state() == "live"


def test_a_slow_processor_makes_pictures_rarer_not_later(site: Site, visit: VisitorFactory) -> None:
    studio = started(visit(site, "alice"), site, "test-slow")
    delays = delays_seconds(studio, seconds=5)
    assert 8 < len(delays) < 40
    # Generous: the exact figure is taken by `make acceptance`.
    assert statistics.median(delays) < 0.7
    assert delays[-1] < 1
    studio.page.page.click("#status")
    # It takes 0.2 s for each; the others are left out, and that is said.
    wait_until(lambda: 1 <= shown(studio, "processed") <= 6, "what is processed is told")
    wait_until(lambda: shown(studio, "dropped") > shown(studio, "processed"), "what is dropped is told")


def shown(studio: Studio, figure: str) -> float:
    words = str(studio.page.page.text_content(f"[data-figure={figure}]"))
    return float(words) if words != "–" else 0.0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_delay_of_a_slow_processor_and_the_memory_stay_flat(site: Site, visit: VisitorFactory) -> None:
    studio = started(visit(site, "alice"), site, "test-slow")
    delays_seconds(studio, seconds=5)
    before_bytes = site.memory_bytes()
    delays = delays_seconds(studio, seconds=60)
    grown_megabytes = (site.memory_bytes() - before_bytes) / 1e6
    p50, p95 = statistics.median(delays), statistics.quantiles(delays, n=20)[-1]
    write_figure("slow_processor", p50_seconds=p50, p95_seconds=p95, grown_megabytes=grown_megabytes)
    assert p50 <= 0.35
    assert grown_megabytes < 20


def started(page: Any, site: Site, slug: str) -> Studio:
    studio = open_studio(page, site, slug)
    studio.press_start()
    studio.wait_live()
    studio.wait_picture()
    return studio


def delays_seconds(studio: Studio, seconds: float) -> list[float]:
    """For each new picture: how much newer the preview's picture was at that moment."""
    time.sleep(1)
    seen = [entry for entry in studio.presented_for(seconds) if None not in (entry["number"], entry["input"])]
    fresh = [after for before, after in itertools.pairwise(seen) if before["number"] != after["number"]]
    return [ahead(entry["input"], entry["number"]) / scene.FRAMES_PER_SECOND for entry in fresh]


def ahead(newer: int, older: int) -> int:
    return (newer - older) % scene.NUMBERS
