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
# Threads that the first session leaves behind for the next, such as a pool for decoding.
POOL_THREADS = 8


@pytest.fixture(scope="module", autouse=True)
def one_place(embedded_site: Site, team_site: Site) -> None:
    """A row with one place shows whether the place is taken."""
    facts = ("key=edges", "title=Edges for one", "visibility=everyone", "session_limit=1")
    for site in (embedded_site, team_site):
        site.run_script("row", "edges-alone", *facts)


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest, any_site: Site) -> Iterator[Page]:
    if request.param == "chromium":
        yield request.getfixturevalue("visit")(any_site, "bob")
    else:
        firefox_page = request.getfixturevalue("firefox").new_page(any_site, "bob")
        yield firefox_page
        firefox_page.close()


def test_the_edges_of_the_camera_come_back_and_stop_frees_everything(page: Page, any_site: Site) -> None:
    studio = open_studio(page, any_site, "edges-alone")
    assert state_of_processor(any_site) == "ready"
    idle_threads = any_site.threads()
    studio.press_start()
    studio.wait_live()
    see_edges(studio, LOW, HIGH)
    assert state_of_processor(any_site) == "busy"

    studio.set_parameter("low", SOFT_LOW)
    studio.set_parameter("high", SOFT_HIGH)
    see_edges(studio, SOFT_LOW, SOFT_HIGH)

    studio.press_stop()
    studio.wait_state("idle", "ended")
    wait_until(lambda: studio.live_tracks() == 0, "the camera is given back")
    wait_until(lambda: studio.open_peers() == 0, "the connection is closed")
    wait_until(lambda: state_of_processor(any_site) == "ready", "the place is free again")
    wait_until(lambda: any_site.threads() <= idle_threads + POOL_THREADS, "the threads are gone")


def state_of_processor(site: Site) -> str:
    return str(site.get("/api/processors/edges-alone/").json()["state"])


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
