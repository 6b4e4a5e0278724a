"""Nets of Caffe, run by OpenCV, are asked and decoded like all others."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from processors.exceptions import ModelUnusable, WrongModelOutput
from processors.inference import caffe
from processors.inference.decoded import Detections
from processors.inference.recognise import facts, recognise
from processors.inference.session import Model, make_session
from tests.support.caffe_nets import HALVED, NO_WEIGHTS, pair, real_parts

INPUT_LAYER = b"""
layer { name: "in" type: "Input" top: "picture" input_param { shape { dim: 1 dim: 1 dim: 20 dim: 30 } } }
layer { name: "half" type: "Pooling" bottom: "picture" top: "half" pooling_param { kernel_size: 2 stride: 2 } }
"""


def test_the_real_net_finds_the_code(models_folder: Path) -> None:
    """Grey, 0 to 1 is found by trying; the size that suits a camera is the host's to choose."""
    told = json.loads((models_folder / "wechat-qr-ssd" / "expected.json").read_text())
    [wanted], tolerance = told["expected"], told["tolerance"]
    data = pair(*real_parts(models_folder))
    best = recognise(data)[0]
    assert (best.spec.task, best.spec.convention, best.spec.labels) == ("detection", "ssd", ("object",))
    assert (best.spec.input.colours, best.spec.input.mean[0], best.spec.input.std[0]) == ("gray", 0, 255)
    spec = replace(best.spec, input=replace(best.spec.input, width=400, height=300))
    found = Model.open(data, spec).infer(cv2.imread(str(models_folder / "images" / told["image"])))
    assert isinstance(found, Detections)
    assert len(found) == 1
    assert found.boxes[0] == pytest.approx(np.array(wanted["box_xyxy"]), abs=tolerance["box_px"])
    assert found.scores[0] == pytest.approx(wanted["score"], abs=tolerance["score_abs"])


def test_the_definition_of_mobilenet_ssd_is_understood(models_folder: Path) -> None:
    text = (models_folder / "mobilenet-ssd" / "MobileNetSSD_deploy.prototxt").read_text()
    assert (caffe.input_name(text), caffe.input_shape(text)) == ("data", [1, 3, 300, 300])
    assert caffe.class_names(text) == {}  # those of Pascal VOC


@pytest.mark.parametrize(
    ("definition", "name", "shape"),
    [(HALVED, "data", [1, 3, 32, 48]), (INPUT_LAYER, "picture", [1, 1, 20, 30])],
)
def test_a_session_says_what_goes_in_and_out(definition: bytes, name: str, shape: list[int]) -> None:
    session = make_session(pair(definition))
    [declared] = session.get_inputs()
    assert (declared.name, declared.shape) == (name, shape)
    assert [output.name for output in session.get_outputs()] == ["half"]
    [halved] = session.run(None, {name: np.ones(shape, np.float32)})
    assert halved.shape == (*shape[:2], shape[2] // 2, shape[3] // 2)
    assert facts(pair(definition)).producer == "Caffe"


def test_an_answer_stays_what_it_was() -> None:
    session = make_session(pair())
    [first] = session.run(None, {"data": np.ones((1, 3, 32, 48), np.float32)})
    session.run(None, {"data": np.zeros((1, 3, 32, 48), np.float32)})
    assert first.min() == 1


def test_how_many_classes_there_are_is_in_the_text() -> None:
    assert caffe.class_names("num_classes: 2") == {"names": "['object']"}
    assert caffe.class_names("num_classes: 4") == {"names": "['class 1', 'class 2', 'class 3']"}
    assert caffe.input_shape("nothing of it") == [1, 3, None, None]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (caffe.MARK, "no net of Caffe"),
        (pair(weights=b""), "not complete"),
        (caffe.head_for(2**63) + HALVED, "not complete"),
        (caffe.head_for(len(HALVED) + 100) + HALVED, "not complete"),
        (pair(b"hello {"), "cannot read"),
        (pair(HALVED.replace(b"Pooling", b"Python")), "cannot r"),
        (pair(weights=b"\xff" * 100), "cannot read"),
    ],
)
def test_what_is_no_net_is_told(data: bytes, words: str) -> None:
    with pytest.raises(ModelUnusable, match=words):
        make_session(data).run(None, {"data": np.zeros((1, 3, 32, 48), np.float32)})


def test_a_picture_that_does_not_fit_costs_the_frame() -> None:
    definition = HALVED.replace(b"pool: MAX kernel_size: 2", b"pool: MAX kernel_size: 200")
    with pytest.raises((WrongModelOutput, ModelUnusable)):
        make_session(pair(definition)).run(None, {"data": np.zeros((1, 3, 32, 48), np.float32)})


def test_a_text_is_never_taken_for_the_name_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "real.prototxt"
    path.write_bytes(HALVED)
    with pytest.raises(ModelUnusable):
        make_session(pair(str(path).encode()))


def test_opencv_5_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(cv2.dnn, "readNetFromCaffe")
    with pytest.raises(ModelUnusable, match="need OpenCV 4"):
        caffe.read_net(HALVED, NO_WEIGHTS)
