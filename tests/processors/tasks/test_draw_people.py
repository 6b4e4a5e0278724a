"""Pose and pictogram: drawn where the joints are, in the chosen colours; nobody in the picture is no error."""

from collections.abc import Callable

import numpy as np
import pytest

from processors.inference.decoded import KeyPoints
from processors.parameters import bgr
from processors.results import Picture
from processors.tasks.model_task import ModelTask
from processors.tasks.pictogram import Pictogram
from processors.tasks.pose import Pose, on_somebody
from processors.tasks.several_people import apart
from processors.tasks.steady import SteadyPoints

from .conftest import Trial, Trying
from .made_models import MadeModels, Numbers

WHITE = (255, 255, 255)
INK = "#0a2a7a"
FIELD = np.full((480, 640, 3), 90, np.uint8)
# Somebody who stands with spread arms, in x and y between 0 and 1, in the order of COCO.
STANDING = [
    *[(0.5, 0.15), (0.51, 0.14), (0.49, 0.14), (0.53, 0.15), (0.47, 0.15)],
    *[(0.58, 0.28), (0.42, 0.28), (0.68, 0.3), (0.32, 0.3), (0.78, 0.28), (0.22, 0.28)],
    *[(0.55, 0.55), (0.45, 0.55), (0.56, 0.72), (0.44, 0.72), (0.57, 0.9), (0.43, 0.9)],
]


def standing(score: float = 0.9) -> Numbers:
    return np.array([(x, y, score) for x, y in STANDING], np.float32)


Drawing = Callable[..., Trial]


@pytest.fixture
def drawn(made: MadeModels) -> Drawing:
    def make(cls: type[ModelTask], points: Numbers, **values: object) -> Trial:
        return Trial(cls, made.configuration(made.body(points)), values)

    return make


def at(image: Picture, x: float, y: float) -> tuple[int, ...]:
    return tuple(int(value) for value in image[round(y * 480), round(x * 640)])


def test_a_pictogram_has_head_trunk_and_limbs(drawn: Drawing) -> None:
    running = drawn(Pictogram, standing())
    image = running.image(FIELD)
    for place in [(0.5, 0.13), (0.5, 0.45), (0.63, 0.29), (0.73, 0.29), (0.555, 0.64), (0.565, 0.81)]:
        assert at(image, *place) == bgr(INK), place
    assert at(image, 0.05, 0.05) == at(image, 0.9, 0.6) == WHITE
    assert running.data(FIELD)["people"] == 1


def test_its_parts_are_apart(drawn: Drawing) -> None:
    """Between head and trunk, as between arm and trunk, runs a gap in the colour of the ground."""
    image = drawn(Pictogram, standing()).image(FIELD)
    column = image[round(0.15 * 480) : round(0.4 * 480), 320]
    assert (column == WHITE).all(axis=1).any()


def test_nothing_of_the_camera_is_seen(drawn: Drawing) -> None:
    noise = np.random.default_rng(1).integers(0, 255, FIELD.shape, np.uint8)
    running = drawn(Pictogram, standing(), shown="both")
    assert (running.image(noise) == running.image(FIELD)).all()
    assert Pictogram.never_passthrough


def test_colours_are_reversed(drawn: Drawing) -> None:
    running = drawn(Pictogram, standing(), colour="#105020", reverse=True)
    image = running.image(FIELD)
    assert at(image, 0.05, 0.05) == bgr("#105020")
    assert at(image, 0.5, 0.13) == WHITE


@pytest.mark.parametrize("reverse", [False, True])
def test_nobody_in_the_picture_is_an_empty_field(reverse: bool, drawn: Drawing) -> None:
    outcome = drawn(Pictogram, standing(0.05), reverse=reverse)(FIELD)
    assert outcome.data == {"people": 0}
    assert outcome.image is not None
    assert (outcome.image == (bgr(INK) if reverse else WHITE)).all()


def test_figure_skeleton_and_both_differ(drawn: Drawing) -> None:
    running = drawn(Pictogram, standing())
    inked = {}
    for way in ("figure", "skeleton", "both"):
        running.set(shown=way)
        inked[way] = int((running.image(FIELD) == bgr(INK)).all(axis=2).sum())
    assert inked["figure"] > inked["both"] > inked["skeleton"] > 500


def test_joints_below_the_confidence_are_left_out(drawn: Drawing) -> None:
    points = standing()
    points[[9, 10], 2] = 0.5  # the wrists
    running = drawn(Pictogram, points, confidence=0.4)
    assert at(running.image(FIELD), 0.75, 0.285) == bgr(INK)
    running.set(confidence=0.6)
    assert at(running.image(FIELD), 0.75, 0.285) == WHITE
    assert at(running.image(FIELD), 0.63, 0.29) == bgr(INK)


def test_a_joint_between_two_sure_ones_may_be_less_sure(drawn: Drawing) -> None:
    points = standing()
    points[[11, 12], 2] = 0.25  # the hips
    assert at(drawn(Pictogram, points, confidence=0.4).image(FIELD), 0.555, 0.64) == bgr(INK)


def test_somebody_who_is_seen_to_the_chest_has_a_trunk(drawn: Drawing) -> None:
    points = standing()
    points[11:, 2] = 0
    assert at(drawn(Pictogram, points).image(FIELD), 0.5, 0.5) == bgr(INK)


def test_the_skeleton_lies_over_the_picture_or_alone(drawn: Drawing) -> None:
    running = drawn(Pose, standing())
    image = running.image(FIELD)
    assert at(image, 0.63, 0.29) != (90, 90, 90)
    assert at(image, 0.05, 0.05) == (90, 90, 90)
    running.set(plain=True)
    assert max(at(running.image(FIELD), 0.05, 0.05)) < 30


def test_the_table_names_joints_and_places(drawn: Drawing) -> None:
    data = drawn(Pose, standing()).data(FIELD)
    assert data["people"] == 1
    assert data["joints"][0] == [1, "nose", 320, 72, 0.9]
    assert len(data["joints"]) == 17


def test_points_do_not_tremble_and_still_follow(drawn: Drawing) -> None:
    steady = SteadyPoints()
    still = np.full((1, 17, 3), 100, np.float32)
    steady.steadied(still)
    assert abs(steady.steadied(still + 1)[0, 0, 0] - 100) < 0.5
    assert abs(steady.steadied(still + 60)[0, 0, 0] - 160) < 1


def test_a_person_in_a_photograph_becomes_a_pictogram(real: Trying, photo: Callable[[str], Picture]) -> None:
    squat = photo("squat.bmp")
    running = real(Pictogram, "bodypix")
    image = running.image(squat)
    height, width = squat.shape[:2]
    assert running.data(squat)["people"] == 1
    head = image[round(0.32 * height), round(0.55 * width)]
    assert tuple(int(value) for value in head) == bgr(INK)


def test_joints_beside_everybody_are_the_models_mistake() -> None:
    points = np.array([[[10, 10, 0.9], [60, 60, 0.9]]], np.float32)
    mask = np.zeros((80, 80), np.float32)
    mask[50:, 50:] = 1
    found = KeyPoints(points, np.ones(1, np.float32), mask=mask)
    assert on_somebody(found)[0, :, 2] == pytest.approx([0, 0.9])


def test_people_beside_each_other_are_looked_at_one_by_one(
    real: Trying, photo: Callable[[str], Picture]
) -> None:
    """The model finds one body at a time, and would make one of two."""
    data = real(Pose, "bodypix").data(photo("two_people_640x480.bmp"))
    assert data["people"] == 2
    noses = [(person, left) for person, joint, left, _, _ in data["joints"] if joint == "nose"]
    assert [(person, pytest.approx(left, abs=15)) for person, left in noses] == [(1, 262), (2, 357)]


def test_one_person_with_a_belt_is_not_two() -> None:
    mask = np.zeros((100, 100), np.float32)
    mask[10:45, 30:60] = mask[50:95, 32:58] = 0.95
    mask[45:50, 32:58] = 0.6
    assert len(apart(mask)) == 1
    mask[10:95, 70:90] = 0.95
    assert [(left, right) for left, _, right, _ in apart(mask)] == [(20, 64), (64, 100)]


def test_an_empty_map_shows_nobody() -> None:
    assert len(apart(np.zeros((48, 64), np.float32))) == 1
