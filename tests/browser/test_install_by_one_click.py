"""A known model is installed by one click of an admin: the bar follows the file, and then visitors may start."""

import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.models.file_server import FileServer
from tests.support.patience import patient, wait_until
from tests.support.site import Site

from .conftest import VisitorFactory

# A site of its own is started for it.
pytestmark = pytest.mark.timeout(240)
KNOWN = "/admin/processors/modelfile/known/?for=object-detection"
EIGHTHS = 8
CHECK_SECONDS = 60


def test_one_click_brings_a_model_to_everybody(
    fresh_site: Site, visit: VisitorFactory, models_folder: Path, tmp_path: Path
) -> None:
    data = (models_folder / "yolox-nano" / "yolox_nano.onnx").read_bytes()
    internet = FileServer({"/yolox-nano.onnx": data})
    internet.faults.steps = threading.Semaphore(0)
    try:
        with fresh_site.copied_to(tmp_path / "site", MODELS_BASE_URL=internet.url) as site:
            bob, alice = visit(site, "bob"), visit(site, "alice")
            bob.open(site.url)
            card = bob.page.locator("[data-slug=object-detection] .state")
            expect(card).to_have_text("Not installed")
            alice.open(site.url + KNOWN)
            row = alice.page.get_by_test_id("known-yolox-nano")
            alice.page.get_by_role("button", name="Install YOLOX-nano").click()
            follow_the_bar(row, internet.faults.steps)
            expect(row).to_have_attribute("data-state", "installed", timeout=1000 * patient(CHECK_SECONDS))
            expect(row.get_by_role("button", name="Verify YOLOX-nano")).to_be_visible()
            assert [path for path, _ in internet.asked] == ["/yolox-nano.onnx"]
            bob.page.reload()
            expect(card).to_have_text("Ready", timeout=1000 * patient(15))
            assert alice.problems == bob.problems == []
    finally:
        internet.close()


def follow_the_bar(row: object, steps: threading.Semaphore) -> None:
    bar = row.locator("progress")  # type: ignore[attr-defined]
    expect(bar).to_be_visible()
    seen = [0.0]
    for _ in range(EIGHTHS - 1):
        further = wait_until(lambda: value(bar) if value(bar) > seen[-1] else 0.0, "the bar goes on", 20)
        seen.append(further)
        steps.release()
    assert seen == sorted(seen)
    assert seen[-1] > 80
    steps.release()


def value(bar: object) -> float:
    return float(bar.evaluate("bar => bar.value"))  # type: ignore[attr-defined]
