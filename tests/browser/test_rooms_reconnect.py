"""A lost socket, a lost connection, a server that starts anew: people are back by themselves, each once."""

from pathlib import Path

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import SeatFactory
from .meeting import ADA, BEN, CLEO, Seat, chromium_page, make_room, wait_meeting, wait_people
from .test_rooms_meet import two_inside
from .test_rooms_processors import inverted

FAIL = """(() => {
    const peer = probe.peers.filter((each) => each.connectionState === "connected").at(-1);
    Object.defineProperty(peer, "connectionState", {value: "failed", configurable: true});
    peer.dispatchEvent(new Event("connectionstatechange"));
    return null;
})()"""


def test_a_lost_socket_keeps_seat_and_media(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "cellar")
    wait_meeting(ada, ben)
    seat = ben.participant
    ben.page.evaluate("(probe.sockets.at(-1).close(), null)")
    wait_until(lambda: ben.page.evaluate("probe.sockets.length") > 1, "a new socket", 10)
    assert ben.state() == "live", "media never stopped"
    ben.page.click("[data-opens=chat]")
    ben.page.set_value("[data-testid=chat-text]", "Still here")
    wait_until(lambda: said(ben, ada), "the message arrives", 15)
    assert ben.participant == seat
    wait_meeting(ada, ben)


def test_who_was_muted_is_shown_muted_after_a_lost_socket(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "pantry")
    ben.page.click("#room-bar [data-toggle=audio]")
    wait_until(lambda: (ada.tile("Ben") or {}).get("muted"), "Ben is shown muted")
    ben.page.evaluate("(probe.sockets.at(-1).close(), null)")
    wait_until(lambda: ben.page.evaluate("probe.sockets.length") > 1, "a new socket", 10)
    # Somebody comes, so that Ben's page offers again.
    cleo = sit_down(site, CLEO)
    cleo.open(site, "pantry")
    cleo.join()
    wait_until(lambda: ben.sees(cleo), "Ben sees Cleo", 20)
    wait_until(lambda: (cleo.tile("Ben") or {}).get("muted"), "Cleo sees that Ben is muted")
    assert (ada.tile("Ben") or {}).get("muted")


def said(one: Seat, other: Seat) -> bool:
    """Press Send until the socket is back; what is not sent stays in the field."""
    chromium_page(one).page.keyboard.press("Enter")
    return "Still here" in str(other.page.evaluate("document.querySelector('#chat-list').textContent"))


def test_a_lost_connection_comes_back_in_the_same_seat(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "loft")
    wait_meeting(ada, ben)
    seat = ben.participant
    ben.page.evaluate(FAIL)
    wait_until(lambda: "reconnecting" in states(ben), "it notices")
    ben.wait_state("live", 20)
    assert ben.participant == seat
    wait_meeting(ada, ben)
    assert ada.people() == ["Ada", "Ben"]


def states(seat: Seat) -> list[str]:
    return [entry["state"] for entry in seat.page.evaluate("probe.states")]


def test_a_server_that_starts_anew(fresh_site: Site, sit_down: SeatFactory, tmp_path: Path) -> None:
    with fresh_site.copied_to(tmp_path) as site:
        make_room(site, "hall")
        ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
        for seat in (ada, ben):
            seat.open(site, "hall")
            seat.join()
        wait_meeting(ada, ben)
        site.stop()
        site.start()
        for seat in (ada, ben):
            seat.wait_state("live", 45)
            wait_people(seat, "Ada", "Ben", seconds=45)
        wait_meeting(ada, ben)


def test_what_is_worn_and_refused_outlasts_a_server_that_starts_anew(
    fresh_site: Site, sit_down: SeatFactory, tmp_path: Path
) -> None:
    with fresh_site.copied_to(tmp_path) as site:
        make_room(site, "hall", room_processor="invert")
        ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
        for seat in (ada, ben):
            seat.open(site, "hall")
            seat.join()
        ben.page.click("[data-opens=processor]")
        ben.page.click("#veto")
        ben.page.set_value("#worn-sound", "gain")
        wait_until(lambda: over_sound(ada, "Ben") == "gain" and ada.sees(ben), "Ben as he wishes", 20)
        site.stop()
        site.start()
        for seat in (ada, ben):
            seat.wait_state("live", 45)
        wait_until(lambda: over_sound(ada, "Ben") == "gain", "the same processor over the sound", 45)
        wait_until(lambda: ben.sees(ada, inverted(ADA.colour)), "Ada wears what is for all", 20)
        assert ada.sees(ben), "Ben still refuses it"


def over_sound(seat: Seat, name: str) -> str | None:
    """What somebody wears over the sound, as everybody hears."""
    people = seat.page.evaluate("showroom.report().then((report) => report.people)")
    worn = [person["sound_processor"] for person in people if person["name"] == name]
    return worn[0]["slug"] if worn and worn[0] else None
