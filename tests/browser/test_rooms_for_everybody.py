"""Rooms by keyboard alone, without serious barriers, on phones, with sound only, and without a camera."""

import pytest

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import SeatFactory
from .meeting import ADA, BEN, Seat, chromium_page, make_room, wait_meeting, wait_people
from .test_accessibility import focused, see_no_barrier, walk_to

FIGURES = (
    *("fps_sent", "fps_shown", "network_ms", "playback_ms", "delay_ms", "bottleneck"),
    *("bitrate_up", "bitrate_down", "lost_up", "lost_down", "size_in", "size_out", "codec", "server"),
)
PANELS = ("chat", "people", "processor")


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_no_serious_barrier(viewport: tuple[int, int], site: Site, sit_down: SeatFactory) -> None:
    slug = f"open-{viewport[0]}"
    make_room(site, slug)
    size = {"width": viewport[0], "height": viewport[1]}
    ada = sit_down(site, ADA, "bob", viewport=size, reduced_motion="reduce")
    page = chromium_page(ada)
    ada.open(site, slug)
    see_no_barrier(page)
    ada.join()
    wait_people(ada, "Ada")
    see_no_barrier(page)
    for panel in PANELS:
        page.click(f"[data-opens={panel}]")
        if panel == "processor":
            page.set_value("#worn", "edges")
            page.page.locator("[data-testid=param-low]").first.wait_for()
        see_no_barrier(page)
        see_no_sideways_scrolling(page.page.evaluate("[document.documentElement.scrollWidth, innerWidth]"))
    page.click("[data-opens=processor]")
    page.click("#more > summary")
    see_no_barrier(page)
    ada.leave()
    see_no_barrier(page)


def see_no_sideways_scrolling(widths: list[int]) -> None:
    content, window = widths
    assert content <= window


def test_a_keyboard_is_enough(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "keys")
    ada = sit_down(site, ADA)
    page = chromium_page(ada)
    ada.open(site, "keys")
    page.click("#name")
    press(ada, "Enter")
    assert ada.state() == "idle", "a name is needed"
    assert "name" in page.page.inner_text("#name-said")
    page.page.keyboard.type("Ada")
    press(ada, "Enter")
    ada.wait_state("live")
    assert focused(page) not in {"BODY", "HTML"}
    walk_to(page, "[data-opens=chat]")
    press(ada, "Enter")
    page.page.keyboard.type("Hello")
    press(ada, "Enter")
    wait_until(lambda: "Hello" in page.page.inner_text("[data-testid=chat]"), "the message")
    press(ada, "Escape")
    assert page.evaluate("document.activeElement.dataset.opens") == "chat", "back where one was"
    press(ada, "m")
    assert page.page.get_attribute("#room-bar [data-toggle=audio]", "aria-pressed") == "false"
    walk_to(page, ".tile-pin")
    press(ada, "Enter")
    assert page.page.get_attribute(".tile-pin", "aria-pressed") == "true"
    walk_to(page, "[data-testid=leave]")
    press(ada, "Enter")
    ada.wait_state("ended")
    assert focused(page) == "BUTTON"
    press(ada, "Enter")
    ada.wait_state("ended")
    wait_until(lambda: page.page.locator("#join").is_visible(), "back before the door")


def press(seat: Seat, key: str) -> None:
    chromium_page(seat).page.keyboard.press(key)


def test_how_good_the_connection_is_before_joining(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "threshold")
    ada = sit_down(site, ADA, "bob")
    ada.open(site, "threshold")
    page = chromium_page(ada).page
    wait_until(lambda: "Your connection is" in page.inner_text("#join-form"), "how good it is, in words", 15)
    assert page.locator("#connection-said a").get_attribute("href") == "/check/"
    ada.join()
    wait_people(ada, "Ada")
    connected = "probe.peers.filter(each => each.connectionState === 'connected').length"
    assert ada.page.evaluate(connected) == 1, "the check has left nothing behind"


def test_the_figures_of_the_connection(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "figures")
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    for seat in (ada, ben):
        seat.open(site, "figures")
        seat.join()
    wait_meeting(ada, ben)
    page = chromium_page(ada).page
    page.click("#more > summary")
    page.click("[data-opens=connection]")
    shown = page.locator("[data-panel=connection]")
    wait_until(lambda: "direct (UDP)" in shown.inner_text(), "the path is told")
    for name in FIGURES:
        figure = shown.locator(f"[data-figure={name}]")
        wait_until(lambda figure=figure: figure.inner_text() not in {"–", "0 kbit/s"}, f"{name} is told")
    assert shown.locator("[data-figure=lost_down]").inner_text().endswith("%")
    assert site.url.removeprefix("http://") in shown.locator("[data-figure=server]").inner_text()
    who = {"nothing", "your network", "your device", "our server"}
    assert shown.locator("[data-figure=bottleneck]").inner_text() in who
    see_no_barrier(chromium_page(ada))
    press(ada, "Escape")
    assert page.evaluate("document.activeElement.parentElement.id") == "more", "back where one was"


def test_the_connection_of_each_is_unknown_until_it_was_measured(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "bars")
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    chromium_page(ada).page.add_init_script(KEEP_QUALITIES)
    for seat in (ada, ben):
        seat.open(site, "bars")
        seat.join()
    bars = chromium_page(ada).page.locator("[data-testid=tile]:not([hidden]) [data-part=quality]")

    def measured() -> bool:
        told = {(bar.get_attribute("data-quality"), bar.inner_text()) for bar in bars.all()}
        return bars.count() == 2 and told <= MEASURED

    wait_until(measured, "both are measured", 30)
    told: list[str] = ada.page.evaluate("probe.qualities")
    assert told[0] == "unknown", told
    assert "lost" not in told


# Told by colour, bars and words.
MEASURED = {
    ("excellent", "Excellent connection"),
    ("good", "Good connection"),
    ("poor", "Poor connection"),
}
KEEP_QUALITIES = """
probe.qualities = [];
new MutationObserver((changes) => {
    for (const {target} of changes) {
        const bars = target.querySelectorAll?.("[data-part=quality]") ?? [];
        const changed = target.matches?.("[data-part=quality]") ? [target] : bars;
        for (const bar of changed) probe.qualities.push(bar.dataset.quality);
    }
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["data-quality"]});
"""


def test_sound_only_and_camera_off(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "radio")
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    for seat in (ada, ben):
        seat.open(site, "radio")
        seat.join()
    wait_meeting(ada, ben)
    ada.page.click("#more > summary")
    ada.page.click("#audio-only")
    wait_until(lambda: (ada.tile("Ben") or {}).get("colour") is None, "no picture of Ben")
    assert ada.hears_tone_of(ben)
    assert ben.sees(ada), "Ben is not touched by what Ada wants to see"
    chromium_page(ada).click("[data-notice=audio-only] [data-part=action]")
    wait_until(lambda: ada.sees(ben), "pictures again", 15)
    ben.page.click("#room-bar [data-toggle=video]")
    wait_until(lambda: (ada.tile("Ben") or {}).get("colour") is None, "a face instead of a picture")
    assert (
        ben.page.evaluate("probe.tracks.filter((t) => t.kind === 'video' && t.readyState === 'live').length")
        == 0
    )
    ben.page.click("#room-bar [data-toggle=video]")
    wait_until(lambda: ada.sees(ben), "Ben's picture again", 15)


def test_without_camera_and_microphone(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "listeners")
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    script = "probe.camera = async () => { throw new DOMException('no', 'NotAllowedError'); }"
    chromium_page(ben).page.add_init_script(script)
    for seat in (ada, ben):
        seat.open(site, "listeners")
    page = chromium_page(ben).page
    wait_until(lambda: "blocked" in page.inner_text("#look-problem"), "why there is no picture")
    for seat in (ada, ben):
        seat.join()
    wait_until(lambda: ben.sees(ada), "Ben sees Ada", 20)
    wait_until(lambda: ben.hears_tone_of(ada), "and hears her", 10)
    tile = ada.tile("Ben")
    assert tile is not None
    assert tile["colour"] is None
    assert tile["muted"]


def test_the_invitation_is_copied_with_one_click(site: Site, sit_down: SeatFactory) -> None:
    address = make_room(site, "porch")
    ada = sit_down(site, ADA, "bob", permissions=["clipboard-read", "clipboard-write"])
    ada.open(site, "porch")
    ada.page.click("[data-invite]")
    page = chromium_page(ada).page
    wait_until(lambda: "Link copied" in page.inner_text(".site-tools"), "it says so")
    assert ada.page.evaluate("navigator.clipboard.readText()") == site.url + address


def test_the_invitation_into_a_private_room_is_made_by_the_click(site: Site, sit_down: SeatFactory) -> None:
    address = make_room(site, "den", access="invited")
    ada = sit_down(site, ADA, "bob", permissions=["clipboard-read", "clipboard-write"])
    ada.page.open(site.url + address)
    ada.page.click("[data-invite]")
    page = chromium_page(ada).page
    wait_until(lambda: "Link copied" in page.inner_text(".site-tools"), "it says so")
    link = ada.page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{site.url}/r/join/")
    ben = sit_down(site, BEN)
    ben.page.open(link)
    for seat in (ada, ben):
        seat.join()
    wait_people(ada, "Ada", "Ben")
