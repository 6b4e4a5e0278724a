"""Cameras and microphones: chosen, remembered, switched live, denied, taken, missing, unplugged, flipped."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from tests.support.patience import wait_until
from tests.support.site import Site

from . import chromium
from .chromium import ChromiumPage
from .conftest import VisitorFactory
from .studio import START, Studio, open_studio

CAMERA = "probe.tracks.filter(each => each.kind === 'video' && each.readyState === 'live').at(-1)"
MICROPHONE = "probe.tracks.filter(each => each.kind === 'audio' && each.readyState === 'live').at(-1)"
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 3,
    "user_agent": "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36",
}

# Chromium's second fake camera measures depth: its pictures cannot be encoded.
WITHOUT_DEPTH_CAMERA = """
const all = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
navigator.mediaDevices.enumerateDevices = async () => (await all()).filter(each => each.label !== "fake_device_1");
"""


@pytest.fixture(scope="module")
def three_cameras(playwright: Playwright) -> Iterator[Browser]:
    """Chromium's own moving pictures, as three cameras and as many microphones."""
    launched = chromium.launch(
        playwright, "--use-fake-device-for-media-stream=device-count=3", "--use-fake-ui-for-media-stream"
    )
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def denying(playwright: Playwright) -> Iterator[Browser]:
    """A visitor who says no to every question."""
    launched = chromium.launch(playwright, "--use-fake-device-for-media-stream", "--deny-permission-prompts")
    yield launched
    launched.close()


def test_a_camera_is_chosen_switched_live_and_remembered(three_cameras: Browser, site: Site) -> None:
    with chromium.visitor(three_cameras, site, "bob") as page:
        studio = live(page, site, "invert")
        first = page.evaluate(f"{CAMERA}.getSettings().deviceId")
        peers = page.evaluate("probe.peers.length")
        other = choose_other(page, "video", "videoinput")
        wait_until(lambda: page.evaluate(f"{CAMERA}?.getSettings().deviceId") != first, "another camera runs")
        chosen = page.evaluate(f"{CAMERA}.getSettings().deviceId")
        assert page.evaluate("probe.peers.length") == peers, "the session went on without a new connection"
        assert studio.state() == "live"
        see_new_pictures(studio)
        assert studio.live_tracks() == 1, "the first camera is given back"

        studio.press_stop()
        studio = live(page, site, "invert")
        assert page.evaluate(f"{CAMERA}.getSettings().deviceId") == chosen
        checked = page.page.locator("[data-choices=videoinput] [aria-checked=true]")
        assert other in checked.first.text_content()


def test_a_microphone_is_chosen_switched_live_and_remembered(three_cameras: Browser, site: Site) -> None:
    with chromium.visitor(three_cameras, site, "bob") as page:
        studio = live(page, site, "gain")
        first = page.evaluate(f"{MICROPHONE}.getSettings().deviceId")
        choose_other(page, "audio", "audioinput")
        wait_until(
            lambda: page.evaluate(f"{MICROPHONE}?.getSettings().deviceId") != first, "another microphone"
        )
        chosen = page.evaluate(f"{MICROPHONE}.getSettings().deviceId")
        assert studio.state() == "live"
        studio.press_stop()
        live(page, site, "gain")
        assert page.evaluate(f"{MICROPHONE}.getSettings().deviceId") == chosen


def test_a_remembered_camera_that_is_gone_falls_back_silently(three_cameras: Browser, site: Site) -> None:
    with chromium.visitor(three_cameras, site, "bob") as page:
        live(page, site, "invert")
        choose_other(page, "video", "videoinput")
        key = page.evaluate("Object.keys(localStorage).find(each => each.includes('device.video'))")
        assert key, "the choice is remembered"
        page.evaluate(
            f"localStorage.setItem({key!r}, localStorage.getItem({key!r}).replace(/[0-9a-f]/g, '0'))"
        )
        studio = live(page, site, "invert")
        assert studio.state() == "live"


def test_a_denied_camera_is_explained(denying: Browser, site: Site) -> None:
    with chromium.visitor(denying, site, "bob") as page:
        studio = open_studio(page, site, "invert")
        studio.press_start()
        problem = problem_text(page, "blocked")
        assert "NotAllowedError" not in problem, "the browser's own name is not the headline"
        assert studio.live_tracks() == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NotFoundError", "No camera found"),
        ("NotReadableError", "Another app is using the camera"),
        ("AbortError", "The camera did not start"),
        ("SecurityError", "blocked"),
    ],
)
def test_each_camera_error_has_its_own_words(
    name: str, words: str, site: Site, visit: VisitorFactory
) -> None:
    page = visit(site, "bob")
    page.page.add_init_script(
        f"probe.camera = async () => {{ throw new DOMException('from the browser', '{name}'); }}"
    )
    studio = open_studio(page, site, "invert")
    studio.press_start()
    assert "from the browser" not in problem_text(page, words)
    page.evaluate("delete probe.camera, null")
    page.page.get_by_role("button", name="Retry").first.click()
    studio.wait_live()


def test_a_wish_the_camera_cannot_fulfil_is_dropped_once(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "bob")
    page.page.add_init_script(
        """
        let refused = false;
        probe.camera = async (constraints, original) => {
            if (refused) return original(constraints);
            refused = true;
            throw new OverconstrainedError("width", "too wide");
        };
        """
    )
    live(page, site, "invert")


def test_without_a_secure_address_the_page_says_so(site: Site, visit: VisitorFactory) -> None:
    page = visit(site)
    page.open(f"http://{chromium.INSECURE_NAME}:{site.port}/p/invert/")
    assert page.evaluate("isSecureContext") is False
    page.click(START)
    problem_text(page, "https")


def test_an_unplugged_camera_leaves_the_session_running(three_cameras: Browser, site: Site) -> None:
    with chromium.visitor(three_cameras, site, "bob") as page:
        studio = live(page, site, "invert")
        page.evaluate(f"(track => {{ track.stop(); track.dispatchEvent(new Event('ended')); }})({CAMERA})")
        wait_until(lambda: "disconnected" in page.page.locator("#notices").inner_text(), "a notice says it")
        assert studio.state() == "live"
        choose_other(page, "video", "videoinput")
        wait_until(lambda: page.evaluate(f"!!{CAMERA}"), "another camera runs")
        see_new_pictures(studio)


def test_a_phone_flips_its_camera(three_cameras: Browser, site: Site) -> None:
    with chromium.visitor(three_cameras, site, "bob", **PHONE) as page:
        page.page.add_init_script(WITHOUT_DEPTH_CAMERA)
        studio = live(page, site, "invert")
        first = page.evaluate(f"{CAMERA}.getSettings().deviceId")
        page.page.locator("#flip").tap()
        wait_until(
            lambda: page.evaluate(f"{CAMERA}?.getSettings().deviceId") != first, "the other camera runs"
        )
        assert studio.state() == "live"
        see_new_pictures(studio)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_camera_denied_at_a_switch_leaves_the_running_session_with_its_microphone(
    site: Site, visit: VisitorFactory
) -> None:
    page = visit(site, "bob")
    studio = live(page, site, "gain")
    peers = page.evaluate("probe.peers.length")
    page.evaluate(
        "probe.camera = async () => { throw new DOMException('from the browser', 'NotAllowedError'); }, 0"
    )
    page.click(".processor-menu summary")
    page.click(".processor-menu [data-slug=edges]")
    notices = page.page.locator("#notices")
    wait_until(lambda: "Camera access is blocked" in notices.inner_text(), "the camera's own words")
    assert "was not changed" in notices.inner_text()
    assert (studio.state(), studio.live_tracks()) == ("live", 1)
    assert page.evaluate("probe.peers.length") == peers, "the connection stayed as it was"
    assert page.evaluate("location.pathname") == "/p/gain/"

    page.evaluate("delete probe.camera, null")
    page.click(".processor-menu summary")
    page.click(".processor-menu [data-slug=edges]")
    wait_until(lambda: page.evaluate("location.pathname") == "/p/edges/", "the allowed camera opens the way")
    studio.wait_live()
    studio.wait_picture()
    assert studio.live_tracks() == 1, "the microphone is given back once the camera runs"


def test_a_sample_goes_on_as_what_the_next_processor_takes(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "bob")
    studio = open_studio(page, site, "gain")
    page.click("[data-testid=start-sample]")
    studio.wait_live()
    page.click(".processor-menu summary")
    page.click(".processor-menu [data-slug=edges]")
    wait_until(lambda: page.evaluate("location.pathname") == "/p/edges/", "the other page is in place")
    studio.wait_live()
    studio.wait_picture()
    assert page.evaluate("probe.tracks.length") == 0, "no camera was asked for"


def test_off_is_a_calm_sign_and_stays_off(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "bob")
    live(page, site, "invert")
    assert not page.page.locator("#preview-off").is_visible()
    page.click("[data-toggle=video]")
    assert page.page.locator("#preview-off").is_visible()

    live(page, site, "invert")
    toggle = page.page.locator("[data-toggle=video]")
    assert toggle.get_attribute("aria-pressed") == "false"
    assert page.page.locator("#preview-off").is_visible()
    assert page.evaluate(f"{CAMERA}.enabled") is False
    toggle.click()
    assert not page.page.locator("#preview-off").is_visible()
    assert page.evaluate(f"{CAMERA}.enabled") is True


def test_single_letters_can_be_switched_off_for_good(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "bob")
    open_studio(page, site, "invert")
    toggle = page.page.locator("[data-toggle=video]")
    page.page.keyboard.press("v")
    assert toggle.get_attribute("aria-pressed") == "false"
    page.page.keyboard.press("v")

    page.click("#status")
    page.page.locator("#shortcuts").uncheck()
    page.page.keyboard.press("v")
    assert toggle.get_attribute("aria-pressed") == "true"
    open_studio(page, site, "invert")
    page.page.keyboard.press("v")
    assert toggle.get_attribute("aria-pressed") == "true"


def test_sliders_go_gently_over_the_socket(site: Site, visit: VisitorFactory) -> None:
    page = visit(site, "bob")
    open_studio(page, site, "invert")
    sent = page.evaluate(
        """(async () => {
            const { ParameterLink } = await import("/static/js/parameter_link.js");
            const sent = [];
            const requestParameters = async (values) => void sent.push(values);
            const session = { sendParameters: () => false, requestParameters };
            const link = new ParameterLink(session);
            const end = performance.now() + 1000;
            for (let low = 0; performance.now() < end; low += 1) {
                link.change({ low });
                await new Promise((done) => setTimeout(done, 10));
            }
            return sent.length;
        })()"""
    )
    assert 2 <= sent <= 11


def live(page: ChromiumPage, site: Site, slug: str) -> Studio:
    studio = open_studio(page, site, slug)
    studio.press_start()
    studio.wait_live()
    return studio


def choose_other(page: ChromiumPage, kind: str, choices: str) -> str:
    """Open the menu and take a device that is not in use; return its name."""
    page.click(f"[data-device={kind}] summary")
    other = page.page.locator(f"[data-choices={choices}] [role=radio][aria-checked=false]").last
    name = (other.text_content() or "").strip()
    other.click()
    return name


def see_new_pictures(studio: Studio) -> None:
    studio.watch_output()
    before = len(studio.presented())
    wait_until(lambda: len(studio.presented()) > before + 5, "pictures go on")


def problem_text(page: ChromiumPage, words: str) -> str:
    """The text of the page once it says ``words``."""
    main = page.page.locator("main")
    wait_until(lambda: words in main.inner_text(), f"the page says {words!r}")
    text: Any = main.inner_text()
    return str(text)
