"""Models of a few numbers, made here: their answer is a constant, or the picture itself."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Numbers = npt.NDArray[np.float32]


class MadeModels:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def boxes(self, rows: list[list[float]], labels: list[str], name: str = "boxes") -> dict[str, Any]:
        """Rows of x1, y1, x2, y2, score and class in pixels of 64 x 64."""
        answer = np.array([rows], np.float32).reshape(1, -1, 6)
        spec = {"task": "detection", "convention": "end-to-end", "labels": labels}
        return self._entry(name, constant({"found": answer}), spec)

    def scores(self, values: list[float], labels: list[str]) -> dict[str, Any]:
        spec = {"task": "classification", "convention": "scores", "labels": labels}
        return self._entry("scores", constant({"scores": np.array([values], np.float32)}), spec)

    def mask(self, probabilities: Numbers) -> dict[str, Any]:
        spec = {"task": "segmentation", "convention": "mask"}
        return self._entry("mask", constant({"mask": probabilities[None, None]}), spec)

    def classes(self, scores: Numbers, labels: list[str]) -> dict[str, Any]:
        spec = {
            "task": "segmentation",
            "convention": "argmax",
            "labels": labels,
            "decoder": {"channels": "first"},
        }
        return self._entry("classes", constant({"classes": scores[None]}), spec)

    def body(self, points: Numbers) -> dict[str, Any]:
        """Seventeen rows of x, y (between 0 and 1) and score."""
        answer = points[None, None, :, [1, 0, 2]].astype(np.float32)
        spec = {"task": "keypoints", "convention": "movenet", "labels": "coco17"}
        return self._entry("body", constant({"body": answer}), spec)

    def brighter(self, by: float, name: str, size: int | None = 64) -> dict[str, Any]:
        """Paints each pixel that much brighter; ``size=None`` leaves the size of its input open."""
        spec = {"task": "image", "convention": "image"}
        return self._entry(name, painting(by, size), spec)

    def configuration(self, *entries: dict[str, Any]) -> dict[str, Any]:
        return {"models": list(entries)}

    def _entry(self, name: str, model: onnx.ModelProto, spec: dict[str, Any]) -> dict[str, Any]:
        data = model.SerializeToString()
        sha256 = hashlib.sha256(data).hexdigest()
        (self.folder / f"{sha256}.onnx").write_bytes(data)
        wanted = {"name": "picture", "width": 64, "height": 64}
        return {"name": name, "title": name.title(), "sha256": sha256, "spec": {**spec, "input": wanted}}


def constant(answers: dict[str, Numbers]) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value))
        for name, value in answers.items()
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape) for name, value in answers.items()
    ]
    return finished(nodes, [1, 3, 64, 64], outputs)


def painting(by: float, size: int | None) -> onnx.ModelProto:
    shape: list[Any] = [1, 3, size or "height", size or "width"]
    added = numpy_helper.from_array(np.array([by], np.float32))
    nodes = [
        helper.make_node("Constant", [], ["by"], value=added),
        helper.make_node("Add", ["picture", "by"], ["painted"]),
    ]
    return finished(nodes, shape, [helper.make_tensor_value_info("painted", TensorProto.FLOAT, shape)])


def finished(nodes: list[Any], shape: list[Any], outputs: list[Any]) -> onnx.ModelProto:
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "made", [picture], outputs)
    return helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
