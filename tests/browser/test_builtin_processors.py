"""Every built-in opens and runs; sound comes back as loud and as late as its parameters say."""

import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from processors import catalogue
from tests.support.figures import write_figure
from tests.support.patience import wait_until
from tests.support.site import Site

from . import chromium, scene
from .chromium import ChromiumPage
from .conftest import VisitorFactory
from .studio import Studio, open_studio
from .test_order_and_delay import ahead


@pytest.fixture(scope="module")
def going_round(browser: Browser, embedded_site: Site) -> Iterator[ChromiumPage]:
    """One visitor who goes from processor to processor, as people do."""
    with chromium.visitor(browser, embedded_site, "bob") as page:
        yield page


@pytest.mark.parametrize("key", [*catalogue.BUILTINS])
def test_it_opens_and_runs(key: str, site: Site, going_round: ChromiumPage) -> None:
    cls = catalogue.load_class(key)
    page = going_round
    page.problems.clear()
    studio = open_studio(page, site, key)
    studio.press_start()
    studio.wait_live()
    if "video" in cls.gives:
        studio.watch_output()
        wait_until(lambda: len(studio.presented()) > 5, f"{key} gives pictures", 20)
    if "audio" in cls.gives:
        wait_until(lambda: packets_received(studio, "audio") > 20, f"{key} gives sound", 20)
    wait_until(lambda: "running" in processor_states(studio), f"{key} runs", 20)
    assert "failing" not in processor_states(studio)
    assert studio.state() == "live"
    assert page.problems == []


def test_volume_raises_a_tone_by_six_decibels(site: Site, visit: VisitorFactory) -> None:
    studio = open_studio(visit(site, "bob"), site, "gain", "?decibels=0")
    studio.press_start()
    studio.wait_live()
    before = steady_sound(studio)
    studio.set_parameter("decibels", 6)
    studio.page.evaluate("new Promise(done => setTimeout(done, 500))")
    after = steady_sound(studio)
    assert before["hertz"] == pytest.approx(scene.TONE_HERTZ, abs=3)
    assert after["hertz"] == pytest.approx(scene.TONE_HERTZ, abs=3)
    assert 20 * math.log10(after["rms"] / before["rms"]) == pytest.approx(6, abs=0.5)


EXACT_SECONDS = 0.05


@pytest.mark.slow
def test_the_echo_keeps_its_time_exactly(site: Site, visit: VisitorFactory) -> None:
    picture, sound = echo_of_the_picture_seconds(visit, site), echo_of_the_sound_seconds(visit, site)
    write_figure("echo_of_two_seconds", picture_seconds=picture, sound_seconds=sound)
    assert picture == pytest.approx(2, abs=EXACT_SECONDS)
    assert sound == pytest.approx(2, abs=EXACT_SECONDS)


def echo_of_the_picture_seconds(visit: VisitorFactory, site: Site) -> float:
    without, late = (echo_frames(visit, site, seconds) for seconds in (0, 2))
    return (late - without) / scene.FRAMES_PER_SECOND


def echo_of_the_sound_seconds(visit: VisitorFactory, site: Site) -> float:
    without, late = (echo_of_a_beep_ms(visit, site, seconds) for seconds in (0, 2))
    return (late - without) / 1000


def echo_of_a_beep_ms(visit: VisitorFactory, site: Site, seconds: float) -> float:
    """The time from a beep at the microphone to its return: the least of five, as a busy machine only adds."""
    page = visit(site, "bob")
    page.page.add_init_script(path=Path(__file__).with_name("beeper.js"))
    studio = open_studio(page, site, "echo", f"?delay={seconds}")
    studio.press_start()
    studio.wait_live()
    studio.page.evaluate(f"new Promise(done => setTimeout(done, {1000 * seconds + 2500}))")
    studio.page.evaluate("probe.listenForBeeps()")
    times_ms = [float(studio.page.evaluate("probe.beep()")) for _ in range(5)]
    studio.press_stop()
    return min(times_ms)


def echo_frames(visit: VisitorFactory, site: Site, seconds: float) -> float:
    """By how many frames the preview is ahead of the picture that comes back, on average."""
    studio = open_studio(visit(site, "bob"), site, "echo", f"?delay={seconds}")
    studio.press_start()
    studio.wait_live()
    studio.page.evaluate(f"new Promise(done => setTimeout(done, {1000 * seconds + 2500}))")
    seen = studio.presented_for(3)
    steps = [
        ahead(entry["input"], entry["number"])
        for entry in seen
        if None not in (entry["input"], entry["number"])
    ]
    assert len(steps) > 5
    return statistics.mean(steps)


def steady_sound(studio: Studio) -> dict[str, float]:
    """The loudness once two measurements agree: the first second still settles."""
    last: dict[str, float] = {"rms": 0.0, "hertz": 0.0}

    def settled() -> bool:
        nonlocal last
        before, last = last, studio.sound()
        return before["rms"] > 0 and abs(20 * math.log10(last["rms"] / before["rms"])) < 0.1

    wait_until(settled, "the sound is steady", 20)
    return last


def processor_states(studio: Studio) -> list[str]:
    return [message["state"] for message in studio.messages() if message["type"] == "processor"]


def packets_received(studio: Studio, kind: str) -> int:
    entries: list[Any] = studio.page.evaluate("probe.statistics()")
    wanted = [each for each in entries if each["type"] == "inbound-rtp" and each["kind"] == kind]
    return max((entry["packetsReceived"] for entry in wanted), default=0)
