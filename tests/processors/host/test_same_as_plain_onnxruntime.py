"""What a session in a host says of a frame is what a bare onnxruntime says of it: one task of each kind.

Both see the same frame, in a video's colours. The outputs are read here by hand, as the authors of the weights do.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from processors.hosts import HostOptions
from processors.inference.labels import COCO_17
from processors.planes import even_sides, image_of, planes_of
from processors.sandbox import Limits
from tests.processors.inference.plain import INPUTS, peak_signal_to_noise, plain_outputs
from tests.support import colour_classifier, real_models

from .conftest import HostDesk

SitDown = Callable[..., HostDesk]
Opened = Callable[..., tuple[HostDesk, Path]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOWROOM_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def opened(folder: Path, pool: Any, sit_down: SitDown, models_folder: Path) -> Opened:
    """``opened("pose", "bodypix", confidence=0.3)`` gives a session and the file that it runs."""
    pool.options = HostOptions(load_seconds=30.0, limits=Limits(readable=(str(folder),)))

    def sit(key: str, name: str, **values: Any) -> tuple[HostDesk, Path]:
        real_models.publish(models_folder, folder, name)
        desk = sit_down(key, real_models.configuration(models_folder, name), **values)
        return desk, models_folder / real_models.FILES[name][1]

    return sit


@pytest.fixture
def frame(models_folder: Path) -> Callable[[str], Any]:
    def decoded(name: str) -> Any:
        """As it comes from a decoder, so that to show it changes nothing more."""
        image = cv2.imread(str(models_folder / "images" / name))
        assert image is not None
        return in_video_colours(even_sides(image.astype(np.uint8)))

    return decoded


def in_video_colours(image: Any) -> Any:
    return image_of(planes_of(image, "bgr24"), "bgr24")


def run(path: Path, seen: Any, outputs: list[str] | None = None) -> list[Any]:
    name = f"{path.parent.name}/{path.name}"
    return plain_outputs(path, INPUTS[name](in_video_colours(seen)), outputs)


def best_boxes(boxes: Any, scores: Any, iou: float, image: Any) -> list[list[Any]]:
    """Score, left, top, width and height in whole pixels of the picture, the best first."""
    sizes = [[left, top, right - left, bottom - top] for left, top, right, bottom in boxes.tolist()]
    kept = cv2.dnn.NMSBoxes(sizes, scores.tolist(), 0.5, iou)
    limits = np.array([image.shape[1], image.shape[0]] * 2)
    found = [(float(scores[each]), np.clip(boxes[each], 0, limits).tolist()) for each in kept]
    return [
        [round(score, 2), round(left), round(top), round(right - left), round(bottom - top)]
        for score, (left, top, right, bottom) in found
    ]


def test_detection(opened: Opened, frame: Callable[[str], Any]) -> None:
    desk, path = opened("object-detection", "yolox-nano", threshold=0.5)
    seen = frame("two_people_640x480.bmp")
    desk.picture_of(seen)
    [[rows]] = run(path, seen)
    grid = np.concatenate([cells(416 // stride, stride) for stride in (8, 16, 32)])
    places, strides = grid[:, :2], grid[:, 2:]
    centres, halves = (rows[:, :2] + places) * strides, np.exp(rows[:, 2:4]) * strides / 2
    boxes = np.concatenate([centres - halves, centres + halves], axis=1) * (640 / 416)
    wanted = best_boxes(boxes, rows[:, 4] * rows[:, 5], 0.45, seen)
    assert len(wanted) == 2
    assert desk.last_data["found"] == [["person", *row] for row in wanted]


def cells(side: int, stride: int) -> Any:
    """Column, row and stride of every cell."""
    rows, columns = np.divmod(np.arange(side * side), side)
    return np.stack([columns, rows, np.full(side * side, stride)], axis=1).astype(np.float32)


def test_faces(opened: Opened, frame: Callable[[str], Any]) -> None:
    desk, path = opened("face-detection", "ultraface", threshold=0.5)
    seen = frame("two_people_640x480.bmp")
    desk.picture_of(seen)
    [scores], [boxes] = run(path, seen)
    wanted = best_boxes(boxes * np.array([640, 480] * 2, np.float32), scores[:, 1], 0.3, seen)
    assert len(wanted) >= 2
    assert [row[1:] for row in desk.last_data["faces"]] == sorted(wanted, key=lambda row: row[1])


def test_segmentation(opened: Opened, frame: Callable[[str], Any]) -> None:
    """All but pixels at the edge, where a video halves the resolution of colours."""
    desk, path = opened("background", "selfie", way="colour", colour="#00ff00", softness=0)
    seen = frame("grace_hopper.bmp")
    picture = desk.picture_of(seen)
    [[mask]] = run(path, seen)
    person = cv2.resize(mask, seen.shape[1::-1]) > 0.5
    green = np.abs(picture.astype(int) - (0, 255, 0)).max(axis=2) < 60
    assert 0.3 < person.mean() < 0.8
    assert (green == ~person).mean() > 0.99


def test_pose(opened: Opened, frame: Callable[[str], Any]) -> None:
    desk, path = opened("pose", "bodypix", confidence=0.5)
    seen = frame("astronaut.png")
    desk.picture_of(seen)
    [heat], [offsets] = run(path, seen, ["heatmaps", "short_offsets"])
    found = {row[1]: row[2:] for row in desk.last_data["joints"]}
    for joint, name in enumerate(COCO_17):
        row, column = np.unravel_index(heat[..., joint].argmax(), heat.shape[:2])
        score = 1 / (1 + np.exp(-heat[row, column, joint]))
        y, x = row * 16 + offsets[row, column, joint], column * 16 + offsets[row, column, joint + 17]
        wanted = [x * seen.shape[1] / 513, y * seen.shape[0] / 385, score]
        assert (name in found) == (score >= 0.5), name
        if name in found:
            assert found[name] == pytest.approx(wanted, abs=0.51), name
            assert found[name][2] == pytest.approx(score, abs=0.0051), name
    assert len(found) >= 8


def test_style(opened: Opened, frame: Callable[[str], Any]) -> None:
    """In the network's own height, and mirrored to its width."""
    desk, path = opened("style-transfer", "mosaic", width=200)
    seen = in_video_colours(cv2.resize(frame("astronaut.png"), (200, 256)))
    picture = desk.picture_of(seen)
    square = cv2.copyMakeBorder(in_video_colours(seen), 0, 0, 0, 56, cv2.BORDER_REFLECT)
    [[output]] = plain_outputs(path, INPUTS["style-nc8/mosaic_nc8_256x256.onnx"](square))
    colours = np.rint(np.clip(output, 0, 255)).astype(np.uint8).transpose(1, 2, 0)[:, :200]
    wanted = in_video_colours(np.ascontiguousarray(colours[..., ::-1]))
    assert peak_signal_to_noise(picture, wanted) >= 35


def test_classification(folder: Path, sit_down: SitDown, pool: Any, frame: Callable[[str], Any]) -> None:
    """Weights made here: how much of each colour there is, and a softmax."""
    pool.options = HostOptions(load_seconds=30.0, limits=Limits(readable=(str(folder),)))
    configuration = colour_classifier.install(folder)
    [path] = folder.iterdir()
    desk = sit_down("classification", configuration)
    seen = frame("coffee.png")
    desk.picture_of(seen)
    small = cv2.resize(in_video_colours(seen), (64, 48)).astype(np.float32) / np.float32(255)
    [[shares]] = plain_outputs(path, small.transpose(2, 0, 1)[None])
    wanted = sorted(zip(colour_classifier.LABELS, shares.tolist(), strict=True), key=lambda pair: -pair[1])
    assert desk.last_data["likeliest"] == [[name, round(share, 4)] for name, share in wanted]
    assert wanted[0][1] > wanted[2][1] + 0.05
