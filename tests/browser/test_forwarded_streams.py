"""Both browsers play what the server forwards as it came, and what it decodes and encodes: the camera's own picture."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from tests.support.patience import wait_until
from tests.support.site import Site

from . import scene
from .pages import Page
from .studio import Studio
from .test_order_and_delay import started

# Passthrough asks for no pixels, so its pictures are never decoded; the other gives each back by way of pixels.
SLUGS = {"forwarded": "passthrough", "processed": "test-copy"}
PICTURES = 45
# Mean difference in brightness, of 255: what coding and scaling leave.
NEAR = 6.0


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest, site: Site) -> Iterator[Page]:
    if request.param == "chromium":
        yield request.getfixturevalue("visit")(site, "alice")
    else:
        firefox_page = request.getfixturevalue("firefox").new_page(site, "alice")
        yield firefox_page
        firefox_page.close()


@pytest.mark.parametrize("way", SLUGS)
def test_the_cameras_pictures_come_back_and_go_on(page: Page, site: Site, way: str) -> None:
    studio = started(page, site, SLUGS[way])
    wait_until(lambda: difference(studio) < NEAR, f"the {way} picture is the camera's")
    before, sizes = decoded_pictures(studio), set()
    numbers: set[int | None] = set()

    def goes_on() -> bool:
        sizes.add(studio.output_image().shape[:2])
        numbers.add(page.evaluate("probe.number('output-video')"))
        return decoded_pictures(studio) >= before + PICTURES and len(numbers - {None}) > 5

    wait_until(goes_on, f"{PICTURES} more {way} pictures are decoded", seconds=20)
    assert sizes == {(scene.HEIGHT, scene.WIDTH)}
    assert difference(studio) < NEAR
    assert decodes_on_the_server(studio) == (way == "processed")
    studio.press_stop()
    studio.wait_state("idle", "ended")


def difference(studio: Studio) -> float:
    """How far the output is from the scene, below the numbers that change."""
    shown = studio.output_luma()[scene.SCENE_TOP :].astype(np.float64)
    return float(np.abs(shown - full_range()[scene.SCENE_TOP :]).mean())


def full_range() -> npt.NDArray[np.float64]:
    soft = cv2.GaussianBlur(scene.luma(0), (3, 3), 0).astype(np.float64)
    return np.clip((soft - 16) * 255 / 219, 0, 255)


def decoded_pictures(studio: Studio) -> int:
    statistics = studio.page.evaluate("probe.statistics()")
    return sum(
        int(entry.get("framesDecoded", 0))
        for entry in statistics
        if entry["type"] == "inbound-rtp" and entry["kind"] == "video"
    )


def decodes_on_the_server(studio: Studio) -> bool:
    told = [message for message in studio.messages() if message["type"] == "statistics"]
    return any(message["processed"] for message in told)
