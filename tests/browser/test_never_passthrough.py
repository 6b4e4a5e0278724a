"""A processor that promises to hide the camera: not one picture of the raw camera comes out, whatever happens."""

from typing import Any

import pytest

from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import VisitorFactory
from .studio import Studio, open_studio


@pytest.fixture
def studio(site: Site, visit: VisitorFactory) -> Studio:
    page = visit(site, "alice")
    page.page.add_init_script("probe.watchesDecoded = true")
    return open_studio(page, site, "test-curtain")


def test_no_input_pixel_from_the_first_picture_on(studio: Studio) -> None:
    studio.press_start()
    studio.wait_live()
    see_more_pictures(studio, 30)
    assert leaks(studio) == []


@pytest.mark.parametrize("mode", ["raise", "slow"])
def test_no_input_pixel_when_it_fails_or_is_overloaded(studio: Studio, mode: str) -> None:
    studio.press_start()
    studio.wait_live()
    see_more_pictures(studio, 5)
    studio.set_parameter("mode", mode)
    studio.page.evaluate("new Promise(done => setTimeout(done, 2500))")
    see_more_pictures(studio, 2)
    studio.set_parameter("mode", "well")
    studio.page.evaluate("new Promise(done => setTimeout(done, 1000))")
    assert leaks(studio) == []


def test_no_input_pixel_while_switching(studio: Studio) -> None:
    studio.press_start()
    studio.wait_live()
    see_more_pictures(studio, 10)
    switch_to(studio, "test-curtain-2")
    see_more_pictures(studio, 15)
    assert leaks(studio) == []


def test_the_check_itself_sees_the_camera(site: Site, visit: VisitorFactory) -> None:
    """Else the tests above would prove nothing."""
    page = visit(site, "alice")
    page.page.add_init_script("probe.watchesDecoded = true")
    studio = open_studio(page, site, "test-copy")
    studio.press_start()
    studio.wait_live()
    see_more_pictures(studio, 30)
    assert len(leaks(studio)) > 15


def switch_to(studio: Studio, slug: str) -> None:
    studio.page.click(".processor-menu summary")
    studio.page.click(f".processor-menu [data-slug='{slug}']")
    wait_until(lambda: studio.page.evaluate("location.pathname") == f"/p/{slug}/", f"the page shows {slug}")


def see_more_pictures(studio: Studio, count: int) -> None:
    before = studio.page.evaluate("probe.decoded.length")
    wait_until(
        lambda: studio.page.evaluate("probe.decoded.length") >= before + count, f"{count} more pictures", 20
    )


def leaks(studio: Studio) -> list[Any]:
    found: list[Any] = studio.page.evaluate(
        "probe.decoded.filter(picture => picture.number !== null || picture.scene)"
    )
    return found
