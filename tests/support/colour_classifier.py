"""A classifier of a few numbers: how much of each colour a picture has, and a softmax."""

import hashlib
from pathlib import Path
from typing import Any

from onnx import TensorProto, helper

LABELS = ["blue", "green", "red"]


def install(folder: Path) -> dict[str, Any]:
    """Put it where a site looks for installed models; return the configuration of a row that runs it."""
    data = model()
    sha256 = hashlib.sha256(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{sha256}.onnx").write_bytes(data)
    picture = {"name": "picture", "width": 64, "height": 48, "colours": "bgr", "std": [255] * 3}
    spec = {"task": "classification", "convention": "scores", "labels": LABELS, "input": picture}
    return {"models": [{"name": "colours", "title": "Colours", "sha256": sha256, "spec": spec}]}


def model() -> bytes:
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, 48, 64])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 3])
    nodes = [
        helper.make_node("GlobalAveragePool", ["picture"], ["means"]),
        helper.make_node("Flatten", ["means"], ["flat"]),
        helper.make_node("Softmax", ["flat"], ["scores"]),
    ]
    graph = helper.make_graph(nodes, "colours", [picture], [scores])
    made = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    return bytes(made.SerializeToString())
