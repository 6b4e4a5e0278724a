"""What an owner offers everybody: one picture and sound of all, and a processor that each can refuse."""

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import SeatFactory
from .meeting import ADA, BEN, NEAR_HERTZ, Seat, chromium_page, make_room, wait_meeting, wait_people
from .test_rooms_processors import inverted, marked

# What the owner's page Edit does on Save.
SAVE = """(async () => {
    const address = "/r/%(slug)s/edit/";
    const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    const form = new FormData(page.querySelector(`form[action="${address}"]`));
    const options = [...page.querySelectorAll("[name=room_processor] option")];
    form.set("room_processor", options.find((each) => each.textContent === "%(room_processor)s").value);
    form.set("slug", "%(new_slug)s");
    return (await fetch(address, {method: "POST", body: form})).status;
})()"""


def two_in(site: Site, sit_down: SeatFactory, slug: str, **values: object) -> tuple[Seat, Seat]:
    make_room(site, slug, **values)
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    for seat in (ada, ben):
        seat.open(site, slug)
        seat.join()
    for seat in (ada, ben):
        wait_people(seat, "Ada", "Ben")
    return ada, ben


def test_one_picture_and_one_sound_of_all(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_in(site, sit_down, "mixed", mix=True)
    wait_meeting(ada, ben)
    ada.page.click("#more > summary")
    ada.page.click("#mix")
    wait_until(lambda: (ada.tile("Everybody", "mix") or {}).get("colour"), "everybody in one picture", 15)
    assert len(ada.tiles()) == 1
    wait_until(lambda: hears_only(ada, BEN.hertz), "the others' sound, not her own", 15)
    assert ben.sees(ada), "Ben goes on seeing each for themselves"
    ada.page.click("#more > summary")
    ada.page.click("#mix")
    wait_meeting(ada, ben)


def hears_only(seat: Seat, hertz: int) -> bool:
    tones = seat.hears()
    return list(tones) == ["mix/mix_sound"] and abs(tones["mix/mix_sound"] - hertz) < NEAR_HERTZ


def test_a_processor_for_all_that_one_refuses(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_in(site, sit_down, "negative", room_processor="invert")
    wait_until(lambda: ada.sees(ben, inverted(BEN.colour)), "Ben in negative", 20)
    wait_until(lambda: ben.sees(ada, inverted(ADA.colour)), "Ada in negative", 20)
    ben.page.click("[data-opens=processor]")
    assert "Negative" in chromium_page(ben).page.inner_text(".for-all")
    ben.page.click("#veto")
    wait_until(lambda: ada.sees(ben), "Ben as he is", 15)
    assert ben.sees(ada, inverted(ADA.colour))


def test_one_that_is_added_during_a_meeting_can_be_refused_at_once(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_in(site, sit_down, "later")
    wait_meeting(ada, ben)
    page = chromium_page(ben).page
    ben.page.click("[data-opens=processor]")
    assert not page.locator("#veto").is_visible()
    # A new address on the same occasion: who is inside comes back to it.
    ada.page.evaluate(SAVE % {"slug": "later", "room_processor": "Negative", "new_slug": "much-later"})
    wait_until(lambda: ada.sees(ben, inverted(BEN.colour)), "Ben in negative", 20)
    assert "“Negative”" in page.inner_text("#for-all")
    ben.page.click("#veto")
    wait_until(lambda: ada.sees(ben), "Ben as he is", 15)
    assert ben.sees(ada, inverted(ADA.colour))
    seat, sockets = ben.participant, ben.page.evaluate("probe.sockets.length")
    ben.page.evaluate("(probe.sockets.at(-1).close(), null)")
    wait_until(lambda: ben.page.evaluate("probe.sockets.length") > sockets, "a new socket", 10)
    ben.page.click("#room-bar [data-toggle=audio]")
    wait_until(lambda: (ada.tile("Ben") or {}).get("muted"), "it belongs to the seat again", 20)
    assert (ben.participant, ben.state()) == (seat, "live")


def test_what_it_finds_stands_on_everybodys_tile(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_in(site, sit_down, "found", room_processor="test-frame")
    for seat, other in ((ada, "Ben"), (ben, "Ada")):
        wait_until(lambda seat=seat: marked(seat, "You"), f"{seat.guest.name} sees it on the own tile", 20)
        wait_until(lambda seat=seat, other=other: marked(seat, other), f"and on {other}'s", 20)
        caption = chromium_page(seat).page.locator(".tile", has_text=other).locator("[data-part=caption]")
        assert caption.inner_text() == "The middle is there · Found: 1"
    ben.page.click("[data-opens=processor]")
    ben.page.click("#veto")
    wait_until(lambda: not marked(ada, "Ben"), "Ben refuses it, and nothing is marked on him", 15)
    assert marked(ada, "You")
