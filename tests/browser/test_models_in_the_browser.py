"""Installed models as visitors use them: people found, styles, pictograms, and a picture of the visitor's own."""

import json
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.support import colour_classifier, real_models
from tests.support.figures import write_figure
from tests.support.patience import patient, wait_until
from tests.support.site import Site

from . import chromium, scene
from .accessibility import serious_violations
from .chromium import ChromiumPage
from .conftest import VisitorFactory
from .studio import Picture, Studio, open_studio
from .test_order_and_delay import delays_seconds

ROWS = {
    "object-detection": ("object-detection", ["yolox-nano"]),
    "style-transfer": ("style-transfer", ["mosaic", "candy"]),
    "pictogram": ("pictogram", ["bodypix"]),
    "background": ("background", ["selfie"]),
    "pose": ("pose", ["bodypix"]),
    "faces-by-model": ("face-detection", ["ultraface"]),
}
CLASSIFIER = "colours-by-model"
TABLE = "[data-result=found] tbody tr"
GREEN_OF_ROOM = (95, 111, 29)  # the first colour behind people, in blue, green, red
INK, PAPER = (122, 42, 10), (255, 255, 255)  # of the pictogram, in blue, green, red

Visiting = Callable[..., ChromiumPage]


@pytest.fixture(scope="module")
def models_site(
    fresh_site: Site, models_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site whose admin has installed a model for each of these tasks, and for no other."""
    site = fresh_site.copied_to(tmp_path_factory.mktemp("models"))
    rows = {
        slug: {"key": key, "configuration": real_models.configuration(models_folder, *names)}
        for slug, (key, names) in ROWS.items()
    }
    for _, names in ROWS.values():
        real_models.publish(models_folder, site.folder / "models", *names)
    made = colour_classifier.install(site.folder / "models")
    rows[CLASSIFIER] = {"key": "classification", "configuration": made}
    site.run_script("configure_rows", json.dumps(rows))
    with site:
        yield site


@pytest.fixture(scope="module")
def photograph(models_folder: Path) -> Picture:
    image = cv2.imread(str(models_folder / "images" / "two_people_640x480.bmp"))
    assert image is not None
    return image.astype(np.uint8)


@pytest.fixture(scope="module")
def people_browser(
    playwright: Playwright, photograph: Picture, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Its camera shows two people who walk in the snow."""
    planes = [yuv(photograph)] * scene.FRAMES_PER_SECOND
    yield from browser_with_film(playwright, tmp_path_factory.mktemp("people") / "people.y4m", planes)


@pytest.fixture(scope="module")
def counting_browser(
    playwright: Playwright, photograph: Picture, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """The same, with the number of the frame in its top rows."""
    planes = []
    for number in range(scene.NUMBERS):
        frame = yuv(photograph).copy()
        frame[: scene.BLOCK_ROWS] = scene.luma(number)[: scene.BLOCK_ROWS]
        planes.append(frame)
    yield from browser_with_film(playwright, tmp_path_factory.mktemp("counting") / "people.y4m", planes)


def browser_with_film(playwright: Playwright, path: Path, planes: list[Picture]) -> Iterator[Browser]:
    write_film(path, planes)
    launched = chromium.launch(
        playwright,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    )
    yield launched
    launched.close()


@pytest.fixture
def meet(people_browser: Browser, models_site: Site) -> Iterator[Visiting]:
    """A visitor in whose camera two people are seen."""
    visitors = []

    def meeting(**options: Any) -> ChromiumPage:
        visitors.append(chromium.visitor(people_browser, models_site, "bob", **options))
        return visitors[-1].__enter__()

    yield meeting
    for each in visitors:
        each.__exit__(None, None, None)


def yuv(image: Picture) -> Picture:
    return cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420).astype(np.uint8)


def write_film(path: Path, planes: list[Picture]) -> None:
    size = f"W{scene.WIDTH} H{scene.HEIGHT} F{scene.FRAMES_PER_SECOND}:1"
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 {size} Ip A1:1 C420jpeg\n".encode())
        for frame in planes:
            film.write(b"FRAME\n" + frame.tobytes())


def live(page: ChromiumPage, site: Site, slug: str, query: str = "") -> Studio:
    studio = open_studio(page, site, slug, query)
    studio.press_start()
    studio.wait_live(40)
    wait_until(lambda: "running" in states(studio), f"{slug} runs", 40)
    return studio


def states(studio: Studio) -> list[str]:
    return [message["state"] for message in studio.messages() if message["type"] == "processor"]


def newest(studio: Studio) -> dict[str, Any]:
    results = studio.results()
    return results[-1]["data"] if results else {}


def classes(studio: Studio) -> list[str]:
    rows: list[str] = studio.page.evaluate(
        f"[...document.querySelectorAll({json.dumps(TABLE)})].map(row => row.cells[0].textContent)"
    )
    return rows


def painted_boxes(studio: Studio) -> int:
    """How many pixels of the page's own drawing are not clear."""
    drawing = "document.querySelector('#overlay')"
    count = f"""(canvas => canvas.width ? canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        .data.filter((value, index) => index % 4 === 3 && value).length : 0)({drawing})"""
    return int(studio.page.evaluate(count))


def test_people_are_in_the_table_and_in_boxes(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "object-detection")
    wait_until(lambda: classes(studio) == ["person", "person"], "two people are in the table", 20)
    wait_until(lambda: painted_boxes(studio) > 500, "the page draws boxes")
    assert page.problems == []


def test_threshold_and_class_filter_change_table_and_boxes(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "object-detection")
    wait_until(lambda: len(classes(studio)) == 2, "two people are in the table", 20)
    studio.set_parameter("threshold", 1)
    wait_until(lambda: not classes(studio) and not painted_boxes(studio), "a high threshold leaves nothing")
    studio.set_parameter("threshold", 0.5)
    wait_until(lambda: len(classes(studio)) == 2, "they are back")
    choose_class(page, "dog")
    wait_until(lambda: not classes(studio) and not painted_boxes(studio), "there is no dog")
    choose_class(page, "person")
    wait_until(lambda: len(classes(studio)) == 2 and painted_boxes(studio), "there are people")


def test_boxes_are_drawn_into_the_picture_if_wanted(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "object-detection")
    wait_until(lambda: painted_boxes(studio), "the page draws boxes", 20)
    before = studio.output_image()
    page.page.get_by_label("In the picture").check()
    wait_until(lambda: not painted_boxes(studio), "the page draws none")
    wait_until(lambda: cv2.PSNR(before, studio.output_image()) < 27, "they are in the picture")


def choose_class(page: ChromiumPage, name: str) -> None:
    """With the keyboard alone, as somebody does who sees no pointer."""
    keyboard = page.page.keyboard
    menu = page.page.locator("[data-name=classes] details")
    if menu.get_attribute("open") is None:
        menu.locator("summary").focus()
        keyboard.press("Enter")
        keyboard.press("Tab")
    else:
        menu.locator("[data-part=search]").focus()
    keyboard.press("Control+a")
    keyboard.type(name)
    keyboard.press("ArrowDown")
    keyboard.press("Space")


def test_the_class_filter_is_at_home_on_the_keyboard(visit: VisitorFactory, models_site: Site) -> None:
    page = visit(models_site)
    studio = open_studio(page, models_site, "object-detection")
    menu = page.page.locator("[data-name=classes] details")
    expect(menu.locator("[data-part=chosen]")).to_have_text("All")
    choose_class(page, "dog")
    assert page.evaluate("document.activeElement.value") == "dog"
    expect(menu.locator("[data-part=chosen]")).to_have_text("dog")
    page.page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "hot dog"
    page.page.keyboard.press("Space")
    expect(menu.locator("[data-part=chosen]")).to_have_text("dog, hot dog")
    boxes = "[...document.querySelectorAll('[data-name=classes] input[type=checkbox]')]"
    assert page.evaluate(f"{boxes}.filter(box => box.tabIndex === 0).length") == 1
    page.page.locator("#share > summary").click()
    expect(page.page.locator("#share-link")).to_have_value(re.compile(r"\?classes=dog&classes=hot\+dog$"))
    open_studio(page, models_site, "object-detection", "?classes=dog&classes=unicorn&threshold=0.7")
    expect(page.page.locator("[data-name=classes] [data-part=chosen]")).to_have_text("dog")
    page.page.locator("#reset-parameters").click()
    expect(page.page.locator("[data-name=classes] [data-part=chosen]")).to_have_text("All")
    assert studio.state() == "idle"
    assert page.problems == []


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_the_open_class_filter_is_no_barrier(
    viewport: tuple[int, int], visit: VisitorFactory, models_site: Site
) -> None:
    size = {"width": viewport[0], "height": viewport[1]}
    page = visit(models_site, viewport=size, reduced_motion="reduce")
    open_studio(page, models_site, "object-detection").open_sheet()
    choose_class(page, "dog")
    for scheme in ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme)
        assert serious_violations(page) == [], scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]


def test_style_and_width_change_while_it_runs(meet: Visiting, models_site: Site) -> None:
    studio = live(meet(), models_site, "style-transfer", "?width=150")
    wait_until(lambda: newest(studio).get("style") == "Mosaic", "the first style paints", 20)
    before = steady_image(studio)
    studio.set_parameter("style", "candy")
    wait_until(lambda: newest(studio).get("style") == "Candy", "the other style paints", 20)
    wait_until(lambda: cv2.PSNR(before, studio.output_image()) < 20, "the picture has the other style")
    coarse = steady_image(studio)
    studio.set_parameter("width", 260)
    wait_until(lambda: cv2.PSNR(coarse, studio.output_image()) < 26, "the picture is finer", 20)
    studio.set_parameter("strength", 0)
    wait_until(lambda: cv2.PSNR(studio.input_image(), studio.output_image()) > 24, "nothing is painted", 20)
    assert "failing" not in states(studio)


def steady_image(studio: Studio) -> Picture:
    """The picture, once the stream has settled on it."""
    studio.page.evaluate("new Promise(done => setTimeout(done, 1500))")
    return studio.output_image()


@pytest.mark.parametrize("slug", ["object-detection", "style-transfer", "edges"])
def test_a_picture_goes_in_and_its_result_comes_out(
    slug: str, visit: VisitorFactory, models_site: Site, models_folder: Path, tmp_path: Path
) -> None:
    page = visit(models_site)
    studio = open_studio(page, models_site, slug)
    page.page.locator("#start-file").set_input_files(portrait_of_two(models_folder, tmp_path))
    studio.wait_live(40)
    wait_until(lambda: "running" in states(studio), f"{slug} runs", 40)
    shown = wait_until(
        lambda: shape(studio) if shape(studio) == (480, 360) else None, "its shape is kept", 20
    )
    assert shown == (480, 360)
    if slug == "object-detection":
        wait_until(lambda: classes(studio) == ["person", "person"], "both are found", 20)
    save = page.page.get_by_role("button", name="Save the result")
    expect(save).to_be_visible()
    with page.page.expect_download() as download:
        save.click()
    saved = cv2.imread(str(download.value.path()))
    assert saved is not None
    assert saved.shape[:2] == (480, 360)
    assert saved.std() > 5
    assert page.problems == []


def shape(studio: Studio) -> tuple[int, int]:
    return studio.output_image().shape[:2]


def portrait_of_two(models_folder: Path, folder: Path) -> Path:
    """Cut to 3:4, as phones take them."""
    image = cv2.imread(str(models_folder / "images" / "two_people_640x480.bmp"))
    assert image is not None
    path = folder / "two.png"
    cv2.imwrite(str(path), image[:, 135:495])
    return path


def test_another_picture_may_be_chosen_or_dropped_while_it_runs(
    visit: VisitorFactory, models_site: Site, models_folder: Path, tmp_path: Path
) -> None:
    page = visit(models_site)
    studio = open_studio(page, models_site, "passthrough")
    page.page.locator("#start-file").set_input_files(portrait_of_two(models_folder, tmp_path))
    studio.wait_live(40)
    wait_until(lambda: shape(studio) == (480, 360), "the first is shown", 20)
    drop(page, picture_file(tmp_path / "wide.png", 640, 320))
    wait_until(lambda: shape(studio) == (320, 640), "the second is shown", 20)
    drop(page, broken_file(tmp_path / "broken.png"))
    expect(page.page.locator("[data-notice=file]")).to_contain_text("does not open")
    assert studio.state() == "live"


def picture_file(path: Path, width: int, height: int) -> Path:
    """Blocks of many colours."""
    blocks = np.random.default_rng(1).integers(0, 255, (height // 16, width // 16, 3), np.uint8)
    cv2.imwrite(str(path), blocks.repeat(16, axis=0).repeat(16, axis=1))
    return path


def broken_file(path: Path) -> Path:
    path.write_bytes(b"no picture")
    return path


def drop(page: ChromiumPage, file: Path) -> None:
    values = list(file.read_bytes())
    page.page.evaluate(
        """([values, name]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([new Uint8Array(values)], name, { type: "image/png" }));
            for (const type of ["dragover", "drop"]) {
                const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
                document.querySelector("#stage").dispatchEvent(event);
            }
        }""",
        [values, file.name],
    )


def test_people_become_pictograms(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "pictogram")
    wait_until(lambda: newest(studio).get("people") == 2, "both are seen", 20)
    wait_until(lambda: near(studio.output_image(), INK) > 0.01, "a figure is drawn", 20)
    assert near(studio.output_image(), PAPER) > 0.5
    studio.set_parameter("confidence", 1)
    wait_until(lambda: near(studio.output_image(), PAPER) > 0.99, "nobody is sure enough")
    studio.set_parameter("reverse", True)
    wait_until(lambda: near(studio.output_image(), INK) > 0.99, "the colours are reversed")
    studio.set_parameter("confidence", 0.3)
    wait_until(lambda: near(studio.output_image(), PAPER) > 0.01, "the figure is white")
    assert page.problems == []


def test_a_pictogram_is_a_figure_a_skeleton_or_both(meet: Visiting, models_site: Site) -> None:
    """Lines take less ink than limbs, and both together are a figure with light lines in it."""
    page = meet()
    studio = live(page, models_site, "pictogram")
    wait_until(lambda: near(studio.output_image(), INK) > 0.01, "a figure is drawn", 20)
    figure = near(steady_image(studio), INK)
    choose(page, "shown", "both")
    wait_until(lambda: near(studio.output_image(), INK) < 0.97 * figure, "lines are in the figure", 20)
    both = near(steady_image(studio), INK)
    choose(page, "shown", "skeleton")
    wait_until(lambda: 0.001 < near(studio.output_image(), INK) < 0.7 * both, "lines alone are drawn", 20)
    wait_until(lambda: newest(studio) == {"people": 2}, "both are counted", 20)
    assert page.problems == []


def choose(page: ChromiumPage, name: str, value: str) -> None:
    page.page.check(f"[data-name={name}] input[value={value}]", force=True)


def test_joints_are_in_the_table_and_a_skeleton_in_the_picture(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "pose")
    wait_until(lambda: newest(studio).get("people") == 2, "both are seen", 20)
    joints = page.page.locator("[data-result=joints] tbody tr")
    wait_until(lambda: joints.count() > 10, "their joints are in the table")
    first = joints.first.locator("td").all_inner_texts()
    assert first[:2] == ["1", "nose"], first
    studio.set_parameter("plain", True)
    wait_until(lambda: dark(studio.output_image()) > 0.9, "the skeleton alone is shown", 20)
    assert dark(studio.output_image()) < 0.999, "a skeleton is drawn"
    studio.set_parameter("confidence", 1)
    wait_until(lambda: joints.count() == 0, "nobody is sure enough")
    assert page.problems == []


def dark(image: Picture) -> float:
    return float((image.max(axis=2) < 50).mean())


def test_the_background_is_blurred_or_a_colour(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "background", "?blur=40")
    wait_until(lambda: fine(studio.output_image()) < 0.7 * fine(studio.input_image()), "it is blurred", 20)
    choose(page, "way", "colour")
    wait_until(lambda: near(studio.output_image(), GREEN_OF_ROOM) > 0.6, "the colour is behind them", 20)
    assert near(studio.output_image(), GREEN_OF_ROOM) < 0.97, "they themselves are still there"
    assert page.problems == []


def fine(image: Picture) -> float:
    """How much detail there is."""
    return float(np.abs(cv2.Laplacian(image.mean(axis=2), cv2.CV_64F)).mean())


def test_faces_are_found_by_a_model(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "faces-by-model")
    rows = page.page.locator("[data-result=faces] tbody tr")
    wait_until(lambda: rows.count() == 2, "two faces are in the table", 20)
    wait_until(lambda: painted_boxes(studio) > 100, "the page draws boxes")
    numbers = page.page.locator("[data-result=faces] tbody td:first-child")
    wait_until(lambda: numbers.all_text_contents() == ["1", "2"], "faces have numbers")
    studio.set_parameter("threshold", 1)
    wait_until(lambda: rows.count() == 0 and not painted_boxes(studio), "none is sure enough")
    assert page.problems == []


def test_the_likeliest_classes_are_ranked(meet: Visiting, models_site: Site, photograph: Picture) -> None:
    page = meet()
    studio = live(page, models_site, CLASSIFIER)
    ranking = page.page.locator("[data-result=likeliest] [data-ranking] > *")
    wait_until(lambda: ranking.count() == 3, "three answers are ranked", 20)
    means = photograph.reshape(-1, 3).mean(axis=0)
    likeliest = [colour_classifier.LABELS[each] for each in np.argsort(-means)]
    assert [text.split()[0] for text in ranking.all_inner_texts()] == likeliest
    studio.set_parameter("count", 1)
    wait_until(lambda: ranking.count() == 1, "one answer is left")
    assert page.problems == []


@pytest.mark.slow
def test_nobody_in_view_for_ten_seconds_leaves_it_live(visit: VisitorFactory, models_site: Site) -> None:
    studio = live(visit(models_site, "bob"), models_site, "pictogram", "?confidence=0.95")
    studio.watch_output()
    for _ in range(10):
        before = len(studio.presented())
        studio.page.evaluate("new Promise(done => setTimeout(done, 1000))")
        assert studio.state() == "live"
        assert len(studio.presented()) > before + 3
    assert newest(studio) == {"people": 0}
    assert set(states(studio)) <= {"starting", "running"}


def near(image: Picture, colour: tuple[int, int, int]) -> float:
    """The share of pixels that have this colour, as exactly as a codec keeps it."""
    difference = np.abs(image.astype(int) - np.array(colour)).max(axis=2)
    return float((difference < 40).mean())


def test_what_is_not_installed_says_so_everywhere(visit: VisitorFactory, site: Site) -> None:
    page = visit(site)
    page.open(f"{site.url}/")
    card = page.page.locator("[data-slug=pictogram]")
    expect(card.locator(".state")).to_have_text("Not installed")
    assert page.page.locator(".card").last.locator(".state").inner_text() == "Not installed"
    open_studio(page, site, "pictogram")
    expect(page.page.locator("#not-installed")).to_be_visible()
    expect(page.page.locator("#start")).to_have_count(0)
    assert site.get("/api/processors/pictogram/").json()["state"] == "not_installed"
    assert page.problems == []


def test_an_admin_is_led_to_where_a_model_is_installed(visit: VisitorFactory, site: Site) -> None:
    page = visit(site, "alice")
    open_studio(page, site, "pictogram")
    page.page.get_by_role("link", name="Install a model").click()
    expect(page.page).to_have_url(re.compile("/admin/.*for=pictogram"))


@pytest.mark.slow
def test_a_change_is_seen_within_three_tenths_of_a_second(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "object-detection")
    wait_until(lambda: len(classes(studio)) == 2, "two people are in the table", 20)
    took_ms = [changed_ms(page, value, rows) for value, rows in [(1, 0), (0.5, 2)] * 5]
    write_figure("threshold_acts", p50_ms=statistics.median(took_ms), slowest_ms=max(took_ms))
    assert max(took_ms) <= 300


def changed_ms(page: ChromiumPage, threshold: float, rows: int) -> float:
    """From the move of the slider until table and boxes are as they should, in the page's own clock."""
    return float(
        page.page.evaluate(
            """([value, rows, table]) => new Promise((done) => {
                const slider = document.querySelector("[data-testid=param-threshold]");
                const canvas = document.querySelector("#overlay");
                const painted = () => new Uint32Array(canvas.getContext("2d")
                    .getImageData(0, 0, canvas.width, canvas.height).data.buffer).some(Boolean);
                const started = performance.now();
                slider.value = value;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                const look = () => document.querySelectorAll(table).length === rows && painted() === rows > 0
                    ? done(performance.now() - started) : setTimeout(look, 5);
                look();
            })""",
            [threshold, rows, TABLE],
        )
    )


@pytest.mark.slow
def test_the_class_filter_acts_within_three_tenths_of_a_second(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "object-detection")
    wait_until(lambda: len(classes(studio)) == 2, "two people are in the table", 20)
    page.page.locator("[data-name=classes] summary").click()
    # With the dog alone nobody is left; without any choice both are back.
    took_ms = [filtered_ms(page, rows) for rows in [0, 2] * 5]
    write_figure("class_filter_acts", p50_ms=statistics.median(took_ms), slowest_ms=max(took_ms))
    assert max(took_ms) <= 300


def filtered_ms(page: ChromiumPage, rows: int) -> float:
    """From the click on "dog" until table and boxes are as they should, in the page's own clock."""
    return float(
        page.page.evaluate(
            """([rows, table]) => new Promise((done) => {
                const menu = document.querySelector("[data-name=classes]");
                const canvas = document.querySelector("#overlay");
                const painted = () => new Uint32Array(canvas.getContext("2d")
                    .getImageData(0, 0, canvas.width, canvas.height).data.buffer).some(Boolean);
                const started = performance.now();
                menu.querySelector("input[type=checkbox][value=dog]").click();
                const look = () => document.querySelectorAll(table).length === rows && painted() === rows > 0
                    ? done(performance.now() - started) : setTimeout(look, 5);
                look();
            })""",
            [rows, TABLE],
        )
    )


@pytest.mark.slow
def test_another_style_is_there_within_a_second(meet: Visiting, models_site: Site) -> None:
    page = meet()
    studio = live(page, models_site, "style-transfer", "?width=150")
    wait_until(lambda: newest(studio).get("style") == "Mosaic", "the first style paints", 20)
    steady_image(studio)
    took_ms = [
        restyled_ms(page, style, title) for style, title in [("candy", "Candy"), ("mosaic", "Mosaic")] * 4
    ]
    write_figure(
        "style_acts", first_ms=took_ms[0], p50_ms=statistics.median(took_ms), slowest_ms=max(took_ms)
    )
    assert max(took_ms) <= 1000, "the first change to a style is as quick as the way back"


def restyled_ms(page: ChromiumPage, style: str, title: str) -> float:
    """From the choice until the picture itself is another one and its name stands beside it."""
    return float(
        page.page.evaluate(
            """async ([style, title]) => {
                const video = document.querySelector("[data-testid=output-video]");
                const small = Object.assign(document.createElement("canvas"), { width: 32, height: 24 });
                const pen = small.getContext("2d", { willReadFrequently: true });
                const pixels = () => (pen.drawImage(video, 0, 0, 32, 24), pen.getImageData(0, 0, 32, 24).data);
                const before = pixels();
                const changed = () => pixels().reduce((sum, value, at) =>
                    sum + Math.abs(value - before[at]), 0) / before.length > 20;
                const named = () => document.querySelector("[data-result=style]").textContent.includes(title);
                const control = document.querySelector("[data-name=style] select");
                const started = performance.now();
                control.value = style;
                for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
                while (!named() || !changed()) await new Promise((next) => setTimeout(next, 10));
                const took = performance.now() - started;
                await new Promise((next) => setTimeout(next, 1500));
                return took;
            }""",
            [style, title],
        )
    )


LATER_THAN_THE_MODEL_MS = 120.0
FINDING_SECONDS = 8


@pytest.mark.slow
def test_objects_are_found_ten_times_a_second_and_soon(counting_browser: Browser, models_site: Site) -> None:
    with chromium.visitor(counting_browser, models_site, "bob") as page:
        studio = live(page, models_site, "object-detection")
        page.page.wait_for_timeout(3000)
        told_before = len(studio.results())
        shown = studio.presented_for(FINDING_SECONDS)
        told = studio.results()[told_before:]
        fps = 1000 * (len(shown) - 1) / (shown[-1]["at"] - shown[0]["at"])
        with_people = [each for each in told if "person" in [row[0] for row in each["data"]["found"]]]
        found_per_second = len(with_people) / FINDING_SECONDS
        delay_ms = 1000 * statistics.median(delays_seconds(studio, seconds=5))
        measured = [each for each in studio.messages() if each["type"] == "statistics"][-10:]
    model_ms = statistics.median(each["process_ms"] for each in measured)
    write_figure(
        "object_detection", fps=fps, found_per_second=found_per_second, delay_ms=delay_ms, model_ms=model_ms
    )
    assert fps >= 10
    assert found_per_second >= 10
    assert delay_ms <= model_ms + LATER_THAN_THE_MODEL_MS


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_four_visitors_share_one_set_of_weights_fairly(meet: Visiting, models_site: Site) -> None:
    first = live(meet(), models_site, "object-detection")
    alone = hosts_of(models_site)
    studios = [first, *(live(meet(), models_site, "object-detection") for _ in range(3))]
    time.sleep(patient(5))
    before = [newest_processed(studio) for studio in studios]
    time.sleep(20)
    rates = [(newest_processed(studio) - start) / 20 for studio, start in zip(studios, before, strict=True)]
    together = hosts_of(models_site)
    # Hosts of other processors may stand ready beside it, and do nothing.
    busy = [pid for pid, host in together.items() if host.cpu_seconds - cpu_seconds_of(alone, pid) > 2]
    write_figure(
        "four_visitors",
        slowest_fps=min(rates),
        fastest_fps=max(rates),
        host_megabytes_of_one=[alone[pid].megabytes for pid in busy if pid in alone],
        host_megabytes_of_four=[together[pid].megabytes for pid in busy],
    )
    assert len(busy) == 1, "one host serves all visitors of a row"
    assert together[busy[0]].megabytes - alone[busy[0]].megabytes < 60, "the weights are not loaded again"
    assert min(rates) >= 0.8 * max(rates)


class HostProcess(NamedTuple):
    megabytes: float
    cpu_seconds: int


def hosts_of(site: Site) -> dict[int, HostProcess]:
    """What each processor host of the site has, by process id."""
    parents = {pid for program in site.programs() for pid in program.left_over()}
    command = ["ps", "-eww", "-o", "pid=,ppid=,rss=,cputimes=,args="]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    fields = [line.split(maxsplit=4) for line in lines if "processors.host" in line]
    return {
        int(pid): HostProcess(int(rss) / 1024, int(cpu))
        for pid, parent, rss, cpu, _ in fields
        if int(parent) in parents
    }


def cpu_seconds_of(hosts: dict[int, HostProcess], pid: int) -> int:
    return hosts[pid].cpu_seconds if pid in hosts else 0


def newest_processed(studio: Studio) -> int:
    return int([message for message in studio.messages() if message["type"] == "statistics"][-1]["processed"])
