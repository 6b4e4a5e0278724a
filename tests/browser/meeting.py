"""People in a room, each with a colour and a tone of their own, so that nobody can be mistaken for another."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Playwright

from tests.support.patience import patient, wait_until
from tests.support.site import Site

from . import chromium
from .chromium import ChromiumPage
from .pages import Page

CAMERA = (Path(__file__).parent / "person_camera.js").read_text()
# Of 255, in each of red, green and blue: what cameras, codecs and colour spaces leave.
NEAR = 60
NEAR_HERTZ = 12
# So much higher than the person's own tone a shared screen sounds.
SCREEN_HERTZ = 2000


@dataclass(frozen=True)
class Guest:
    """Who sits in front of a tab: pictures of one colour that count themselves, and a tone."""

    name: str
    colour: tuple[int, int, int]
    hertz: int
    screen: tuple[int, int, int] = (240, 240, 240)
    width: int = 320
    height: int = 240
    fps: int = 10
    # How far brightness differs from place to place: as hard to encode as a camera's picture with 24, of 255.
    grain: int = 0

    def as_script(self) -> str:
        facts = {
            **asdict(self),
            "colour": f"rgb{self.colour}",
            "screen": f"rgb{self.screen}",
            "screenHertz": self.hertz + SCREEN_HERTZ,
        }
        return f"const PERSON = {json.dumps(facts)};\n{CAMERA}"


# Each of them, and each of their negatives, is further from every other than two pictures taken for the same are.
ADA = Guest("Ada", (250, 5, 5), 400)
BEN = Guest("Ben", (5, 250, 5), 700)
CLEO = Guest("Cleo", (5, 5, 250), 1000)
DORA = Guest("Dora", (250, 128, 5), 1300)
EMIL = Guest("Emil", (128, 5, 250), 1600)


class Seat:
    """One tab in a room, whichever browser it is."""

    def __init__(self, page: Page, guest: Guest) -> None:
        self.page = page
        self.guest = guest

    def open(self, site: Site, slug: str, query: str = "") -> None:
        self.page.open(f"{site.url}/r/{slug}/{query}")

    def join(self) -> None:
        self.page.set_value("[data-testid=name]", self.guest.name)
        self.page.click("[data-testid=join]")
        self.wait_state("live")

    def leave(self) -> None:
        self.page.click("[data-testid=leave]")
        self.wait_state("ended")

    def wait_state(self, wanted: str, seconds: float = 30) -> None:
        ends = time.monotonic() + patient(seconds)
        while (state := self.state()) != wanted:
            told = f"{self.guest.name} is {state} ({self.problem()}), not {wanted}"
            assert time.monotonic() < ends, told
            time.sleep(0.05)

    def problem(self) -> str | None:
        """The code of the problem that the page explains."""
        code: str | None = self.page.evaluate("document.querySelector('#problem')?.dataset.code ?? null")
        return code

    def state(self) -> str:
        return str(self.page.evaluate("document.documentElement.dataset.sessionState"))

    @property
    def participant(self) -> str:
        return str(self.page.evaluate("showroom.report().then((report) => report.participant)"))

    def people(self) -> list[str]:
        """Who is inside, by name, as this tab has heard."""
        listed: list[str] = self.page.evaluate(
            "showroom.report().then((report) => report.people.map((person) => person.name))"
        )
        return sorted(listed)

    def tiles(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate("probe.tiles()")
        return found

    def tile(self, name: str, source: str = "camera") -> dict[str, Any] | None:
        return next((tile for tile in self.tiles() if (tile["name"], tile["source"]) == (name, source)), None)

    def hears(self) -> dict[str, float]:
        """The tone of everybody whose sound arrives, by participant and source; silence is not listed."""
        heard = self.page.evaluate("probe.hears()")
        return {
            f"{each['participant']}/{each['source']}": each["hertz"] for each in heard if each["rms"] > 0.01
        }

    def sees(self, other: "Seat", colour: tuple[int, int, int] | None = None) -> bool:
        tile = self.tile(other.guest.name)
        return tile is not None and is_near(tile["colour"], colour or other.guest.colour)

    def hears_tone_of(self, other: "Seat") -> bool:
        tone = self.hears().get(f"{other.participant}/microphone")
        return tone is not None and abs(tone - other.guest.hertz) < NEAR_HERTZ


def is_near(seen: list[int] | None, colour: tuple[int, int, int]) -> bool:
    return seen is not None and all(abs(one - other) <= NEAR for one, other in zip(seen, colour, strict=True))


def wait_meeting(*seats: Seat, seconds: float = 40) -> None:
    """Wait until everybody sees and hears everybody else, and nobody is mistaken."""
    names = [seat.guest.name for seat in seats]
    for seat in seats:
        wait_people(seat, *names, seconds=seconds)
    ids = {seat.participant: seat.guest for seat in seats}
    for seat in seats:
        wait_for_all(seat, {id_: guest for id_, guest in ids.items() if guest != seat.guest}, seconds)


def wait_for_all(seat: Seat, others: dict[str, Guest], seconds: float) -> None:
    ends = time.monotonic() + patient(seconds)
    while missing := unseen(seat, others) or unheard(seat, others):
        told = f"{seat.guest.name} does not {missing}: {seat.tiles()} {seat.hears()}"
        assert time.monotonic() < ends, told
        time.sleep(0.2)


def unseen(seat: Seat, others: dict[str, Guest]) -> list[str]:
    colours = {tile["participant"]: tile["colour"] for tile in seat.tiles() if tile["source"] == "camera"}
    return [f"see {who.name}" for id_, who in others.items() if not is_near(colours.get(id_), who.colour)]


def unheard(seat: Seat, others: dict[str, Guest]) -> list[str]:
    heard = seat.hears()
    tones = {id_: heard.get(f"{id_}/microphone", 0) for id_ in others}
    return [f"hear {who.name}" for id_, who in others.items() if abs(tones[id_] - who.hertz) >= NEAR_HERTZ]


def wait_people(seat: Seat, *names: str, seconds: float = 10) -> None:
    wait_until(lambda: seat.people() == sorted(names), f"{seat.guest.name} knows of {names}", seconds)


def wait_pair(one: Seat, other: Seat, seconds: float = 40) -> None:
    names = one.guest.name, other.guest.name
    wait_until(lambda: one.sees(other), "{} sees {}".format(*names), seconds)
    wait_until(lambda: one.hears_tone_of(other), "{} hears {}".format(*names), seconds)


def make_room(site: Site, slug: str, owner: str = "bob", **values: object) -> str:
    address: str = site.run_script("meeting_room", slug, owner, json.dumps(values))
    return address


def launch_for_guests(playwright: Playwright, *arguments: str) -> Browser:
    """Cameras and microphones are made by the page; sound needs no click to begin."""
    return chromium.launch(
        playwright,
        *arguments,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
    )


@contextmanager
def seat(
    browser: Browser, site: Site, guest: Guest, person: str | None = None, **options: Any
) -> Iterator[Seat]:
    with chromium.visitor(browser, site, person, **options) as page:
        page.page.add_init_script(guest.as_script())
        yield Seat(page, guest)


def chromium_page(seat: Seat) -> ChromiumPage:
    assert isinstance(seat.page, ChromiumPage)
    return seat.page
