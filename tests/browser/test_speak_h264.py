"""Where the host has an encoder for H.264, a studio visit speaks it; a browser that does not know it gets VP8."""

from collections.abc import Iterator

import pytest

from tests.support.patience import wait_until
from tests.support.site import Site

from . import scene
from .pages import Page
from .studio import Studio
from .test_forwarded_streams import NEAR, SLUGS, decoded_pictures, difference
from .test_order_and_delay import started

PICTURES = 30


@pytest.fixture(scope="module")
def equipped_site(fresh_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Software that stands for the host's hardware."""
    folder = tmp_path_factory.mktemp("equipped")
    with fresh_site.copied_to(folder, VIDEO_ENCODERS="H264=libx264") as site:
        yield site


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest, equipped_site: Site) -> Iterator[Page]:
    if request.param == "chromium":
        yield request.getfixturevalue("visit")(equipped_site, "alice")
    else:
        firefox_page = request.getfixturevalue("firefox").new_page(equipped_site, "alice")
        yield firefox_page
        firefox_page.close()


@pytest.mark.parametrize("way", SLUGS)
def test_the_picture_comes_back_in_the_hosts_codec(page: Page, equipped_site: Site, way: str) -> None:
    studio = started(page, equipped_site, SLUGS[way])
    before = decoded_pictures(studio)
    wait_until(lambda: decoded_pictures(studio) >= before + PICTURES, f"{PICTURES} more pictures", seconds=20)
    wait_until(lambda: studio.output_image().shape[:2] == (scene.HEIGHT, scene.WIDTH), "the full size")
    wait_until(lambda: difference(studio) < NEAR, f"the {way} picture is the camera's")
    assert codecs(studio) == {"video/H264" if knows_h264(studio) else "video/VP8"}
    studio.press_stop()
    studio.wait_state("idle", "ended")


def codecs(studio: Studio) -> set[str]:
    """Return what is sent and received."""
    statistics = studio.page.evaluate("probe.statistics()")
    names = {entry["id"]: entry["mimeType"] for entry in statistics if entry["type"] == "codec"}
    streams = [entry for entry in statistics if entry["type"] in ("inbound-rtp", "outbound-rtp")]
    return {names[entry["codecId"]] for entry in streams if entry["kind"] == "video" and "codecId" in entry}


def knows_h264(studio: Studio) -> bool:
    known = studio.page.evaluate("RTCRtpSender.getCapabilities('video').codecs.map(({mimeType}) => mimeType)")
    return "video/H264" in known
