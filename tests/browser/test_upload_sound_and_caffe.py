"""Models that hear, and nets of Caffe in two files, from the upload page to the gallery, in Chromium."""

from pathlib import Path

import pytest

from processors.model_store.offer import NEW
from tests.support.patience import patient, wait_until
from tests.support.site import Site

from .chromium import ChromiumPage
from .conftest import VisitorFactory
from .test_upload_a_model import SLICES_SECONDS, UPLOAD, see_no_barrier

READY = "[data-testid=model-page][data-state=ready]"


@pytest.fixture
def desk(site: Site, visit: VisitorFactory) -> ChromiumPage:
    return visit(site, "alice", reduced_motion="reduce")


def send(desk: ChromiumPage, site: Site, *paths: Path) -> None:
    desk.open(site.url + UPLOAD)
    desk.page.set_input_files("#model-file", list(paths))
    desk.page.click("input[type=submit]")


def publish(desk: ChromiumPage, title: str) -> None:
    wait_until(
        lambda: "holds" in desk.page.inner_text("[data-testid=verdict]"), "it is measured", SLICES_SECONDS
    )
    # Cards that have no model yet are offered first; this is to be a processor of its own.
    desk.page.select_option("[name=target]", NEW)
    desk.page.fill("[name=title]", title)
    desk.page.click("[name=_publish]")
    desk.page.wait_for_url("**/admin/processors/processor/*/change/")
    assert "is on offer" in desk.page.inner_text(".messagelist")


def test_both_files_of_a_net_are_chosen_together(
    desk: ChromiumPage, site: Site, models_folder: Path, visit: VisitorFactory
) -> None:
    folder = models_folder / "wechat-qr-ssd"
    send(desk, site, folder / "detect.caffemodel", folder / "detect.prototxt")
    desk.page.wait_for_selector(READY, timeout=patient(SLICES_SECONDS) * 1000)
    assert "SHA-256 weights" in desk.page.locator(".model-facts").text_content()
    publish(desk, "Find codes")
    bob = visit(site, "bob")
    bob.open(site.url)
    assert "Find codes" in bob.page.inner_text("main")
    assert desk.problems == []


def test_half_a_net_or_two_models_are_not_sent(desk: ChromiumPage, site: Site, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("net.prototxt", "one.onnx", "two.onnx")]
    for path in paths:
        path.write_bytes(b"layer {}")
    send(desk, site, paths[0])
    assert "together with the .prototxt" in desk.page.inner_text("[role=alert]")
    send(desk, site, *paths[1:])
    assert "Choose one model" in desk.page.inner_text("[role=alert]")
    weights = tmp_path / "net.caffemodel"
    weights.write_bytes(b"\x0a\x04tiny")
    send(desk, site, weights)
    alert = desk.page.locator("[role=alert]:not([hidden])")
    alert.wait_for(timeout=patient(10) * 1000)
    assert "two files" in alert.inner_text()


def test_a_model_that_hears_is_shown_by_a_drawing_and_words(
    desk: ChromiumPage, site: Site, models_folder: Path, visit: VisitorFactory
) -> None:
    send(desk, site, models_folder / "silero-vad" / "silero_vad.onnx")
    desk.page.wait_for_selector(READY, timeout=patient(SLICES_SECONDS) * 1000)
    picture = desk.page.locator("[data-testid=current] img:not([hidden])")
    picture.wait_for(timeout=patient(SLICES_SECONDS) * 1000)
    shown = desk.page.inner_text("[data-testid=current]")
    assert "A made voice" in shown
    assert "seconds of speech heard" in shown
    assert not desk.page.locator("text=How it wants pictures").is_visible()
    see_no_barrier(desk)
    publish(desk, "Who speaks")
    bob = visit(site, "bob")
    bob.open(site.url)
    assert "Who speaks" in bob.page.inner_text("main")
    bob.open(site.url + "/p/who-speaks/")
    assert "Mute while nobody speaks" in bob.page.inner_text("main")
    assert desk.problems == []
    assert bob.problems == []
