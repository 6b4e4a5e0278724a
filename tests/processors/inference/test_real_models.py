"""Real weights on real photos give what their authors' own programs gave.

Every model is run twice: as documented, and as Showroom recognised it from the file alone.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from processors.inference.decoded import Detections
from processors.inference.recognise import recognise
from processors.inference.session import Model
from processors.inference.spec import ModelSpec

from .plain import peak_signal_to_noise
from .real_specs import DETECTORS, REAL_SPECS, SELFIES, STYLES

SURE_POINT = 0.5  # below it key points jump
MARGIN = 0.05  # what is found by a hair may as well be lost by one

WAYS = ["documented", "recognised"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", DETECTORS)
def test_objects(models_folder: Path, name: str, way: str) -> None:
    told = expected(models_folder / name)
    score = told["tolerance"]["score_abs"]
    model = opened(models_folder / name, name, way)
    for photo, objects in told["images"].items():
        found = model.infer(read(models_folder, photo))
        for each in sure(objects, model.spec.threshold):
            overlap, difference = closest(found, each)
            assert overlap >= 0.9, (photo, each)
            assert difference <= score, (photo, each)


@pytest.mark.parametrize("name", ["yolox-nano/yolox_nano.onnx", "person-lite/person_lite.onnx"])
def test_nothing_is_found_that_is_not_there(models_folder: Path, name: str) -> None:
    model = opened(models_folder / name, name, "recognised")
    for photo, objects in expected(models_folder / name)["images"].items():
        assert len(model.infer(read(models_folder, photo))) == len(objects), photo


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SELFIES)
def test_people_before_their_background(models_folder: Path, name: str, way: str) -> None:
    told = expected(models_folder / name)
    model = opened(models_folder / name, name, way)
    for photo, values in told["files"][Path(name).name].items():
        share = (model.infer(read(models_folder, photo)).probabilities > 0.5).mean()
        tolerance = told["tolerance"]["foreground_fraction_abs"]
        assert share == pytest.approx(values["foreground_fraction"], abs=tolerance), photo


@pytest.mark.parametrize("way", WAYS)
def test_the_classes_of_pixels(models_folder: Path, way: str) -> None:
    name = "deeplab-v3/deeplab_v3_mnv2_dm05_257.onnx"
    told = expected(models_folder / name)
    model = opened(models_folder / name, name, way)
    for photo, shares in told["class_fraction"].items():
        classes = model.infer(read(models_folder, photo)).classes
        for number, share in shares.items():
            assert (classes == int(number)).mean() == pytest.approx(
                share, abs=told["tolerance"]["fraction_abs"]
            )


@pytest.mark.parametrize("way", WAYS)
def test_a_body(models_folder: Path, way: str) -> None:
    name = "bodypix/bodypix_mobilenetv1_050_stride16.onnx"
    told = expected(models_folder / name)
    model = opened(models_folder / name, name, way)
    for photo, values in told["images"].items():
        body = model.infer(read(models_folder, photo))
        share = (body.mask > 0.5).mean()
        assert share == pytest.approx(
            values["foreground_fraction"], abs=told["tolerance"]["foreground_fraction_abs"]
        )
        points = list(values.get("keypoints_xy_score", {}).values())
        for (x, y, score), point in zip(points, body.points[0], strict=False):
            if score > SURE_POINT:
                assert np.hypot(*(point[:2] - (x, y))) <= told["tolerance"]["keypoint_px"]
                assert point[2] == pytest.approx(score, abs=told["tolerance"]["score_abs"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", STYLES)
def test_the_colours_of_a_style(models_folder: Path, name: str, way: str) -> None:
    told = expected(models_folder / name)
    values = told["files"][Path(name).name]
    photo = cv2.resize(read(models_folder, values["image"]), (256, 256))
    picture = opened(models_folder / name, name, way).infer(photo).picture
    colours = picture[..., ::-1].reshape(-1, 3)
    np.testing.assert_allclose(colours.mean(axis=0), values["mean_rgb"], atol=told["tolerance"]["abs"])
    np.testing.assert_allclose(colours.std(axis=0), values["std_rgb"], atol=told["tolerance"]["abs"])


@pytest.mark.parametrize("name", REAL_SPECS)
def test_recognition_prefills_what_is_documented(models_folder: Path, name: str) -> None:
    """Names of a single class are nowhere in a file, and thresholds are a matter of taste."""
    recognised = proposed(models_folder / name)
    documented = ModelSpec.from_json(REAL_SPECS[name])
    assert (recognised.task, recognised.convention) == (documented.task, documented.convention)
    assert recognised.input == documented.input
    assert recognised.labels == documented.labels or documented.labels == "person"


def test_yunet_agrees_with_opencv(models_folder: Path) -> None:
    """OpenCV runs it at the size of the picture; in a square of 640 both see the same, and find the same."""
    name = "yunet/face_detection_yunet_2023mar.onnx"
    model = opened(models_folder / name, name, "documented")
    detector = cv2.FaceDetectorYN.create(str(models_folder / name), "", (640, 640), 0.6, 0.3)
    for photo in ("astronaut.png", "grace_hopper.bmp", "two_people_640x480.bmp"):
        image = read(models_folder, photo)
        square = np.zeros((640, 640, 3), np.uint8)
        square[: image.shape[0], : image.shape[1]] = image[:640, :640]
        theirs, ours = detector.detect(square)[1], model.infer(square)
        sizes = np.concatenate([ours.boxes[:, :2], ours.boxes[:, 2:] - ours.boxes[:, :2]], axis=1)
        np.testing.assert_allclose(sizes, theirs[:, :4], atol=0.1)
        np.testing.assert_allclose(ours.points[:, :, :2].reshape(-1, 10), theirs[:, 4:14], atol=0.1)
        np.testing.assert_allclose(ours.scores, theirs[:, 14], atol=1e-3)


@pytest.mark.parametrize("name", STYLES)
def test_a_style_is_the_same_as_without_showroom(models_folder: Path, name: str) -> None:
    image = read(models_folder, "astronaut.png")
    picture = opened(models_folder / name, name, "recognised").infer(image).picture
    assert peak_signal_to_noise(picture, plain_style(models_folder / name, image)) >= 35


def plain_style(path: Path, image: Any) -> Any:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    small = cv2.cvtColor(cv2.resize(image, (256, 256)), cv2.COLOR_BGR2RGB).astype(np.float32)
    output = session.run(None, {session.get_inputs()[0].name: small.transpose(2, 0, 1)[None]})[0][0]
    picture = np.rint(np.clip(output, 0, 255)).astype(np.uint8).transpose(1, 2, 0)
    return cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), image.shape[1::-1])


def opened(path: Path, name: str, way: str) -> Model:
    documented = ModelSpec.from_json(REAL_SPECS[name])
    if way == "documented":
        return Model.open(path, documented)
    return Model.open(path, proposed(path))


@lru_cache
def proposed(path: Path) -> ModelSpec:
    return recognise(path.read_bytes())[0].spec


@lru_cache
def expected(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.with_name("expected.json").read_text()))


def read(folder: Path, photo: str) -> Any:
    image = cv2.imread(str(folder / "images" / photo))
    assert image is not None
    return image


def sure(objects: list[dict[str, Any]], threshold: float) -> list[dict[str, Any]]:
    return [each for each in objects if each["score"] >= threshold + MARGIN]


def closest(found: Detections, wanted: dict[str, Any]) -> tuple[float, float]:
    """How much the best box of the class overlaps, and how far its score is away."""
    alike = [
        (overlap_of(box, wanted["box_xyxy"]), abs(float(score) - wanted["score"]))
        for box, score, number in zip(found.boxes, found.scores, found.classes, strict=True)
        if number == wanted.get("class_id", 0)
    ]
    return max(alike, default=(0.0, 1.0))


def overlap_of(one: Any, other: Any) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    areas = sum((each[2] - each[0]) * (each[3] - each[1]) for each in (one, other))
    return float(common / (areas - common))
