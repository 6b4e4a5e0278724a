"""The owner records: everybody is asked, sees at once that it runs, and can say no; the film is the owner's alone."""

import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from tests.support.patience import patient, wait_until
from tests.support.site import Site

from .accessibility import see_no_barrier
from .conftest import SeatFactory
from .meeting import ADA, BEN, CLEO, Seat, chromium_page, make_room, wait_meeting

SEEN_WITHIN_SECONDS = 1


@pytest.fixture(scope="module")
def recording_site(fresh_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with fresh_site.copied_to(tmp_path_factory.mktemp("recording"), ROOM_RECORDING="True") as site:
        yield site


def come(sit_down: SeatFactory, site: Site, slug: str) -> tuple[Seat, Seat]:
    """Ada owns the room, Ben is a guest."""
    make_room(site, slug)
    ada, ben = sit_down(site, ADA, "bob"), sit_down(site, BEN)
    for seat in (ada, ben):
        seat.open(site, slug)
        assert "unless everybody inside agrees" in chromium_page(seat).page.inner_text("#join-form")
        seat.join()
    wait_meeting(ada, ben)
    return ada, ben


def press_record(owner: Seat) -> None:
    page = chromium_page(owner).page
    page.click("#more summary")
    page.click("[data-testid=record]")


def badge(seat: Seat) -> str:
    """What stands in the head and around the page; empty while nothing is recorded."""
    shown: str = seat.page.evaluate(
        "(() => { const pill = document.querySelector('#recording');"
        " const border = getComputedStyle(document.body, '::after').borderTopWidth;"
        " return pill.checkVisibility() ? `${pill.innerText.trim()} ${border}` : ''; })()"
    )
    return shown


def test_everybody_is_asked_sees_it_and_can_end_it(
    recording_site: Site, sit_down: SeatFactory, tmp_path: Path
) -> None:
    ada, ben = come(sit_down, recording_site, "record")
    bens = chromium_page(ben).page
    assert not bens.locator("[data-testid=record]").count()
    press_record(ada)
    bens.wait_for_selector("[data-testid=record-ask]", state="visible", timeout=patient(3) * 1000)
    assert badge(ada) == badge(ben) == ""
    see_no_barrier(chromium_page(ben))
    bens.click("[data-testid=record-agree]")
    agreed = time.monotonic()
    wait_until(lambda: badge(ben) == badge(ada) == "Recording 3px", "both see it", SEEN_WITHIN_SECONDS)
    assert time.monotonic() - agreed < patient(SEEN_WITHIN_SECONDS)
    assert "being recorded" in bens.inner_text("#announcer")

    # Whoever comes later reads it before joining, is asked inside, and stops it until then.
    cleo = sit_down(recording_site, CLEO)
    cleo.open(recording_site, "record")
    assert chromium_page(cleo).page.is_visible("#recording-fact")
    cleo.join()
    wait_until(lambda: badge(ada) == "Recording paused 0px", "it pauses", 3)
    chromium_page(cleo).page.click("[data-testid=record-agree]")
    wait_until(lambda: badge(cleo) == badge(ada) == "Recording 3px", "it goes on", 3)
    time.sleep(2)
    press_record(ada)
    wait_until(lambda: badge(ada) == badge(ben) == badge(cleo) == "", "it has ended")

    page = chromium_page(ada).page
    ada.leave()
    page.goto(f"{recording_site.url}/recordings/")
    page.wait_for_function("document.querySelector('video').readyState >= 1", timeout=patient(10) * 1000)
    see_no_barrier(chromium_page(ada))
    with page.expect_download() as taken:
        page.click("a[href$=download]")
    film = tmp_path / "film.webm"
    taken.value.save_as(film)
    with av.open(str(film)) as container:
        assert {stream.type for stream in container.streams} == {"video", "audio"}
        assert container.duration is not None
        assert container.duration > 2_000_000
    address = page.get_attribute("video", "src")
    bens.goto(f"{recording_site.url}{address}")
    assert "/accounts/login/" in bens.url
    page.click("[data-testid=recording-row] form button")
    wait_until(lambda: page.locator("[data-testid=recording-row]").count() == 0, "it is deleted")
    assert not list((recording_site.folder / "recordings").iterdir())


def test_a_no_ends_it_and_names_nobody(recording_site: Site, sit_down: SeatFactory) -> None:
    ada, ben = come(sit_down, recording_site, "refused")
    press_record(ada)
    chromium_page(ben).page.click("[data-testid=record-refuse]")
    page = chromium_page(ada).page
    wait_until(lambda: "Not everybody agrees" in page.inner_text("#notices"), "the owner is told")
    assert "Ben" not in page.inner_text("[data-notice=recording]")
    assert badge(ada) == badge(ben) == ""
    assert not list((recording_site.folder / "recordings").glob("*"))
