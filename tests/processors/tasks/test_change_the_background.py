"""The person stays, what is behind changes; with masks of known shape and with real models."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from processors.exceptions import ProcessorError
from processors.parameters import FileValue
from processors.results import Picture
from processors.tasks.background import Background

from .conftest import Trial, Trying
from .made_models import MadeModels

LEFT_HALF = np.repeat([[1.0] * 32 + [0.0] * 32], 64, axis=0).astype(np.float32)
NOISE = np.random.default_rng(3).integers(0, 255, (128, 128, 3), np.uint8)
LEFT, RIGHT = np.s_[:, :52], np.s_[:, 76:]


@pytest.fixture
def half(made: MadeModels) -> Trial:
    """The left half is the person."""
    return Trial(Background, made.configuration(made.mask(LEFT_HALF)), {"softness": 0.0})


def test_behind_the_person_the_picture_is_blurred(half: Trial) -> None:
    shown = half.image(NOISE)
    assert (shown[LEFT] == NOISE[LEFT]).all()
    assert shown[RIGHT].std() < 0.3 * NOISE[RIGHT].std()
    half.set(blur=1)
    assert half.image(NOISE)[RIGHT].std() > shown[RIGHT].std()


def test_behind_the_person_is_a_colour(half: Trial) -> None:
    half.set(way="colour", colour="#204060")
    shown = half.image(NOISE)
    assert (shown[LEFT] == NOISE[LEFT]).all()
    assert (shown[RIGHT] == (0x60, 0x40, 0x20)).all()


def test_behind_the_person_is_a_picture_that_fills_the_field(half: Trial) -> None:
    red = cv2.imencode(".png", np.full((30, 300, 3), (0, 0, 200), np.uint8))[1].tobytes()
    half.set(way="picture", picture=FileValue("red.png", "image/png", red))
    shown = half.image(NOISE)
    assert (shown[LEFT] == NOISE[LEFT]).all()
    assert (shown[RIGHT] == (0, 0, 200)).all()


def test_until_a_picture_is_chosen_the_colour_is_shown(half: Trial) -> None:
    half.set(way="picture", colour="#000000")
    assert not half.image(NOISE)[RIGHT].any()


def test_a_picture_that_cannot_be_read_is_a_sentence(half: Trial) -> None:
    half.set(way="picture", picture=FileValue("me.png", "image/png", b"no picture"))
    with pytest.raises(ProcessorError, match="cannot be read"):
        half.image(NOISE)


def test_a_soft_edge_fades(half: Trial) -> None:
    half.set(way="colour", colour="#000000", softness=0.8)
    row = half.image(np.full_like(NOISE, 200))[64, :, 0].astype(int)
    assert row[0] == 200
    assert row[-1] == 0
    between = [value for value in row if 10 < value < 190]
    assert len(between) > 8
    assert between == sorted(between, reverse=True)


def test_of_many_classes_the_person_stays_or_what_is_chosen(made: MadeModels) -> None:
    scores = np.zeros((3, 64, 64), np.float32)
    scores[0], scores[1, :, :32], scores[2, :, 32:] = 0.5, 1, 1
    entry = made.classes(scores, ["background", "dog", "person"])
    running = Trial(
        Background, made.configuration(entry), {"way": "colour", "colour": "#000000", "softness": 0}
    )
    assert running.cls.parameters["kept"].default == "person"
    shown = running.image(NOISE)
    assert not shown[LEFT].any()
    assert (shown[RIGHT] == NOISE[RIGHT]).all()
    running.set(kept="dog")
    assert not running.image(NOISE)[RIGHT].any()


def test_a_mask_of_people_has_nothing_to_choose(half: Trial) -> None:
    assert "kept" not in half.cls.parameters


def test_not_one_pixel_of_the_room_is_seen_before_it_works() -> None:
    assert Background.never_passthrough


@pytest.mark.parametrize("name", ["selfie", "deeplab"])
def test_a_person_in_a_photograph_stays(name: str, real: Trying, photo: Callable[[str], Picture]) -> None:
    astronaut = cv2.resize(photo("astronaut.png"), (640, 480))
    shown = real(Background, name, way="colour", colour="#000000", softness=0.2).image(astronaut)
    assert (shown[80:140, 250:310] == astronaut[80:140, 250:310]).mean() > 0.95
    assert not shown[10:60, 450:500].any()
