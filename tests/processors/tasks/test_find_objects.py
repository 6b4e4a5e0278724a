"""Object detection: what is found, from which score, of which classes, and where boxes are drawn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from processors.exceptions import ProcessorUnavailable
from processors.manifest import manifest
from processors.results import Picture
from processors.tasks.object_detection import ObjectDetection

from .conftest import Trial, Trying
from .made_models import MadeModels

BLACK = np.zeros((128, 128, 3), np.uint8)
ROWS = [[8, 8, 24, 40, 0.9, 0], [30, 10, 60, 50, 0.6, 1], [-20, 40, 20, 100, 0.3, 2]]
LABELS = ["person", "traffic light", "dog"]


@pytest.fixture
def trial(made: MadeModels) -> Callable[..., Trial]:
    return lambda **values: Trial(ObjectDetection, made.configuration(made.boxes(ROWS, LABELS)), values)


def test_people_are_found_in_a_photograph(real: Trying, photo: Callable[[str], Picture]) -> None:
    data = real(ObjectDetection, "yolox-nano").data(photo("two_people_640x480.bmp"))
    assert data["count"] == 2
    assert [row[0] for row in data["found"]] == ["person", "person"]
    assert data["found"][0][1] == pytest.approx(0.91, abs=0.03)


def test_a_row_says_class_score_and_place_in_pixels_of_the_picture(trial: Callable[..., Trial]) -> None:
    data = trial().data(BLACK)
    assert data["found"] == [
        ["person", 0.9, 16, 16, 32, 64],
        ["traffic light", 0.6, 60, 20, 60, 80],
    ]
    assert data["count"] == 2


@pytest.mark.parametrize(
    ("threshold", "count"), [(0.0, 3), (0.3, 3), (0.35, 2), (0.65, 1), (0.95, 0), (1.0, 0)]
)
def test_the_threshold_acts_on_the_next_picture(
    threshold: float, count: int, trial: Callable[..., Trial]
) -> None:
    running = trial()
    running.set(threshold=threshold)
    assert running.data(BLACK)["count"] == count


def test_only_chosen_classes_are_left(trial: Callable[..., Trial]) -> None:
    running = trial(threshold=0.1, classes=["traffic light", "dog"])
    assert [row[0] for row in running.data(BLACK)["found"]] == ["traffic light", "dog"]
    running.set(classes=[])
    assert running.data(BLACK)["count"] == 3


def test_boxes_end_at_the_edge_of_the_picture(trial: Callable[..., Trial]) -> None:
    [dog] = trial(threshold=0.1, classes=["dog"]).data(BLACK)["boxes"]
    assert (dog["x"], dog["y"], dog["width"], dog["height"]) == (0, 0.625, 0.3125, 0.375)


def test_the_page_draws_boxes_unless_they_are_wanted_in_the_picture(trial: Callable[..., Trial]) -> None:
    running = trial()
    assert not running.image(BLACK).any()
    assert len(running.data(BLACK)["boxes"]) == 2
    running.set(drawn="picture")
    assert running.image(BLACK).any()
    assert running.data(BLACK)["boxes"] == []


def test_the_classes_of_the_model_can_be_chosen(trial: Callable[..., Trial]) -> None:
    described = manifest(trial().cls)
    entry = next(item for item in described["parameters"] if item["name"] == "classes")
    assert [choice["value"] for choice in entry["choices"]] == LABELS
    assert (entry["type"], entry["default"], entry["none_label"]) == ("choices", [], "All")
    assert set(described["results"]["boxes"]["labels"]) == set(LABELS)
    threshold = next(item for item in described["parameters"] if item["name"] == "threshold")
    assert [threshold[name] for name in ("minimum", "maximum", "step", "default")] == [0, 1, 0.05, 0.5]


@pytest.mark.parametrize(("described", "begins"), [(0.7, 0.7), (0.62, 0.6), (0.0, 0.0), (1.0, 1.0)])
def test_a_visitor_begins_with_the_threshold_of_the_model(
    described: float, begins: float, made: MadeModels
) -> None:
    entry = made.boxes(ROWS, LABELS)
    entry["spec"]["threshold"] = described
    running = Trial(ObjectDetection, made.configuration(entry), {})
    threshold = next(item for item in manifest(running.cls)["parameters"] if item["name"] == "threshold")
    assert threshold["default"] == begins
    assert running.data(BLACK)["count"] == sum(row[4] >= begins for row in ROWS)
    assert ObjectDetection.threshold.default == 0.5, "of this model alone"


def test_a_model_of_one_class_has_nothing_to_choose(made: MadeModels) -> None:
    running = Trial(ObjectDetection, made.configuration(made.boxes(ROWS[:1], ["person"])), {})
    assert "classes" not in running.cls.parameters
    assert running.data(BLACK)["count"] == 1


def test_classes_that_nobody_named_have_a_number(made: MadeModels) -> None:
    running = Trial(ObjectDetection, made.configuration(made.boxes(ROWS, [])), {})
    assert running.data(BLACK)["found"][0][0] == "class 0"


def test_a_hundred_finds_fit_into_a_message(made: MadeModels) -> None:
    crowd = [[x, y, x + 3, y + 3, 0.9, 1] for x in range(0, 60, 4) for y in range(0, 60, 4)]
    data = Trial(ObjectDetection, made.configuration(made.boxes(crowd, LABELS)), {}).data(BLACK)
    assert data["count"] == len(data["found"]) == len(data["boxes"]) == 100


def test_without_a_model_it_is_not_installed() -> None:
    assert ObjectDetection.configured({}) is ObjectDetection
    assert ObjectDetection.configured({"models": []}) is ObjectDetection
    assert manifest(ObjectDetection)["installed"] is False


def test_a_model_makes_it_installed(made: MadeModels) -> None:
    cls = ObjectDetection.configured(made.configuration(made.boxes(ROWS, LABELS)))
    assert manifest(cls)["installed"] is True
    assert cls.isolation == "host"


def test_what_does_not_fit_is_a_sentence_for_the_host(made: MadeModels) -> None:
    boxes, scores = made.boxes(ROWS, LABELS), made.scores([0.5], ["cat"])
    cases: list[tuple[dict[str, Any], str]] = [
        ({"models": "yolox"}, "must be a list"),
        ({"models": ["yolox"]}, "needs a name"),
        ({"models": [{"name": "a", "sha256": 5}]}, "needs a name and its SHA-256"),
        (made.configuration(boxes, boxes), "same name"),
        (made.configuration(boxes, {**boxes, "name": "b"}), "at most 1"),
        (made.configuration(scores), "is a model for classification"),
    ]
    for configuration, words in cases:
        with pytest.raises(ProcessorUnavailable, match=words):
            ObjectDetection.configured(configuration)
