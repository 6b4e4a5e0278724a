from collections.abc import Callable

import cv2
import numpy as np
import pytest

from processors.results import Picture
from processors.tasks.face_detection import FaceDetection

from .conftest import Trial, Trying
from .made_models import MadeModels


@pytest.fixture
def astronaut(photo: Callable[[str], Picture]) -> Picture:
    return cv2.resize(photo("astronaut.png"), (640, 480))


def test_a_face_is_found_and_counted(real: Trying, astronaut: Picture) -> None:
    data = real(FaceDetection, "ultraface").data(astronaut)
    assert data["count"] == 1
    number, score, left, top, width, height = data["faces"][0]
    assert (number, score) == (1, pytest.approx(1, abs=0.02))
    assert abs(left + width / 2 - 280) < 20
    assert abs(top + height / 2 - 110) < 20
    assert data["boxes"][0]["label"] == "Face 1"


def test_a_visitor_begins_with_the_threshold_of_the_model(made: MadeModels) -> None:
    entry = made.boxes([[8, 8, 24, 40, 0.75, 0], [30, 10, 60, 50, 0.65, 0]], ["face"])
    entry["spec"] |= {"task": "faces", "threshold": 0.7}
    running = Trial(FaceDetection, made.configuration(entry), {})
    assert running.cls.parameters["threshold"].default == 0.7
    assert running.data(np.zeros((128, 128, 3), np.uint8))["count"] == 1


def test_the_threshold_and_the_place_of_the_boxes_act(real: Trying, astronaut: Picture) -> None:
    running = real(FaceDetection, "ultraface", threshold=1.0)
    assert running.data(astronaut)["count"] == 0
    running.set(threshold=0.5, drawn="picture")
    assert (running.image(astronaut) != astronaut).any()
    assert running.data(astronaut)["boxes"] == []
