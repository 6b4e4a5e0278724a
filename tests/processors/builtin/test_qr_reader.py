import cv2
import numpy as np

from ..desk import grey
from .trial import outcome_of, street, trial


def code(text: str) -> np.ndarray:
    small = cv2.QRCodeEncoder.create().encode(text)
    large = cv2.resize(small, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    return cv2.cvtColor(
        cv2.copyMakeBorder(large, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=255), cv2.COLOR_GRAY2BGR
    )


def test_a_code_in_a_scene_is_read_and_boxed():
    outcome = outcome_of("qr", street())
    assert outcome.data["text"] == "Showroom"
    box = outcome.data["boxes"][0]
    assert 0.2 < box["x"] < 0.35
    assert box["label"] == "Showroom"


def test_two_codes_are_read_at_once():
    both = np.hstack([code("left"), code("right")])
    assert sorted(outcome_of("qr", both).data["text"].split("\n")) == ["left", "right"]


def test_a_code_that_stays_is_told_once_and_again_after_a_pause():
    instance = trial("qr")
    told = [instance.picture(code("hello"), time).data.get("text") for time in (0.0, 0.1, 2.0, 4.0, 8.0)]
    assert told == ["hello", None, None, None, "hello"]


def test_no_code_gives_no_text():
    assert outcome_of("qr", grey(90, 640, 480)).data == {"boxes": []}


def test_any_text_can_be_drawn():
    instance = trial("qr")
    outcome = instance.picture(
        code("Schöne Grüße, and a rather long text that does not fit the picture"), 0.0
    )
    assert outcome.data["text"].startswith("Schöne")
