"""Four Chromium tabs and one Firefox in one room, directly and through a relay only: no stream is mixed up.

Who is in a picture is told by its colour, its order by the number in it, and who is heard by the tone.
"""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.patience import patient, wait_until
from tests.support.site import Site
from tests.support.turn_server import TurnServer

from .conftest import SeatFactory
from .firefox import Firefox
from .meeting import (
    ADA,
    BEN,
    CLEO,
    DORA,
    EMIL,
    NEAR,
    NEAR_HERTZ,
    SCREEN_HERTZ,
    Guest,
    Seat,
    is_near,
    make_room,
    wait_meeting,
    wait_pair,
    wait_people,
)
from .test_rooms_moderate import REMOVED_WITHIN_SECONDS, do
from .test_rooms_processors import inverted, wear

PATIENT_SECONDS = 120
BLACK = (0, 0, 0)
GUESTS = (ADA, BEN, CLEO, DORA, EMIL)
# Numbers count to 128, in 12.8 seconds, and begin again; further ahead than this is behind. Which of both it is cannot
# be told after a longer pause, as of a tile that finds no place beside a shared screen.
NUMBERS = 128
# A step of more is a step back, of four seconds at most; what comes after a pause may be far ahead.
AHEAD = NUMBERS - 40
LONGEST_PAUSE_MS = 5000


def test_nobody_can_be_taken_for_another() -> None:
    """Neither as they are nor as a processor shows somebody."""
    looks = [BLACK, *(look for guest in GUESTS for look in (guest.colour, inverted(guest.colour)))]
    for one, other in itertools.combinations(looks, 2):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) > 2 * NEAR, (one, other)


@pytest.fixture(params=["direct", "relay"])
def five_site(request: pytest.FixtureRequest, fresh_site: Site, tmp_path: Path) -> Iterator[Site]:
    if request.param == "direct":
        with fresh_site.copied_to(tmp_path / "site") as site:
            yield site
        return
    with TurnServer(tmp_path / "relay") as relay:
        settings = {**relay.settings, "ICE_RELAY_ONLY": "True"}
        with fresh_site.copied_to(tmp_path / "site", **settings) as site:
            yield site


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_in_a_room(five_site: Site, sit_down: SeatFactory, firefox: Firefox) -> None:
    make_room(five_site, "five")
    ada, ben = sit_down(five_site, ADA, "bob"), sit_down(five_site, BEN)
    cleo, dora = sit_down(five_site, CLEO), sit_down(five_site, DORA)
    emil = Seat(firefox.new_page(five_site, script=EMIL.as_script()), EMIL)
    everybody = [ada, ben, cleo, dora, emil]
    for seat in everybody:
        seat.open(five_site, "five")
        seat.join()
    wait_meeting(*everybody, seconds=PATIENT_SECONDS)
    assert all(is_on_its_path(seat, five_site) for seat in everybody)
    for seat in everybody:
        seat.page.evaluate("probe.watchTiles()")

    two_wear_processors(ada, ben, everybody)
    one_shares_the_screen(dora, everybody)
    one_leaves_and_returns(cleo, everybody)
    one_is_removed(ada, dora, [ada, ben, cleo, emil])

    by_participant = {seat.participant: seat.guest for seat in (ada, ben, cleo, emil)}
    for seat in (ada, ben, cleo, emil):
        see_nothing_mixed_up(seat, by_participant)
    emil.leave()
    emil.page.close()


def two_wear_processors(ada: Seat, ben: Seat, everybody: list[Seat]) -> None:
    wear(ada, "invert")
    wear(ben, "edges")
    for seat in everybody[2:]:
        wait_sees(seat, ada, inverted(ADA.colour))
        wait_sees(seat, ben, BLACK)
        for other in everybody[2:]:
            if other is not seat:
                wait_pair(seat, other, PATIENT_SECONDS)
        for wearer in (ada, ben):
            wait_until(lambda: seat.hears_tone_of(wearer), f"{seat.guest.name} hears who wears one", 30)  # noqa: B023


def one_shares_the_screen(dora: Seat, everybody: list[Seat]) -> None:
    dora.page.click("#share-screen")
    for seat in everybody:
        if seat is not dora:
            wait_screen(seat, dora)
            wait_screen_sound(seat, dora)
            wait_sees(seat, dora, DORA.colour)
    dora.page.click("#share-screen")
    wait_until(lambda: everybody[0].tile("Dora’s screen", "screen") is None, "the screen is gone", 30)


def one_leaves_and_returns(cleo: Seat, everybody: list[Seat]) -> None:
    others = [seat for seat in everybody if seat is not cleo]
    cleo.leave()
    for seat in others:
        wait_people(seat, *(other.guest.name for other in others), seconds=10)
    cleo.page.click("[data-action=join_again]")
    cleo.join()
    cleo.page.evaluate("probe.watchTiles()")
    for seat in others:
        wait_people(seat, *(other.guest.name for other in everybody), seconds=30)
        wait_pair(seat, cleo, PATIENT_SECONDS)
    wait_sees(cleo, others[0], inverted(ADA.colour))


def one_is_removed(ada: Seat, dora: Seat, others: list[Seat]) -> None:
    gone = f"document.querySelector('[data-testid=tile][data-participant={json.dumps(dora.participant)}]') === null"
    do(ada, "remove", "Dora", times=2)
    ends = time.monotonic() + patient(REMOVED_WITHIN_SECONDS)
    still = others
    while still := [seat for seat in still if not seat.page.evaluate(gone)]:
        assert time.monotonic() < ends, f"{[seat.guest.name for seat in still]} still see Dora"
        time.sleep(0.05)
    dora.wait_state("failed", 10)
    for seat in others:
        wait_people(seat, *(other.guest.name for other in others), seconds=10)


def looks_of(guest: Guest) -> list[tuple[int, int, int]]:
    """What somebody is seen as in the course of the story."""
    worn = {ADA: [inverted(ADA.colour)], BEN: [BLACK]}
    return [guest.colour, *worn.get(guest, [])]


def see_nothing_mixed_up(seat: Seat, guests: dict[str, Guest]) -> None:
    """All that this tab ever showed under somebody's name was theirs, in order."""
    seen: dict[str, list[dict[str, Any]]] = seat.page.evaluate("probe.seen")
    pictures = {guest: seen.get(f"{participant}/camera", []) for participant, guest in guests.items()}
    for guest, shown in pictures.items():
        looks = looks_of(guest)
        strange = [each for each in shown if not any(is_near(each["colour"], one) for one in looks)]
        assert not strange, f"{seat.guest.name} saw under the name of {guest.name}: {strange[:5]}"
        # Edges have no numbers, and look the same as long as they are worn.
        assert guest is not BEN or any(is_near(each["colour"], BLACK) for each in shown), seat.guest.name
        assert_in_order(
            plain_of(shown, guest), f"{guest.name} at {seat.guest.name}", is_worn=guest in (ADA, BEN)
        )
    if seat.guest is not ADA:
        assert_in_order(negatives_of(pictures[ADA], ADA), f"Ada in negative at {seat.guest.name}")


def plain_of(pictures: list[dict[str, Any]], guest: Guest) -> list[dict[str, Any]]:
    return [each for each in pictures if is_near(each["colour"], guest.colour) and each["number"] is not None]


def negatives_of(pictures: list[dict[str, Any]], guest: Guest) -> list[dict[str, Any]]:
    """Where black is white a number shows what is missing to the largest."""
    negative = inverted(guest.colour)
    found = [each for each in pictures if is_near(each["colour"], negative) and each["number"] is not None]
    return [each | {"number": NUMBERS - 1 - each["number"]} for each in found]


def assert_in_order(pictures: list[dict[str, Any]], whose: str, is_worn: bool = False) -> None:
    # Who soon wears a processor is hardly seen without.
    assert len(pictures) > 20 or is_worn, f"{len(pictures)} pictures of {whose}"
    backwards = [
        # What came around it tells a number misread from a picture out of order.
        pictures[max(0, place - 3) : place + 5]
        for place, (one, other) in enumerate(itertools.pairwise(pictures))
        if (other["number"] - one["number"]) % NUMBERS > AHEAD and other["at"] - one["at"] < LONGEST_PAUSE_MS
    ]
    assert not backwards, f"pictures of {whose} went backwards: {backwards[:3]}"


def wait_sees(seat: Seat, other: Seat, colour: tuple[int, int, int]) -> None:
    what = f"{seat.guest.name} sees {other.guest.name} as {colour}"
    wait_until(lambda: seat.sees(other, colour), what, PATIENT_SECONDS)


def wait_screen(seat: Seat, sharer: Seat) -> None:
    name = f"{sharer.guest.name}’s screen"

    def shown() -> bool:
        tile = seat.tile(name, "screen")
        return tile is not None and is_near(tile["colour"], sharer.guest.screen)

    wait_until(shown, f"{seat.guest.name} sees {name}", PATIENT_SECONDS)


def wait_screen_sound(seat: Seat, sharer: Seat) -> None:
    def heard() -> bool:
        tone = seat.hears().get(f"{sharer.participant}/screen_sound", 0.0)
        return abs(tone - sharer.guest.hertz - SCREEN_HERTZ) < NEAR_HERTZ

    wait_until(heard, f"{seat.guest.name} hears {sharer.guest.name}’s screen", PATIENT_SECONDS)


def is_on_its_path(seat: Seat, site: Site) -> bool:
    wanted = "relay" if site.settings.get("ICE_RELAY_ONLY") else "direct"
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        if path_of(seat) == wanted:
            return True
        time.sleep(0.5)
    return False


def path_of(seat: Seat) -> str:
    entries: list[dict[str, Any]] = seat.page.evaluate("probe.statistics()")
    local = {each["id"]: each for each in entries if each["type"] == "local-candidate"}
    pairs = [
        each
        for each in entries
        if each["type"] == "candidate-pair" and each.get("nominated") and each["state"] == "succeeded"
    ]
    kinds = {
        local[pair["localCandidateId"]]["candidateType"]
        for pair in pairs
        if pair["localCandidateId"] in local
    }
    return "relay" if kinds == {"relay"} else "direct"
