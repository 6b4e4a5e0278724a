"""Devices of a room: looked at before the door, remembered, switched inside without anybody noticing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from tests.support.patience import wait_until
from tests.support.site import Site

from . import chromium
from .conftest import SeatFactory
from .meeting import ADA, BEN, Guest, Seat, chromium_page, make_room, wait_people
from .test_devices import CAMERA, PHONE, WITHOUT_DEPTH_CAMERA

# Phones have the same choices in another menu.
BESIDE = "[data-device]"
SILENT = Guest("Silent", (250, 5, 250), 0)
# What plays, and on which speaker, beside what the browser does with it.
NOTE_SOUNDS = """
probe.notes = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...given) {
    probe.notes.push({hertz: this.frequency.value, speaker: this.context.sinkId});
    return start.apply(this, given);
};
"""
# What a page's tracks were when it was left.
NOTE_TRACKS_AT_THE_END = """
addEventListener("load", () => addEventListener("pagehide", () => {
    sessionStorage.tracks = JSON.stringify(probe.tracks.map((track) => track.readyState));
}));
"""
NOTE_FACES = """
(() => {
    probe.faces = 0;
    const shown = ({target}) => target.matches("[data-part=face]") && !target.hidden;
    const watcher = new MutationObserver((changes) => { probe.faces += changes.filter(shown).length; });
    watcher.observe(document.querySelector("#tiles"), {subtree: true, attributeFilter: ["hidden"]});
})()
"""


@pytest.fixture(scope="module")
def three_cameras(playwright: Playwright) -> Iterator[Browser]:
    launched = chromium.launch(
        playwright,
        "--use-fake-device-for-media-stream=device-count=3",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
    )
    yield launched
    launched.close()


@contextmanager
def at_the_door(browser: Browser, site: Site, slug: str, *scripts: str, **options: Any) -> Iterator[Seat]:
    """Somebody with the browser's own cameras."""
    make_room(site, slug)
    with chromium.visitor(browser, site, "bob", **options) as page:
        for script in (WITHOUT_DEPTH_CAMERA, *scripts):
            page.page.add_init_script(script)
        seat = Seat(page, ADA)
        seat.open(site, slug)
        wait_until(lambda: page.evaluate(f"!!{CAMERA}"), "the camera runs")
        yield seat


def choose(seat: Seat, bar: str, kind: str, choices: str) -> str:
    """Take a device that is not in use; return its id."""
    page = chromium_page(seat).page
    page.click(f"{bar} [data-device={kind}] summary")
    other = page.locator(f"{bar} {BESIDE} [data-choices={choices}] [aria-checked=false]").last
    chosen = other.get_attribute("data-device-id")
    other.click()
    assert chosen
    return chosen


def marked(seat: Seat, bar: str, choices: str) -> list[str]:
    checked = chromium_page(seat).page.locator(f"{bar} {BESIDE} [data-choices={choices}] [aria-checked=true]")
    return [str(each.get_attribute("data-device-id")) for each in checked.all()]


def camera(seat: Seat) -> str | None:
    found: str | None = seat.page.evaluate(f"{CAMERA}?.getSettings().deviceId")
    return found


def test_what_is_chosen_before_the_door_is_remembered(three_cameras: Browser, site: Site) -> None:
    with at_the_door(three_cameras, site, "wings", NOTE_SOUNDS, NOTE_TRACKS_AT_THE_END) as ada:
        page = chromium_page(ada).page
        first = camera(ada)
        assert marked(ada, "#prejoin-bar", "videoinput") == [first]
        labels = page.locator("#prejoin-bar [data-choices=videoinput] [role=radio]").all_text_contents()
        assert all("fake_device" in label for label in labels)
        assert len(labels) == 2

        chosen = choose(ada, "#prejoin-bar", "video", "videoinput")
        wait_until(lambda: camera(ada) == chosen, "the other camera runs")
        assert marked(ada, "#prejoin-bar", "videoinput") == [chosen]
        assert (
            page.evaluate("probe.tracks.filter((t) => t.kind === 'video' && t.readyState === 'live').length")
            == 1
        )

        assert marked(ada, "#prejoin-bar", "audiooutput") == ["default"]
        speaker = choose(ada, "#prejoin-bar", "audio", "audiooutput")
        assert marked(ada, "#prejoin-bar", "audiooutput") == [speaker]
        page.click("#prejoin-bar [data-device=audio] summary")
        page.click("#prejoin-bar [data-act=test-sound]")
        wait_until(lambda: len(page.evaluate("probe.notes")) == 2, "two notes are played")
        assert {note["speaker"] for note in page.evaluate("probe.notes")} == {speaker}
        page.keyboard.press("Escape")

        page.click("#prejoin-bar [data-toggle=audio]")
        ada.join()
        ada.leave()
        page.reload()
        wait_until(lambda: camera(ada) == chosen, "the remembered camera runs")
        assert page.input_value("#name") == "Ada"
        assert page.get_attribute("#prejoin-bar [data-toggle=audio]", "aria-pressed") == "false"
        wait_until(lambda: marked(ada, "#prejoin-bar", "audiooutput") == [speaker], "the speaker too")

        # A remembered camera that is gone: the default runs, and the menu shows the truth.
        page.evaluate("localStorage.setItem('showroom.device.videoinput', JSON.stringify('gone'))")
        page.reload()
        wait_until(lambda: camera(ada) == first, "the default camera runs")
        wait_until(lambda: marked(ada, "#prejoin-bar", "videoinput") == [first], "and is marked")

        # Its light goes off with the view.
        page.goto(f"{site.url}/r/")
        assert set(json.loads(page.evaluate("sessionStorage.tracks"))) == {"ended"}


def test_devices_without_permission_are_numbered(playwright: Playwright, site: Site) -> None:
    make_room(site, "veil")
    browser = chromium.launch(playwright, "--use-fake-device-for-media-stream", "--deny-permission-prompts")
    with chromium.visitor(browser, site) as page:
        # As in Safari: no speaker can be chosen.
        page.page.add_init_script("delete HTMLMediaElement.prototype.setSinkId")
        page.open(f"{site.url}/r/veil/")
        choices = page.page.locator("#prejoin-bar [data-choices=videoinput]")
        wait_until(lambda: "Camera 1" in (choices.text_content() or ""), "a number instead of a name")
        assert "Microphone 1" in (
            page.page.locator("#prejoin-bar [data-choices=audioinput]").text_content() or ""
        )
        assert page.page.locator("#prejoin-bar [data-speaker]").get_attribute("hidden") is not None
    browser.close()


def test_a_microphone_without_sound_is_told(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "crypt")
    silent, ada = sit_down(site, SILENT, "bob"), sit_down(site, ADA)
    for seat in (silent, ada):
        seat.open(site, "crypt")
    level = "Number(document.querySelector('#prejoin-bar [data-level]').style.getPropertyValue('--level'))"
    wait_until(lambda: ada.page.evaluate(level) > 0.2, "the level moves with the voice")
    notice = chromium_page(silent).page.locator("#look-notices [data-notice=silent]")
    wait_until(lambda: notice.count() == 1, "no sound from this microphone", 15)
    assert "No sound from this microphone" in notice.inner_text()
    assert silent.page.evaluate(level) < 0.05
    # Whoever is off has nothing to say.
    silent.page.click("#prejoin-bar [data-toggle=audio]")
    wait_until(lambda: notice.count() == 0, "the notice goes with the microphone")


def test_a_camera_is_switched_inside_and_nobody_notices(
    three_cameras: Browser, site: Site, sit_down: SeatFactory
) -> None:
    with at_the_door(three_cameras, site, "aisle") as ada:
        ben = sit_down(site, BEN)
        ben.open(site, "aisle")
        for seat in (ada, ben):
            seat.join()
        wait_people(ben, "Ada", "Ben")
        wait_until(lambda: pictures_of(ben, ada) > 5, "Ben sees Ada", 20)
        ben.page.evaluate(NOTE_FACES)
        peers = ada.page.evaluate("probe.peers.length")
        lines = ada.page.evaluate("probe.peers.at(-1).localDescription.sdp.split('\\n')[1]")

        chosen = choose(ada, "#room-bar", "video", "videoinput")
        wait_until(lambda: camera(ada) == chosen, "the other camera runs")
        seen = pictures_of(ben, ada)
        wait_until(lambda: pictures_of(ben, ada) > seen + 5, "pictures go on")
        assert ben.page.evaluate("probe.faces") == 0, "no face flashes up"
        assert ada.page.evaluate("probe.peers.length") == peers
        assert ada.page.evaluate("probe.peers.at(-1).localDescription.sdp.split('\\n')[1]") == lines, (
            "no new offer"
        )

        ada.page.evaluate("probe.camera = async () => { throw new DOMException('no', 'AbortError'); }, 0")
        choose(ada, "#room-bar", "video", "videoinput")
        notices = chromium_page(ada).page.locator("#notices")
        wait_until(lambda: "The one in use goes on." in notices.inner_text(), "that it did not work is told")
        assert camera(ada) == chosen
        seen = pictures_of(ben, ada)
        wait_until(lambda: pictures_of(ben, ada) > seen + 5, "pictures still go on")
        assert marked(ada, "#room-bar", "videoinput") == [chosen], "the menu shows the truth"


def test_a_phone_flips_its_camera_inside(three_cameras: Browser, site: Site) -> None:
    with at_the_door(three_cameras, site, "porch-phone", **PHONE) as ada:
        page = chromium_page(ada).page
        first = camera(ada)
        mirrored = "document.querySelector('.tile video').classList.contains('mirrored')"
        ada.join()
        wait_until(lambda: page.evaluate(mirrored), "one's own picture is a mirror")
        page.locator("#room-bar [data-act=flip]").tap()
        wait_until(lambda: camera(ada) not in {None, first}, "the other camera runs")
        wait_until(lambda: not page.evaluate(mirrored), "which shows what is there, not a mirror")
        page.locator("#room-bar [data-act=flip]").tap()
        wait_until(lambda: camera(ada) == first, "and back")
        wait_until(lambda: page.evaluate(mirrored), "as a mirror again")
        assert ada.state() == "live"


def pictures_of(viewer: Seat, other: Seat) -> int:
    tile = f"[data-testid=tile][data-participant='{other.participant}'] video"
    told = f"document.querySelector({json.dumps(tile)})?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
    return int(viewer.page.evaluate(told))
