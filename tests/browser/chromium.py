"""The system's Chromium, driven by Playwright, with a numbered film as camera and a tone as microphone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright
from playwright.sync_api import Page as PlaywrightPage

from tests.support.patience import patient
from tests.support.processes import program
from tests.support.site import Site

from . import scene

HERE = Path(__file__).parent
# A name for this machine that browsers do not take for a secure address.
INSECURE_NAME = "showroom.test"
NAMES = (f"--host-resolver-rules=MAP {INSECURE_NAME} 127.0.0.1",)
PROBE = (HERE / "probe.js").read_text()


def launch(playwright: Playwright, *arguments: str, path: str = "") -> Browser:
    path = path or program("chromium", "chromium-browser", "google-chrome")
    return playwright.chromium.launch(executable_path=path, headless=True, args=[*NAMES, *arguments])


def launch_with_film(playwright: Playwright, folder: Path) -> Browser:
    """One camera that plays the numbered film and one microphone that plays a tone; both are granted."""
    camera, microphone = folder / "camera.y4m", folder / "microphone.wav"
    scene.write_camera(camera)
    scene.write_microphone(microphone)
    return launch(
        playwright,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
        f"--use-file-for-fake-audio-capture={microphone}",
    )


class ChromiumPage:
    """A page with the probe inside; what goes wrong in it is kept in ``problems``."""

    def __init__(self, page: PlaywrightPage) -> None:
        self.page = page
        self.problems: list[str] = []
        page.add_init_script(PROBE)
        page.on("pageerror", lambda error: self.problems.append(f"{error}"))
        page.on("console", self._keep_console)

    def open(self, url: str) -> None:
        self.page.goto(url)

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(f"async () => ({expression})")

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def set_value(self, selector: str, value: str) -> None:
        control = self.page.locator(selector).first
        kind = control.evaluate("control => control.type || control.localName")
        if kind.startswith("select"):
            control.select_option(value)
        elif kind in {"checkbox", "radio"}:
            control.set_checked(value == "true")
        else:
            control.fill(value)

    def close(self) -> None:
        self.page.close()

    def _keep_console(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(f"{message.text} {message.location.get('url', '')}")


def sign_in(context: BrowserContext, site: Site, person: str | None) -> None:
    context.clear_cookies(name="sessionid")
    if person is not None:
        session = site.people[person]["session"]
        context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])


@contextmanager
def visitor(
    browser: Browser, site: Site, person: str | None = None, **options: Any
) -> Iterator[ChromiumPage]:
    """A browser profile of its own for one visitor; its session ends with it."""
    context = browser.new_context(**{"locale": "en-US", **options})
    context.set_default_timeout(patient(15) * 1000)
    sign_in(context, site, person)
    page = ChromiumPage(context.new_page())
    try:
        yield page
    finally:
        _end_session(page)
        context.close()


def _end_session(page: ChromiumPage) -> None:
    """Give camera and slot back at once, so that the next test does not wait for the server to notice."""
    running = json.dumps(["permission", "queued", "connecting", "live", "reconnecting"])
    stop = f"{running}.includes(document.documentElement.dataset.sessionState) && window.showroom?.stop()"
    try:
        page.evaluate(
            f"Promise.race([Promise.resolve({stop}), new Promise(done => setTimeout(done, 2000))]), 0"
        )
    except Exception as error:  # the page may be gone or may never have been one of ours
        page.problems.append(f"while leaving: {error}")
