"""Styles that change while the session runs, at a width that the visitor chooses."""

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.exceptions import ProcessorError
from processors.results import Picture
from processors.tasks.style_shelf import StyleShelf
from processors.tasks.style_transfer import StyleTransfer, painted_by
from tests.support.figures import write_figure
from tests.support.patience import wait_until

from .conftest import Trial, Trying
from .made_models import MadeModels

GREY = np.full((120, 160, 3), 100, np.uint8)


@pytest.fixture
def running(made: MadeModels) -> Trial:
    entries = made.brighter(30, "light"), made.brighter(80, "bright")
    return Trial(StyleTransfer, made.configuration(*entries), {})


def test_the_first_style_paints_at_once(running: Trial) -> None:
    assert (running.image(GREY) == 130).all()
    assert running.data(GREY)["style"] == "Light"
    assert running.image(GREY).shape == GREY.shape


def test_the_old_style_goes_on_until_the_new_one_is_ready(running: Trial) -> None:
    running.image(GREY)
    running.set(style="bright")
    assert int(running.image(GREY)[0, 0, 0]) in {130, 180}
    wait_until(lambda: running.data(GREY)["style"] == "Bright", "the new style is ready", 5)
    assert (running.image(GREY) == 180).all()


def test_a_visitor_may_come_with_a_style(made: MadeModels) -> None:
    entries = made.brighter(30, "light"), made.brighter(80, "bright")
    running = Trial(StyleTransfer, made.configuration(*entries), {"style": "bright"})
    assert (running.image(GREY) == 180).all()


def test_neighbours_in_the_menu_are_open_before_somebody_asks(made: MadeModels) -> None:
    entries = [made.brighter(10 * number, f"style-{number}") for number in range(6)]
    shelf = Trial(StyleTransfer, made.configuration(*entries), {}).instance.processor.shared
    wait_until(lambda: open_styles(shelf) == {0, 1, 2, 5}, "those beside the first are there", 5)
    assert shelf.get("style-1") is not None
    wait_until(lambda: 3 in open_styles(shelf), "so is the next one", 5)
    assert len(open_styles(shelf)) == 4, "more cost memory that nobody uses"
    assert shelf.get("style-4") is None
    wait_until(lambda: open_styles(shelf) == {3, 4, 5, 0}, "and those beside one far away", 5)


def open_styles(shelf: StyleShelf) -> set[int]:
    return {int(name.removeprefix("style-")) for name in shelf.open_names()}


def test_a_style_that_is_gone_leaves_the_old_one_and_says_so(
    made: MadeModels, installed_folder: Path
) -> None:
    gone = made.brighter(80, "bright")
    (installed_folder / f"{gone['sha256']}.onnx").unlink()
    running = Trial(StyleTransfer, made.configuration(made.brighter(30, "light"), gone), {})
    running.set(style="bright")
    wait_until(lambda: "cannot be loaded" in running.data(GREY)["style"], "it says so", 5)
    assert (running.image(GREY) == 130).all()


def test_the_first_style_must_be_there(made: MadeModels, installed_folder: Path) -> None:
    gone = made.brighter(30, "light")
    (installed_folder / f"{gone['sha256']}.onnx").unlink()
    with pytest.raises(ProcessorError, match="Light cannot be loaded"):
        Trial(StyleTransfer, made.configuration(gone), {})


@pytest.mark.parametrize(("strength", "value"), [(0.0, 100), (0.5, 115), (1.0, 130)])
def test_the_strength_mixes_painting_and_picture(strength: float, value: int, running: Trial) -> None:
    running.set(strength=strength)
    assert abs(int(running.image(GREY)[60, 80, 0]) - value) <= 1


@pytest.mark.parametrize("size", [64, None], ids=["one-size", "any-size"])
def test_the_width_changes_the_detail_and_not_the_shape(size: int | None, made: MadeModels) -> None:
    running = Trial(StyleTransfer, made.configuration(made.brighter(0, "same", size)), {})
    stripes = np.zeros((480, 640, 3), np.uint8)
    stripes[:, (np.arange(640) // 3) % 2 == 0] = 255
    contrasts = []
    for width in (150, 250, 500):
        running.set(width=width)
        shown = running.image(stripes)
        assert shown.shape == stripes.shape
        contrasts.append(float(shown[100:200].std()))
    assert contrasts[0] < 0.5 * contrasts[2]


def test_pieces_fade_into_each_other(made: MadeModels) -> None:
    running = Trial(StyleTransfer, made.configuration(made.brighter(30, "light")), {"width": 500})
    smooth = np.tile(np.linspace(0, 200, 640).astype(np.uint8)[None, :, None], (480, 1, 3))
    difference = running.image(smooth).astype(int) - smooth
    assert abs(difference - 30).max() <= 3


def test_the_styles_of_the_host_are_the_menu(running: Trial) -> None:
    assert running.cls.parameters["style"].choices == {"light": "Light", "bright": "Bright"}  # type: ignore[attr-defined]


def test_it_paints_like_onnxruntime_alone(
    real: Trying, photo: Callable[[str], Picture], models_folder: Path
) -> None:
    import onnxruntime

    picture = cv2.resize(photo("astronaut.png"), (256, 256), interpolation=cv2.INTER_AREA)
    session = onnxruntime.InferenceSession(models_folder / "style-nc8/mosaic_nc8_256x256.onnx")
    tensor = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).transpose(2, 0, 1)[None].astype(np.float32)
    [answer] = session.run(None, {"input.1": tensor})
    alone = cv2.cvtColor(answer[0].clip(0, 255).transpose(1, 2, 0).astype(np.uint8), cv2.COLOR_RGB2BGR)
    model = real(StyleTransfer, "mosaic").instance.processor.shared.get("mosaic")
    assert cv2.PSNR(painted_by(model, picture, 256), alone) > 35


@pytest.mark.slow
def test_a_real_style_is_there_within_a_second(real: Trying, photo: Callable[[str], Picture]) -> None:
    """Also when nobody foresaw the change, so that the file is read and the model made ready meanwhile."""
    picture = photo("two_people_640x480.bmp")
    for ahead in (True, False):
        running = real(StyleTransfer, "mosaic", "candy", width=150)
        shelf = running.instance.processor.shared
        wait_until(lambda shelf=shelf: "candy" in shelf.open_names(), "the neighbour is open", 5)
        if not ahead:
            shelf.close("candy")
        before = running.image(picture)
        started = time.monotonic()
        running.set(style="candy")
        wait_until(lambda running=running: running.data(picture)["style"] == "Candy", "it is ready", 5)
        seconds = time.monotonic() - started
        write_figure(f"style_{'ahead' if ahead else 'unforeseen'}", seconds=seconds)
        assert seconds <= 1
        assert cv2.PSNR(before, running.image(picture)) < 25
