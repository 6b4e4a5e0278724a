"""What a published row tells its visitors about photographs, held against the ``expected.json`` of its weights."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest

from processors import planes
from processors.models import Processor
from processors.results import Picture
from tests.processors.host.conftest import HostDesk
from tests.processors.inference.plain import peak_signal_to_noise

LEAST_OVERLAP = 0.9  # intersection over union
LEAST_DECIBELS = 35.0
LOW = 0.4  # the lowest threshold with which an expected.json was written
SURE_POINT = 0.6  # below it joints jump to another place as soon as a picture has the colours of a video
MARGIN = 0.05  # what is found by a hair may as well be lost by one
SIDE, NARROW = 256, 200  # pixels: of the networks that paint, and a working width that visitors can choose
GREEN = (0, 255, 0)
# What is not there: one astronaut twice, and the face of a cat. A video's colours are enough to move such boxes.
MISTAKES = {("fastestdet", "astronaut.png", 0.654), ("ultraface", "chelsea.png", 0.757)}

SitDown = Callable[..., HostDesk]


@dataclass(frozen=True)
class Published:
    """A row, and the folder of the weights that it runs."""

    row: Processor
    weights: Path
    sit_down: SitDown

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.weights.with_name("expected.json").read_text()))

    def shown(self, photo: str, **values: Any) -> tuple[Picture, dict[str, Any]]:
        """What a visitor who begins with this photograph gets to see and to read."""
        return self.shown_image(self.photo(photo), **values)

    def shown_image(self, image: Picture, **values: Any) -> tuple[Picture, dict[str, Any]]:
        session = self.sit_down(self.row, **values)
        picture = session.picture_of(image)
        return picture, session.last_data if session.notebook.results else {}

    def photo(self, name: str) -> Picture:
        image = cv2.imread(str(self.weights.parents[1] / "images" / name))
        assert image is not None
        return planes.even_sides(image.astype(np.uint8))


def finds_what_is_expected(published: Published, column: str) -> None:
    """Each thing of which the authors' program was sure, where it is and as sure; cut to the picture as boxes are.

    The only class of a file without names is called "object".
    """
    tolerance = published.told["tolerance"]["score_abs"]
    for photo, objects in published.told["images"].items():
        _, data = published.shown(photo, threshold=LOW)
        height, width = published.photo(photo).shape[:2]
        for wanted in (each for each in objects if is_sure(published, photo, each["score"])):
            place = np.clip(wanted["box_xyxy"], 0, [width, height] * 2)
            alike = [
                row for row in data[column] if column == "faces" or row[0] in (wanted["label"], "object")
            ]
            scores = [row[1] for row in alike if overlap(corners(row), place) >= LEAST_OVERLAP]
            assert scores, (photo, wanted, data[column])
            # Rows are rounded to hundredths.
            assert min(abs(score - wanted["score"]) for score in scores) <= tolerance + 0.005, (photo, wanted)


def is_sure(published: Published, photo: str, score: float) -> bool:
    return score >= LOW + MARGIN and (published.weights.parent.name, photo, score) not in MISTAKES


def leaves_the_right_share(published: Published) -> None:
    """Whatever is behind becomes green: the rest of the picture is what the model calls foreground."""
    told = published.told
    for photo, kept, share in expected_shares(told, published.weights.name):
        green = {"way": "colour", "colour": "#00ff00", "softness": 0, **kept}
        picture, _ = published.shown(photo, **green)
        behind = np.abs(picture.astype(int) - GREEN).max(axis=2) < 60
        tolerance = next(iter(told["tolerance"].values()))
        assert 1 - behind.mean() == pytest.approx(share, abs=tolerance), (photo, kept)


def expected_shares(told: dict[str, Any], file: str) -> Iterator[tuple[str, dict[str, str], float]]:
    """A mask has one kind of foreground; of classes the visitor chooses one, say the cat."""
    names = {"8": "cat", "12": "dog", "15": "person"}
    for photo, values in told.get("files", {}).get(file, {}).items():
        yield photo, {}, values["foreground_fraction"]
    for photo, shares in told.get("class_fraction", {}).items():
        yield from ((photo, {"kept": names[each]}, shares[each]) for each in shares if each in names)


def finds_the_joints(published: Published) -> None:
    """The row draws people; the same weights under "Pose" tell their joints in numbers."""
    told = published.told
    pose = replace(published, row=Processor(key="pose", configuration=published.row.configuration))
    for photo, values in told["images"].items():
        points = values.get("keypoints_xy_score", {})
        assert not points or published.shown(photo)[1]["people"] == 1
        _, data = pose.shown(photo)
        found = {row[1].replace(" ", "_"): row for row in data["joints"] if row[0] == 1}
        for name, (x, y, score) in points.items():
            if score > SURE_POINT:
                _, _, left, top, sure = found[name]
                assert np.hypot(left - x, top - y) <= told["tolerance"]["keypoint_px"], (photo, name)
                assert sure == pytest.approx(score, abs=told["tolerance"]["score_abs"] + 0.005)


def paints_what_the_weights_paint(published: Published) -> None:
    """A picture that is as high as the network's, and mirrored to its width; both sides see a video's colours."""
    image = cv2.resize(published.photo("astronaut.png"), (NARROW, SIDE)).astype(np.uint8)
    picture, _ = published.shown_image(image, width=NARROW)
    square = cv2.copyMakeBorder(through_planes(image), 0, 0, 0, SIDE - NARROW, cv2.BORDER_REFLECT)
    wanted = through_planes(painted(published.weights, square)[:, :NARROW])
    assert peak_signal_to_noise(picture, wanted) >= LEAST_DECIBELS
    assert peak_signal_to_noise(picture, image) < LEAST_DECIBELS / 2


def painted(weights: Path, image: Picture) -> Picture:
    """By a bare onnxruntime."""
    session = onnxruntime.InferenceSession(str(weights), providers=["CPUExecutionProvider"])
    pixels = cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.float32).transpose(2, 0, 1)[None]
    [[output]] = session.run(None, {session.get_inputs()[0].name: pixels})
    colours = np.rint(np.clip(output, 0, 255)).astype(np.uint8).transpose(1, 2, 0)
    return cv2.cvtColor(colours, cv2.COLOR_RGB2BGR)


def through_planes(image: Picture) -> Picture:
    """As a decoder gives it, or an encoder takes it."""
    seen: Picture = planes.image_of(planes.planes_of(image, "bgr24"), "bgr24")
    return seen


def corners(row: list[Any]) -> list[float]:
    left, top, width, height = row[2:6]
    return [left, top, left + width, top + height]


def overlap(one: Any, other: Any) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    areas = sum((each[2] - each[0]) * (each[3] - each[1]) for each in (one, other))
    return float(common / (areas - common))


AS_EXPECTED: dict[str, Callable[[Published], None]] = {
    "object-detection": lambda published: finds_what_is_expected(published, "found"),
    "face-detection": lambda published: finds_what_is_expected(published, "faces"),
    "background": leaves_the_right_share,
    "pictogram": finds_the_joints,
    "style-transfer": paints_what_the_weights_paint,
}
