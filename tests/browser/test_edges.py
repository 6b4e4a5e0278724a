"""The main job in both browsers and both modes: start, see the camera's edges, move a slider, stop."""

from collections.abc import Iterator

import cv2
import pytest

from tests.support.patience import wait_until
from tests.support.site import Site

from . import scene
from .edge_pictures import agreement
from .pages import Page
from .studio import Studio, open_studio

# The site's defaults; and low enough to see the scene's soft step too.
LOW, HIGH = 100, 200
SOFT_LOW, SOFT_HIGH = 20, 40


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest, any_site: Site) -> Iterator[Page]:
    if request.param == "chromium":
        yield request.getfixturevalue("visit")(any_site, "bob")
    else:
        firefox_page = request.getfixturevalue("firefox").new_page(any_site, "bob")
        yield firefox_page
        firefox_page.close()


def test_the_edges_of_the_camera_come_back_and_stop_frees_everything(page: Page, any_site: Site) -> None:
    idle = any_site.sessions_running()
    studio = open_studio(page, any_site, "edges")
    studio.press_start()
    studio.wait_live()
    see_edges(studio, LOW, HIGH)
    assert any_site.sessions_running() == idle + 1

    studio.set_parameter("low", SOFT_LOW)
    studio.set_parameter("high", SOFT_HIGH)
    see_edges(studio, SOFT_LOW, SOFT_HIGH)

    studio.press_stop()
    studio.wait_state("idle", "ended")
    wait_until(lambda: studio.live_tracks() == 0, "the camera is given back")
    wait_until(lambda: studio.open_peers() == 0, "the connection is closed")
    wait_until(lambda: any_site.sessions_running() == idle, "the slot is free again")


def see_edges(studio: Studio, low: int, high: int) -> None:
    """Wait until the picture is Canny's result on the Y plane of what the camera sent."""
    expected = cv2.Canny(scene.luma(0), low, high)[scene.SCENE_TOP + 4 :]
    best = (0.0, 0.0)

    def agrees() -> bool:
        nonlocal best
        best = agreement(studio.output_luma()[scene.SCENE_TOP + 4 :], expected)
        return min(best) >= 0.9

    try:
        wait_until(agrees, f"edges with thresholds {low} and {high}", seconds=20)
    except AssertionError as error:
        raise AssertionError(f"{error}; the last precision and recall were {best}") from None
