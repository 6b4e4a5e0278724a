"""Sound and picture of one person are one stream in every browser, so that they play in step; nobody else is in it."""

from typing import Any

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import SeatFactory
from .firefox import Firefox
from .meeting import ADA, BEN, CLEO, EMIL, Seat, make_room, wait_meeting

# What arrives, with the name of its stream in the answer, and the streams of this browser that it is in.
ARRIVALS = """showroom.report().then(({tracks}) => {
    const peer = probe.peers.filter((each) => each.connectionState !== "closed").at(-1);
    const sections = peer.currentRemoteDescription.sdp.split("\\r\\nm=").slice(1);
    const named = Object.fromEntries(sections.map((section) =>
        [section.match(/^a=mid:(.*)$/m)[1].trim(), section.match(/^a=msid:(\\S+)/m)?.[1] ?? null]));
    return tracks.map(({mid, participant, source}) => {
        const {track} = peer.getTransceivers().find((each) => each.mid === mid).receiver;
        const streams = [...probe.streams].filter((stream) => stream.getTracks().includes(track));
        return {participant, source, name: named[mid], streams: streams.map(({id}) => id)};
    });
})"""
GROUPS = {"camera": "person", "microphone": "person", "screen": "screen", "screen_sound": "screen"}


def test_each_person_is_one_stream(site: Site, sit_down: SeatFactory, firefox: Firefox) -> None:
    make_room(site, "pairs")
    ada, ben, cleo = sit_down(site, ADA, "bob"), sit_down(site, BEN), sit_down(site, CLEO)
    emil = Seat(firefox.new_page(site, script=EMIL.as_script()), EMIL)
    for seat in (ada, ben, emil):
        seat.open(site, "pairs")
        seat.join()
    wait_meeting(ada, ben, emil)
    expect_pairs(ada, ben, emil)
    # Who comes after somebody left is shown in the leaver's sections.
    ben.leave()
    cleo.open(site, "pairs")
    cleo.join()
    wait_meeting(ada, cleo, emil)
    expect_pairs(ada, cleo, emil)
    cleo.page.click("#share-screen")
    for seat in (ada, emil):
        wait_until(lambda: len(arrivals(seat)) == 6, f"the screen comes to {seat.guest.name}")  # noqa: B023
    expect_pairs(ada, cleo, emil)
    emil.leave()
    emil.page.close()


def arrivals(seat: Seat) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = seat.page.evaluate(ARRIVALS)
    return found


def expect_pairs(*seats: Seat) -> None:
    for seat in seats:
        wait_until(lambda: not mistakes(seat), f"pairs at {seat.guest.name}: {arrivals(seat)}")  # noqa: B023


def mistakes(seat: Seat) -> list[str]:
    """Return what is together and should not be, or apart and should be together."""
    names: dict[str, set[str]] = {}
    owners: dict[str, set[str]] = {}
    found = arrivals(seat)
    if any("name" not in each for each in found):
        return ["the answer that names a stream is still under way"]
    for each in found:
        who = f"{each['participant']}/{GROUPS[each['source']]}"
        names.setdefault(who, set()).add(each["name"])
        for stream in (each["name"], *each["streams"]):
            owners.setdefault(stream, set()).add(who)
    apart = [f"{who} is {called}" for who, called in names.items() if len(called) > 1]
    return apart + [f"{stream} is of {all_}" for stream, all_ in owners.items() if len(all_) > 1]
