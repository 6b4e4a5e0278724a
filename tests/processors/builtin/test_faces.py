import base64

import cv2
import numpy as np
import pytest

from processors.exceptions import ProcessorError

from ..desk import grey
from .trial import outcome_of, picture_of, portrait, street, trial

FACE = (slice(70, 290), slice(220, 420))  # where the portrait's face is


def test_faces_are_found_counted_listed_and_boxed():
    outcome = outcome_of("faces", portrait())
    assert outcome.data["count"] == 1
    _, left, top, width, height, score = outcome.data["faces"][0]
    assert abs(left + width / 2 - 320) < 30
    assert abs(top + height / 2 - 200) < 40
    assert 0.5 < score <= 1
    box = outcome.data["boxes"][0]
    assert box["x"] == pytest.approx(left / 640, abs=0.001)
    assert box["label"] == "Face 1"
    assert np.array_equal(outcome.image, portrait())


@pytest.mark.parametrize(("key", "sample"), [("faces", portrait), ("people", street), ("qr", street)])
def test_boxes_are_drawn_either_by_the_page_or_into_the_picture(key, sample):
    outcome = outcome_of(key, sample(), draw=True)
    assert not np.array_equal(outcome.image, sample())
    assert outcome.data["boxes"] == []
    assert len(outcome_of(key, sample()).data["boxes"]) > 0


def test_no_face_is_found_in_an_empty_picture():
    outcome = outcome_of("faces", grey(128, 640, 480))
    assert outcome.data == {"count": 0, "faces": [], "boxes": []}


def test_a_face_that_is_lost_for_a_moment_is_held_and_then_forgotten():
    instance = trial("faces")
    empty = grey(128, 640, 360)
    assert instance.picture(portrait(), 0.0).data["count"] == 1
    assert instance.picture(empty.copy(), 0.2).data["count"] == 1
    assert instance.picture(empty.copy(), 0.9).data["count"] == 0


@pytest.mark.parametrize("way", ["blur", "pixels"])
def test_hidden_faces_leave_no_detail_of_the_face(way):
    before, after = portrait(), picture_of("hidden-faces", portrait(), way=way)
    assert likeness(before[FACE], before[FACE]) == pytest.approx(1)
    assert abs(likeness(before[FACE], after[FACE])) < 0.25
    assert np.array_equal(after[:, :100], before[:, :100])


def test_hidden_faces_hides_everything_when_it_finds_none():
    numbers = np.random.default_rng(3).integers(0, 255, (480, 640, 3), np.uint8)
    outcome = outcome_of("hidden-faces", numbers)
    assert outcome.data == {"count": 0}
    assert (outcome.image == numbers).mean() < 0.02
    assert np.array_equal(picture_of("hidden-faces", numbers, strict=False), numbers)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """How much the fine structures of two pictures have in common."""
    fine = [image.astype(float) - cv2.GaussianBlur(image.astype(float), (0, 0), 3) for image in (one, other)]
    return float(np.corrcoef(fine[0].ravel(), fine[1].ravel())[0, 1])


@pytest.mark.parametrize("picture", ["glasses", "hat", "crown", "moustache", "cat"])
def test_each_bundled_overlay_is_put_on_the_face(picture):
    outcome = outcome_of("face-overlay", portrait(), picture=picture)
    changed = (outcome.image != portrait()).any(axis=2)
    assert outcome.data == {"count": 1}
    assert changed.sum() > 2000
    assert not changed[:, :120].any()


def png(image: np.ndarray) -> dict[str, str]:
    data = cv2.imencode(".png", image)[1].tobytes()
    return {"name": "own.png", "type": "image/png", "data": base64.b64encode(data).decode()}


def test_an_own_picture_covers_the_face():
    pink = np.full((50, 50, 4), (200, 100, 255, 255), np.uint8)
    covered = picture_of("face-overlay", portrait(), own=png(pink))
    assert tuple(covered[200, 320]) == (200, 100, 255)


def test_transparent_parts_of_an_own_picture_let_the_face_through():
    clear = np.zeros((50, 50, 4), np.uint8)
    assert np.array_equal(picture_of("face-overlay", portrait(), own=png(clear)), portrait())


@pytest.mark.parametrize("key", ["face-overlay", "style"])
def test_an_upload_that_is_no_picture_is_refused_in_words(key):
    broken = {"name": "a.png", "type": "image/png", "data": base64.b64encode(b"no picture").decode()}
    with pytest.raises(ProcessorError, match="Choose a PNG or JPEG"):
        picture_of(key, portrait(), own=broken)


def test_people_are_found_counted_and_listed():
    outcome = outcome_of("people", street())
    assert outcome.data["count"] == 2
    middles = [left + width / 2 for _, left, _, width, _, _ in outcome.data["people"]]
    assert middles == [pytest.approx(400, abs=30), pytest.approx(520, abs=30)]
    assert [box["label"] for box in outcome.data["boxes"]] == ["Person", "Person"]
    assert outcome_of("people", portrait()).data["count"] == 0


@pytest.mark.parametrize(("width", "height"), [(16, 16), (16, 240), (300, 40), (1920, 300), (333, 251)])
def test_people_are_looked_for_in_pictures_of_every_shape(width, height):
    image = cv2.resize(street(), (width, height))
    assert outcome_of("people", image).image.shape == (height, width, 3)
