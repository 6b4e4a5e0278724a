"""From an exported file to a processor that everybody sees: uploaded, recognised, previewed, published, in Chromium."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from onnx import ModelProto

from tests.models import made
from tests.support.patience import patient, wait_until
from tests.support.site import Site

from .accessibility import serious_violations
from .chromium import ChromiumPage
from .conftest import VisitorFactory

UPLOAD = "/admin/processors/modelfile/add/"
KNOWN = "/admin/processors/modelfile/known/"
SLICES_SECONDS = 90


@pytest.fixture
def desk(site: Site, visit: VisitorFactory) -> ChromiumPage:
    return visit(site, "alice", reduced_motion="reduce")


def test_a_detector_goes_from_a_file_to_the_gallery(
    desk: ChromiumPage, site: Site, models_folder: Path, visit: VisitorFactory
) -> None:
    send(desk, site, models_folder / "person-lite" / "person_lite.onnx")
    see_previews(desk)
    see_no_barrier(desk)
    wait_until(
        lambda: "holds" in desk.page.inner_text("[data-testid=verdict]"), "it is measured", SLICES_SECONDS
    )
    assert "frames per second" in desk.page.inner_text("[data-testid=current]")
    choose_the_other_colours(desk)
    assert "no model yet" in desk.page.locator("[name=target] :checked").inner_text()
    desk.page.select_option("[name=target]", "")
    desk.page.fill("[name=title]", "Find people quickly")
    desk.page.click("[name=_publish]")
    desk.page.wait_for_url("**/admin/processors/processor/*/change/")
    assert "is on offer" in desk.page.inner_text(".messagelist")
    bob = visit(site, "bob")
    bob.open(site.url)
    assert "Find people quickly" in bob.page.inner_text("main")
    assert desk.problems == []


def send(desk: ChromiumPage, site: Site, path: Path) -> None:
    desk.open(site.url + UPLOAD)
    desk.page.set_input_files("#model-file", path)
    see_no_barrier(desk)
    desk.page.click("input[type=submit]")
    ready = "[data-testid=model-page][data-state=ready]"
    desk.page.wait_for_selector(ready, timeout=patient(SLICES_SECONDS) * 1000)


def see_previews(desk: ChromiumPage) -> None:
    pictures = desk.page.locator("[data-testid=variants] img:not([hidden])")
    wait_until(lambda: pictures.count() == 4, "four previews are there", SLICES_SECONDS)
    assert desk.page.locator("[data-testid=variants] input:checked").get_attribute("value") == "bgr 0-255"
    found = desk.page.locator("[data-testid=variants] .model-found").all_inner_texts()
    assert "object" in found[1]
    assert found[3] == "0 found"


def choose_the_other_colours(desk: ChromiumPage) -> None:
    desk.page.check("[data-testid=variants] input[value='rgb 0-255']")
    assert desk.page.input_value("[name=colours]") == "rgb"
    wait_until(
        lambda: "holds" in desk.page.inner_text("[data-testid=verdict]"),
        "it is measured anew",
        SLICES_SECONDS,
    )
    desk.page.check("[data-testid=variants] input[value='bgr 0-255']")
    wait_until(
        lambda: "holds" in desk.page.inner_text("[data-testid=verdict]"), "and once more", SLICES_SECONDS
    )


def test_a_threshold_is_asked_for_where_one_acts(desk: ChromiumPage, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "style.onnx"
    path.write_bytes(made.identity().SerializeToString())
    send(desk, site, path)
    assert desk.page.input_value("[name=convention]") == "image"
    assert desk.page.locator("[name=threshold], [name=iou]").locator("visible=true").count() == 0
    desk.page.select_option("[name=convention]", "yolov8")
    assert desk.page.locator("[name=threshold], [name=iou]").locator("visible=true").count() == 2
    # What is proposed for one convention is of no use to another.
    more = desk.page.locator("[name=more]")
    assert '"range"' not in more.input_value()
    assert '"outputs": []' in more.input_value()
    desk.page.select_option("[name=convention]", "image")
    assert '"range"' in more.input_value()
    desk.page.click(".model-more summary")
    more.fill('{"decoder": {}}')
    desk.page.select_option("[name=convention]", "yolov8")
    assert more.input_value() == '{"decoder": {}}', "what somebody wrote"


def test_an_upload_goes_on_where_it_was_cut(desk: ChromiumPage, site: Site, tmp_path: Path) -> None:
    """Nine slices of junk that begins like a model: the third is lost on the way, then the page is closed."""
    path = tmp_path / "large.onnx"
    path.write_bytes(b"\x08\x09" + bytes(33 * 1024 * 1024))
    lost: list[str] = []
    offsets: list[str] = []

    def pass_on(route: object) -> None:
        request = route.request  # type: ignore[attr-defined]
        offset = request.url.rpartition("=")[2]
        if request.method == "PUT":
            offsets.append(offset)
        if request.method == "PUT" and offset == str(8 * 1024 * 1024) and len(lost) < 2:
            lost.append(offset)
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    desk.page.route("**/uploads/**", pass_on)
    desk.open(site.url + UPLOAD)
    desk.page.set_input_files("#model-file", path)
    desk.page.click("input[type=submit]")
    # Playwright passes requests on only while it is asked for something.
    wait_until(
        lambda: desk.page.wait_for_timeout(50) or len(offsets) >= 6,
        "it goes on after the loss",
        SLICES_SECONDS,
    )
    desk.page.reload()
    assert "Unfinished uploads" in desk.page.inner_text("#content-main")
    before = len(offsets)
    desk.page.set_input_files("#model-file", path)
    desk.page.click("input[type=submit]")
    desk.page.wait_for_selector("[data-testid=model-refusal]", timeout=patient(SLICES_SECONDS) * 1000)
    assert int(offsets[before]) >= 8 * 1024 * 1024, "it did not begin anew"
    assert "not an ONNX file" in desk.page.inner_text("[data-testid=model-refusal]")


def test_an_upload_is_paused_and_canceled(desk: ChromiumPage, site: Site, tmp_path: Path) -> None:
    """A Caffe net: its definition has arrived when the weights are stopped, so both must go."""
    definition, weights = tmp_path / "net.prototxt", tmp_path / "net.caffemodel"
    definition.write_text('name: "net"')
    weights.write_bytes(b"\x08\x09" + bytes(9 * 1024 * 1024))
    held: list[object] = []

    def hold_the_second_slice(route: object) -> None:
        request = route.request  # type: ignore[attr-defined]
        if request.method == "PUT" and request.url.endswith(f"offset={4 * 1024 * 1024}"):
            held.append(route)
        else:
            route.continue_()  # type: ignore[attr-defined]

    def is_held(times: int) -> None:
        wait_until(lambda: desk.page.wait_for_timeout(50) or len(held) == times, "a slice is on its way", 30)

    desk.page.route("**/uploads/**", hold_the_second_slice)
    desk.open(site.url + UPLOAD)
    desk.page.set_input_files("#model-file", [definition, weights])
    desk.page.click("input[type=submit]")
    is_held(1)
    desk.page.click("[data-pause]")
    assert "Paused" in desk.page.inner_text(".model-progress [role=status]")
    assert desk.page.is_disabled("[data-pause]")
    desk.page.click("input[type=submit]")
    is_held(2)
    assert len(unfinished_files(site)) == 2
    desk.page.click("[data-cancel]")
    desk.page.wait_for_selector(".model-progress", state="hidden")
    assert desk.page.input_value("#model-file") == ""
    assert unfinished_files(site) == []
    desk.page.reload()
    assert "Unfinished uploads" not in desk.page.inner_text("#content-main")


def unfinished_files(site: Site) -> list[Path]:
    return list(site.folder.rglob("????????-????-????-????-????????????.part"))


@pytest.mark.parametrize(
    ("make", "words", "check_seconds"),
    [(made.endless_loop, "endless loop", "6"), (made.greedy, "of memory", "30")],
    ids=["endless", "greedy"],
)
def test_a_model_that_takes_all_it_gets_is_refused_while_the_site_goes_on(
    fresh_site: Site,
    visit: VisitorFactory,
    tmp_path: Path,
    make: Callable[[], ModelProto],
    words: str,
    check_seconds: str,
) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(make().SerializeToString())
    with fresh_site.copied_to(tmp_path / "site", MODEL_CHECK_SECONDS=check_seconds) as site:
        before = [program.pid for program in site.programs()]
        desk = visit(site, "alice")
        desk.open(site.url + UPLOAD)
        desk.page.set_input_files("#model-file", path)
        desk.page.click("input[type=submit]")
        refusal, took = desk.page.locator("[data-testid=model-refusal]"), []
        deadline = time.monotonic() + patient(40)
        while len(took) < 8 or not refusal.is_visible():
            took.append(seconds_of(site, "/"))
            assert time.monotonic() < deadline, "it is not refused"
        assert max(took) < patient(2)
        assert words in refusal.inner_text()
        assert not list((tmp_path / "site").rglob("*.onnx"))
        assert [program.pid for program in site.programs()] == before


def test_a_page_does_not_ask_for_ever_how_far_a_check_is(
    fresh_site: Site, visit: VisitorFactory, tmp_path: Path
) -> None:
    path = tmp_path / "endless.onnx"
    path.write_bytes(made.endless_loop().SerializeToString())
    with fresh_site.copied_to(tmp_path / "site", MODEL_CHECK_SECONDS="120") as site:
        desk = visit(site, "alice")
        desk.open(site.url + UPLOAD)
        desk.page.set_input_files("#model-file", path)
        desk.page.click("input[type=submit]")
        desk.page.wait_for_selector(".model-check")
        desk.page.route("**/progress/", lambda route: route.fulfill(status=404))
        desk.page.get_by_text("This model was deleted").wait_for()
        desk.page.unroute("**/progress/")
        desk.page.reload()
        desk.page.context.clear_cookies()
        desk.page.get_by_text("Sign in again").wait_for()
        asked: list[str] = []
        desk.page.on("request", lambda request: asked.append(request.url))
        desk.page.wait_for_timeout(2000)
        assert asked == []


def seconds_of(site: Site, path: str) -> float:
    started = time.monotonic()
    assert site.get(path, "bob").status == 200
    return time.monotonic() - started


def test_the_pages_have_no_serious_barrier(desk: ChromiumPage, site: Site) -> None:
    for path in (UPLOAD, KNOWN, "/admin/processors/modelfile/", "/admin/processors/processor/1/versions/"):
        desk.open(site.url + path)
        see_no_barrier(desk)


def see_no_barrier(page: ChromiumPage) -> None:
    problems = list(page.problems)
    for scheme in ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme)
        assert serious_violations(page) == [], scheme
    # The search itself sets styles, which the page forbids.
    page.problems[:] = problems
