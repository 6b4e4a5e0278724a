"""Nothing is lost on the way in: outputs are equal, number for number, to those of a bare onnxruntime."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest

from processors.inference.session import Model
from processors.inference.spec import ModelSpec

from .real_specs import REAL_SPECS


def yolox_input(image: Any) -> Any:
    factor = min(416 / image.shape[0], 416 / image.shape[1])
    small = cv2.resize(image, (int(image.shape[1] * factor), int(image.shape[0] * factor)))
    canvas = np.full((416, 416, 3), 114, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    return canvas.transpose(2, 0, 1)[None].astype(np.float32)


def nanodet_input(image: Any) -> Any:
    mean = np.array([103.53, 116.28, 123.675], np.float32)
    std = np.array([57.375, 57.12, 58.395], np.float32)
    small = cv2.resize(image, (416, 416)).astype(np.float32)
    return np.ascontiguousarray(((small - mean) / std).transpose(2, 0, 1)[None])


def fastestdet_input(image: Any) -> Any:
    return (cv2.resize(image, (352, 352)).transpose(2, 0, 1) / np.float32(255))[None].astype(np.float32)


def bodypix_input(image: Any) -> Any:
    small = cv2.cvtColor(cv2.resize(image, (513, 385)), cv2.COLOR_BGR2RGB).astype(np.float32)
    return ((small - np.float32(127.5)) / np.float32(127.5))[None]


INPUTS = {
    "yolox-nano/yolox_nano.onnx": yolox_input,
    "nanodet-m/nanodet_m.onnx": nanodet_input,
    "fastestdet/fastestdet.onnx": fastestdet_input,
    "bodypix/bodypix_mobilenetv1_050_stride16.onnx": bodypix_input,
}


@pytest.mark.parametrize("name", INPUTS)
def test_outputs_are_equal(models_folder: Path, name: str) -> None:
    image = cv2.imread(str(models_folder / "images/two_people_640x480.bmp"))
    spec = ModelSpec.from_json(REAL_SPECS[name])
    ours = Model.open(models_folder / name, spec).raw(image)
    theirs = plain(models_folder / name, INPUTS[name](image), list(spec.outputs))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


def plain(path: Path, tensor: Any, outputs: list[str]) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(outputs or None, {session.get_inputs()[0].name: tensor})
