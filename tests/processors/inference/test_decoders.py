"""Every convention: the one object of the scene comes out where it lies, in pixels of a picture twice as large."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from processors.inference.conventions import CONVENTIONS, WITHOUT_THRESHOLD
from processors.inference.decoded import Detections, Image, KeyPoints, Mask, Scores
from processors.inference.decoders import DECODERS
from processors.inference.session import Model
from processors.inference.spec import ModelSpec

from . import scene
from .scene import Scene
from .tiny import picture_model

TWICE = 2
COARSE_PIXELS = {"heatmaps": 1.05, "bodypix": 0.6}  # of cells of 4 and 16
PHOTO = np.full((scene.HEIGHT * TWICE, scene.WIDTH * TWICE, 3), 90, np.uint8)


def looked_at(shown: Scene, **changes: Any) -> Any:
    return Model.open(shown.model(), ModelSpec.from_json({**shown.spec(), **changes})).infer(PHOTO)


def test_every_convention_has_a_decoder_and_a_scene() -> None:
    shown = {make().convention for make in scene.ALL} | {"image"}
    assert CONVENTIONS.keys() == DECODERS.keys() == shown


@pytest.mark.parametrize("make", scene.BOXES, ids=lambda make: make.__name__)
def test_a_box(make: Callable[[], Scene]) -> None:
    found = looked_at(make())
    assert isinstance(found, Detections)
    assert len(found) == 1
    np.testing.assert_allclose(found.boxes[0], np.array(scene.BOX) * TWICE, atol=0.05)
    assert found.scores[0] == pytest.approx(scene.SCORE, abs=2e-3)
    assert found.classes[0] == scene.CLASS


@pytest.mark.parametrize("make", scene.FACES, ids=lambda make: make.__name__)
def test_a_face(make: Callable[[], Scene]) -> None:
    found = looked_at(make())
    np.testing.assert_allclose(found.boxes, [np.array(scene.BOX) * TWICE], atol=0.05)
    assert list(found.classes) == [0]


def test_the_landmarks_of_a_face() -> None:
    points = looked_at(scene.yunet()).points
    assert points.shape == (1, 5, 3)
    np.testing.assert_allclose(
        points[0, 0], (*(TWICE * value for value in scene.NOSE), scene.SCORE), atol=1e-3
    )


@pytest.mark.parametrize("make", scene.POINTS, ids=lambda make: make.__name__)
def test_key_points(make: Callable[[], Scene]) -> None:
    shown = make()
    found = looked_at(shown)
    assert isinstance(found, KeyPoints)
    assert found.points.shape == (1, 17, 3)
    coarse = COARSE_PIXELS.get(shown.convention, 0.01)
    np.testing.assert_allclose(found.points[0, 0, :2], np.array(scene.NOSE) * TWICE, atol=coarse * TWICE)
    assert found.points[0, 0, 2] == pytest.approx(scene.SCORE, abs=1e-3)


def test_a_pose_has_its_box() -> None:
    for make in (scene.yolov8_pose, scene.end_to_end_pose, scene.movenet_of_several):
        np.testing.assert_allclose(looked_at(make()).boxes, [np.array(scene.BOX) * TWICE], atol=0.05)


def test_a_pose_can_serve_as_a_detector() -> None:
    assert isinstance(looked_at(scene.yolov8_pose(), task="detection"), Detections)


@pytest.mark.parametrize("make", scene.MASKS, ids=lambda make: make.__name__)
def test_a_mask(make: Callable[[], Scene]) -> None:
    found = looked_at(make())
    assert isinstance(found, Mask)
    assert found.probabilities is not None
    assert found.probabilities.shape == PHOTO.shape[:2]
    share = (found.probabilities > 0.5).mean()
    assert share == pytest.approx(32 * 32 / (scene.WIDTH * scene.HEIGHT), abs=0.01)
    assert found.probabilities[64, 48] > 0.99 > 0.01 > found.probabilities[64, 150]


@pytest.mark.parametrize("make", scene.CLASS_MAPS, ids=lambda make: make.__name__)
def test_a_map_of_classes(make: Callable[[], Scene]) -> None:
    classes = looked_at(make()).classes
    assert classes.shape == PHOTO.shape[:2]
    assert (classes[64, 48], classes[64, 150]) == (scene.CLASS, 0)


def test_bodypix_as_a_mask() -> None:
    found = looked_at(scene.bodypix("segmentation"))
    assert isinstance(found, Mask)
    assert found.probabilities[64, 48] > 0.9 > 0.1 > found.probabilities[64, 150]


def test_the_masks_of_objects_end_at_their_boxes() -> None:
    masks = looked_at(scene.yolov8_seg()).masks
    assert masks.shape == (1, *PHOTO.shape[:2])
    assert masks[0, 64, 48] > 0.9
    assert masks[0, 64, 100] == 0


def test_objects_united_in_one_map() -> None:
    classes = looked_at(scene.yolov8_seg(), task="segmentation").classes
    assert (classes[64, 48], classes[64, 150]) == (scene.CLASS + 1, 0)


@pytest.mark.parametrize("make", scene.SCORES, ids=lambda make: make.__name__)
def test_class_scores(make: Callable[[], Scene]) -> None:
    found = looked_at(make())
    assert isinstance(found, Scores)
    assert found.values.sum() == pytest.approx(1)
    assert found.best(1) == [(scene.CLASS, pytest.approx(scene.SCORE, abs=1e-3))]


@pytest.mark.parametrize(
    ("span", "std", "mean"), [("0-255", 1.0, 0.0), ("0-1", 255.0, 0.0), ("-1-1", 127.5, 127.5)]
)
def test_a_picture_of_a_picture(span: str, std: float, mean: float) -> None:
    """A net that changes nothing gives the picture back, whatever the range."""
    photo = np.random.default_rng(5).integers(0, 256, (scene.HEIGHT, scene.WIDTH, 3), np.uint8)
    spec = {
        "task": "image",
        "convention": "image",
        "input": {"name": "images", "width": 96, "height": 64, "mean": [mean] * 3, "std": [std] * 3},
        "decoder": {"range": span},
    }
    found = Model.open(picture_model("Identity"), ModelSpec.from_json(spec)).infer(photo)
    assert isinstance(found, Image)
    np.testing.assert_array_equal(found.picture, photo)


@pytest.mark.parametrize("make", scene.ALL, ids=lambda make: make.__name__)
def test_a_threshold_acts_where_the_form_asks_for_one(make: Callable[[], Scene]) -> None:
    # MoveNet for one person says all it knows; that for several, of the same convention, does not.
    knows_all = make().convention in WITHOUT_THRESHOLD or make is scene.movenet
    low, high = (looked_at(make(), threshold=threshold) for threshold in (0.1, 1.0))
    assert np.array_equal(told(low), told(high)) == knows_all


def told(found: Any) -> Any:
    """What was found, as numbers."""
    names = ("points",) if isinstance(found, KeyPoints) else ("boxes", "values", "probabilities", "classes")
    return next(value for name in names if (value := getattr(found, name, None)) is not None)


@pytest.mark.parametrize("make", [*scene.BOXES, *scene.FACES], ids=lambda make: make.__name__)
def test_a_higher_threshold_leaves_nothing(make: Callable[[], Scene]) -> None:
    shown = make()
    found = Model.open(shown.model(), ModelSpec.from_json(shown.spec())).infer(PHOTO, threshold=0.99)
    assert len(found) == 0
    assert found.boxes.shape == (0, 4)
