"""What a visitor sees in Chromium: how soon the processed picture comes, how soon in full size, how late it is."""

import asyncio
import statistics
import tempfile
from bisect import bisect_right
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import ChromiumPage, launch, visitor
from tests.browser.studio import Studio, open_studio
from tests.support.site import Site

from .figures import Figure
from .rows import Measurements, Plan
from .scene import FRAMES_PER_SECOND, HEIGHT, WIDTH, Scene
from .stream import FOLDER

FILM_JS = (Path(__file__).parent / "film.js").read_text()
FILM_FRAMES = 5 * FRAMES_PER_SECOND
STARTS = 10
WATCH_SECONDS = 6
# A number seen again belongs to the film's next round, not to this picture.
MOST_DELAY_SECONDS = 2.0


async def chromium(plan: Plan, seen: Measurements) -> list[Figure]:
    """Click on Start to the first processed picture, to full size, and from the local preview to the output."""
    return await asyncio.to_thread(chromium_figures)


def chromium_figures() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="showroom-bench-") as folder, sync_playwright() as playwright:
        site = Site(Path(folder))
        site.start()
        browser = launch(playwright, *camera_arguments(film()))
        try:
            starts = [one_start(browser, site) for _ in range(STARTS)]
            delays = preview_to_output_ms(browser, site)
        finally:
            browser.close()
            site.stop()
    first, full = (statistics.median(start[name] for start in starts) / 1000 for name in ("first", "full"))
    delay = statistics.median(delays) if delays else float("nan")
    return [
        Figure("Chromium: Start to first processed picture, s", first, None, 1.0, 0.4),
        Figure("Chromium: Start to full camera size, s", full, None, 2.0, 0.6),
        Figure("Chromium: local preview to output of edges, p50 ms", delay, None, 45.0, 35.0),
    ]


def film() -> Path:
    """Return the scene as a film for Chromium's fake camera; it plays in a loop."""
    path = FOLDER / "film-1.y4m"
    if not path.exists():
        scene, half_written = Scene(), path.with_suffix(".part")
        with half_written.open("wb") as file:
            file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
            for number in range(FILM_FRAMES):
                file.write(b"FRAME\n" + scene.i420(number).tobytes())
        half_written.rename(path)
    return path


def camera_arguments(path: Path) -> list[str]:
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]


def one_start(browser: Browser, site: Site) -> dict[str, float]:
    """Visit anew and press Start; milliseconds to the first processed picture and to full size."""
    with visitor(browser, site, "alice") as page:
        studio = opened(page, site)
        times: dict[str, float] = page.evaluate(f"film.start({WIDTH})")
        studio.press_stop()
        studio.wait_state("idle", "ended")
    return times


def preview_to_output_ms(browser: Browser, site: Site) -> list[float]:
    with visitor(browser, site, "alice") as page:
        studio = opened(page, site)
        page.evaluate(f"film.start({WIDTH})")
        page.page.wait_for_timeout(2000)
        page.evaluate("film.watch('input-video'), film.watch('output-video')")
        page.page.wait_for_timeout(WATCH_SECONDS * 1000)
        presented = page.evaluate("film.presented")
        studio.press_stop()
    return delays(presented["input-video"], presented["output-video"])


def opened(page: ChromiumPage, site: Site) -> Studio:
    page.page.add_init_script(FILM_JS)
    studio = open_studio(page, site, "edges")
    page.page.wait_for_function("() => !document.querySelector('[data-testid=start]').disabled")
    page.page.wait_for_timeout(800)
    return studio


def delays(shown: list[dict[str, Any]], came_back: list[dict[str, Any]]) -> list[float]:
    """Return for each picture of the output how long ago the preview showed the same one, in milliseconds."""
    moments: dict[int, list[float]] = {}
    for picture in shown:
        moments.setdefault(picture["number"], []).append(picture["at"])
    found = []
    for picture in came_back:
        earlier = moments.get(picture["number"], [])
        place = bisect_right(earlier, picture["at"])
        if place and picture["at"] - earlier[place - 1] < MOST_DELAY_SECONDS * 1000:
            found.append(picture["at"] - earlier[place - 1])
    return found
