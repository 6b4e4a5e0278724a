"""Two tabs meet in a room: they see, hear and name each other, chat, and leave no ghost."""

import json
import time

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import SeatFactory
from .meeting import ADA, BEN, CLEO, Seat, chromium_page, make_room, wait_meeting, wait_people

# The product's limit, and generous: without patience.
VANISHED_WITHIN_SECONDS = 35
# Who comes is told for a few seconds only, and may need longer to be live.
KEEP_NOTICES = """
(() => {
    const list = document.querySelector("#notices");
    probe.notices = "";
    new MutationObserver(() => { probe.notices += list.innerText + " "; }).observe(list, {childList: true});
})()
"""


def two_inside(site: Site, sit_down: SeatFactory, slug: str) -> tuple[Seat, Seat]:
    make_room(site, slug)
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    for seat in (ada, ben):
        seat.open(site, slug)
        seat.join()
    return ada, ben


def test_two_see_and_hear_each_other(any_site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(any_site, sit_down, "hall")
    wait_meeting(ada, ben)
    numbers = set()
    for _ in range(12):
        numbers.add((ben.tile("Ada") or {}).get("number"))
        chromium_page(ben).page.wait_for_timeout(150)
    assert len(numbers - {None}) >= 4, "pictures move"
    own = ada.tile("You")
    assert own is not None
    assert own["participant"] == ada.participant
    assert f"{ada.participant}/microphone" not in ada.hears(), "nobody hears themselves"
    for seat in (ada, ben):
        assert chromium_page(seat).problems == []


def test_a_third_comes_and_goes(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "parlour")
    cleo = sit_down(site, CLEO)
    cleo.open(site, "parlour")
    wait_until(
        lambda: "2 people are inside" in chromium_page(cleo).page.inner_text("#people-inside"),
        "who is inside",
        15,
    )
    ada.page.evaluate(KEEP_NOTICES)
    cleo.join()
    # Who has just seen somebody else come is told of both in one line.
    told = ("Cleo joined", "Ben and 1 other joined")
    wait_until(lambda: any(line in ada.page.evaluate("probe.notices") for line in told), "a notice")
    wait_meeting(ada, ben, cleo)
    cleo.leave()
    wait_until(lambda: ada.people() == ["Ada", "Ben"], "the seat is free", 5)
    wait_until(lambda: ada.tile("Cleo") is None, "the tile is gone")
    assert cleo.page.evaluate("probe.tracks.every((track) => track.readyState === 'ended')")
    wait_meeting(ada, ben)


def test_chat_is_text_and_nothing_else(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "library")
    text = "<script>window.broken = 1</script><img src=x onerror='window.broken = 1'> & so on"
    ada.page.click("[data-opens=chat]")
    ada.page.set_value("[data-testid=chat-text]", text)
    ada.page.click("[data-testid=chat-send]")
    page = chromium_page(ben).page
    wait_until(lambda: page.inner_text("#unread") == "1", "one unread message", 10)
    ben.page.click("[data-opens=chat]")
    assert page.inner_text("[data-testid=chat] .message-text") == text
    assert page.inner_text("[data-testid=chat] strong") == "Ada"
    assert chromium_page(ada).page.inner_text("[data-testid=chat] strong") == "You"
    assert ben.page.evaluate("window.broken ?? null") is None
    assert page.locator("[data-testid=chat] :is(script, img)").count() == 0


def test_a_reload_keeps_one_seat(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "kitchen")
    chromium_page(ben).page.reload()
    ben.join()
    wait_until(lambda: ada.people() == ["Ada", "Ben"], "each is listed once", 5)
    wait_meeting(ada, ben)


def test_a_closed_tab_frees_its_seat(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "garage")
    wait_until(lambda: ada.people() == ["Ada", "Ben"], "both are inside", 10)
    chromium_page(ben).page.close(run_before_unload=False)
    closed = time.monotonic()
    wait_until(lambda: ada.people() == ["Ada"], "the seat is free", VANISHED_WITHIN_SECONDS)
    # Without patience: the limit is the product's, and generous.
    assert time.monotonic() - closed < VANISHED_WITHIN_SECONDS


def test_another_tab_of_the_same_person_takes_the_seat(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "attic")
    again = sit_down(site, CLEO, "bob")
    again.open(site, "attic")
    again.join()
    ada.wait_state("failed", 10)
    assert ada.page.evaluate("document.querySelector('#problem').dataset.code") == "other_tab"
    wait_until(lambda: ben.people() == ["Ben", "Cleo"], "nobody is listed twice", 5)
    wait_meeting(ben, again)


def test_a_room_tells_who_speaks(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "studio")
    ben.page.click("#room-bar [data-toggle=audio]")
    wait_until(lambda: (ada.tile("Ben") or {}).get("muted"), "Ben is shown as muted")
    notices = chromium_page(ben).page.locator("[data-notice=muted]")
    wait_until(lambda: notices.count() == 1, "who speaks into a muted microphone is told")
    wait_until(lambda: (ben.tile("Ada") or {}).get("speaks"), "the ring is around Ada", 10)
    assert f"{ben.participant}/microphone" not in ada.hears()
    state = json.dumps(
        ben.page.evaluate("document.querySelector('#room-bar [data-toggle=audio]').ariaPressed")
    )
    assert state == '"false"'


def test_a_name_is_changed_inside(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "salon")
    wait_people(ada, "Ada", "Ben")
    page = chromium_page(ben).page
    page.click("[data-opens=people]")
    pencil = page.get_by_role("button", name="Change your name")
    assert pencil.count() == 1, "only in one's own row"
    pencil.click()
    field = page.get_by_role("textbox", name="Your name")
    assert field.input_value() == "Ben"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.part") == "rename", "back where one was"
    assert page.locator("[data-panel=people]").is_visible(), "only the field is closed"
    pencil.click()
    page.keyboard.type("Benjamin")
    page.keyboard.press("Enter")
    wait_people(ada, "Ada", "Benjamin")
    assert (ada.tile("Benjamin") or {}).get("participant") == ben.participant
    assert page.evaluate("document.activeElement.dataset.part") == "rename"
    wait_until(lambda: "Benjamin" in page.inner_text("[data-testid=people]"), "in one's own list too")
    page.reload()
    assert page.input_value("[data-testid=name]") == "Benjamin", "and at the next visit"


def test_a_changed_name_outlives_a_lost_socket(site: Site, sit_down: SeatFactory) -> None:
    ada, ben = two_inside(site, sit_down, "gallery")
    wait_people(ada, "Ada", "Ben")
    page = chromium_page(ben).page
    page.click("[data-opens=people]")
    page.get_by_role("button", name="Change your name").click()
    page.keyboard.type("Benjamin")
    page.keyboard.press("Enter")
    wait_people(ada, "Ada", "Benjamin")
    ben.page.evaluate("probe.sockets.at(-1).close()")
    wait_until(lambda: ben.page.evaluate("probe.sockets.at(-1).readyState") == 1, "a new socket", 20)
    ben.page.click("[data-opens=chat]")
    ben.page.set_value("[data-testid=chat-text]", "Still me")
    ben.page.click("[data-testid=chat-send]")
    ada.page.click("[data-opens=chat]")
    said = chromium_page(ada).page.locator("[data-testid=chat] strong")
    wait_until(lambda: said.count() == 1, "the message")
    assert said.inner_text() == "Benjamin"
