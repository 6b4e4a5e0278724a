"""What stands on a room's stage: a grid with pages, one tile large, full screen; sound that waits for a click."""

import itertools
import time
from typing import Any

from playwright.sync_api import Playwright

from tests.support.patience import patient, wait_until
from tests.support.room_visitor import Crowd
from tests.support.site import Site

from . import chromium
from .conftest import SeatFactory
from .meeting import ADA, BEN, Seat, chromium_page, make_room, wait_people

BOXES = """
[...document.querySelectorAll("[data-testid=tile]:not([hidden])")].map((tile) => {
    const {left, top, right, bottom} = tile.getBoundingClientRect();
    return {left, top, right, bottom, large: tile.hasAttribute("data-large")};
})
"""
PRESSED = "document.querySelector('#full-screen').ariaPressed"
STAGE = "document.querySelector('#stage').getBoundingClientRect().toJSON()"
NAMES = [f"Guest {number}" for number in range(1, 11)]


def boxes(seat: Seat) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = seat.page.evaluate(BOXES)
    return found


def see_order(seat: Seat) -> list[dict[str, Any]]:
    """Nothing lies over anything else or outside of the stage."""
    found, stage = boxes(seat), seat.page.evaluate(STAGE)
    for one in found:
        assert stage["left"] <= one["left"] < one["right"] <= stage["right"] + 1
        assert stage["top"] <= one["top"] < one["bottom"] <= stage["bottom"] + 1
    for one, other in itertools.combinations(found, 2):
        is_beside = one["right"] <= other["left"] + 1 or other["right"] <= one["left"] + 1
        is_above = one["bottom"] <= other["top"] + 1 or other["bottom"] <= one["top"] + 1
        assert is_beside or is_above, (one, other)
    return found


def test_more_than_nine_stand_on_pages(site: Site, sit_down: SeatFactory) -> None:
    make_room(site, "arena", participant_limit=12)
    ada = sit_down(site, ADA, "bob", viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = chromium_page(ada).page
    ada.open(site, "arena")
    ada.join()
    wait_people(ada, "Ada")
    assert len(see_order(ada)) == 1
    assert not page.locator("#pager").is_visible()
    with Crowd(site.url, "arena", NAMES):
        wait_people(ada, "Ada", *NAMES, seconds=20)
        wait_until(lambda: len(boxes(ada)) == 9, "nine on a page")
        rows = sorted({round(box["top"]) for box in see_order(ada)})
        columns = sorted({round(box["left"]) for box in boxes(ada)})
        assert (len(rows), len(columns)) == (3, 3)
        assert page.inner_text("#pager-words").startswith("Page 1 of 2")
        before, after = page.locator("#pager [data-page='-1']"), page.locator("#pager [data-page='1']")
        assert (before.get_attribute("aria-disabled"), after.get_attribute("aria-disabled")) == (
            "true",
            "false",
        )
        first_page = shown_names(ada)
        after.click()
        wait_until(lambda: len(boxes(ada)) == 2, "the rest on the second page")
        assert page.inner_text("#pager-words").startswith("Page 2 of 2")
        assert sorted(first_page | shown_names(ada)) == sorted(["You", *NAMES])
        before.click()
        wait_until(lambda: shown_names(ada) == first_page, "back on the first page")

        page.locator("[data-testid=tile]:not([hidden]) .tile-pin").last.click()
        wait_until(lambda: sum(box["large"] for box in see_order(ada)) == 1, "one is large")
        large = next(box for box in boxes(ada) if box["large"])
        assert all(area(box) < area(large) / 4 for box in boxes(ada) if box is not large and not box["large"])
        page.locator("[data-large] .tile-pin").click()
        wait_until(lambda: len(boxes(ada)) == 9, "the grid again")
    wait_people(ada, "Ada", seconds=20)
    wait_until(lambda: not page.locator("#pager").is_visible(), "no pages for one")


def shown_names(seat: Seat) -> set[str]:
    return {tile["name"] for tile in seat.tiles() if not tile["hidden"]}


def area(box: dict[str, float]) -> float:
    return (box["right"] - box["left"]) * (box["bottom"] - box["top"])


def test_whole_screen_a_window_beside_and_closing_without_a_question(
    site: Site, sit_down: SeatFactory
) -> None:
    make_room(site, "window")
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    for seat in (ada, ben):
        seat.open(site, "window")
        seat.join()
    wait_until(lambda: ada.sees(ben), "Ada sees Ben", 30)
    page = chromium_page(ada).page
    for wanted in ("true", "false"):
        page.click("#more > summary")
        page.click("#full-screen")
        wait_until(lambda wanted=wanted: page.evaluate(PRESSED) == wanted, f"full screen: {wanted}")
        assert page.evaluate("document.fullscreenElement !== null") == (wanted == "true")
        page.evaluate("document.querySelector('#more').open = false, null")
    shown = "document.pictureInPictureElement?.closest('[data-testid=tile]').dataset.participant ?? null"
    page.click("#more > summary")
    page.click("#picture-in-picture")
    wait_until(lambda: page.evaluate(shown) == ben.participant, "Ben in a window beside")
    page.evaluate("document.exitPictureInPicture().then(() => null)")

    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.close(run_before_unload=True)
    wait_people(ben, "Ben", seconds=20)
    assert asked == [], "who is not recorded may just go"


# Joins without any click, as a page does that comes back by itself; says which sounds it plays.
JOIN_UNASKED = """
probe.players = [];
window.Audio = class extends Audio {
    constructor() {
        super();
        probe.players.push(this);
    }
};
probe.camera = async () => { throw new DOMException("no", "NotAllowedError"); };
addEventListener("load", () => {
    const timer = setInterval(() => {
        if (!window.showroom) return;
        clearInterval(timer);
        document.querySelector("#name").value = "Ada";
        window.showroom.start();
    }, 100);
});
"""


def test_sound_that_the_browser_holds_back_is_one_click_away(
    playwright: Playwright, site: Site, sit_down: SeatFactory
) -> None:
    make_room(site, "chapel")
    ben = sit_down(site, BEN)
    ben.open(site, "chapel")
    ben.join()
    browser = chromium.launch(playwright, "--autoplay-policy=document-user-activation-required")
    with chromium.visitor(browser, site, "bob") as ada:
        ada.page.add_init_script(JOIN_UNASKED)
        ada.open(f"{site.url}/r/chapel/")
        # To ask the page itself would count as an activation by the visitor.
        wait_people(ben, "Ada", "Ben", seconds=20)
        time.sleep(patient(1))
        button = ada.page.locator("#enable-sound")
        wait_until(button.is_visible, "a button for the sound")
        is_played = (
            "probe.players.some((player) => player.srcObject && !player.paused && player.currentTime > 0)"
        )
        assert not ada.evaluate(is_played)
        button.click()
        wait_until(lambda: ada.evaluate(is_played), "Ben is heard")
        wait_until(lambda: not button.is_visible(), "the button has done its work")
    browser.close()
