"""Models of a few kilobytes that give the same answer to every picture."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OLDEST_READER = 9  # the ir_version
OPERATORS = 13

Declared = tuple[str, int, Sequence[Any]]  # name, type, shape
PICTURE: Declared = ("images", TensorProto.FLOAT, (1, 3, 64, 96))


def constant_model(
    outputs: Mapping[str, np.ndarray],
    picture: Declared = PICTURE,
    others: Sequence[Declared] = (),
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array))
        for name, array in outputs.items()
    ]
    return model(nodes, [picture, *others], outputs, metadata)


def model(
    nodes: list[Any],
    inputs: Sequence[Declared],
    outputs: Mapping[str, np.ndarray],
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(*each) for each in inputs],
        [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
            for name, array in outputs.items()
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPERATORS)])
    made.ir_version = OLDEST_READER
    helper.set_model_props(made, dict(metadata or {}))
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def picture_model(operator: str, **attributes: Any) -> bytes:
    """A net of one operator that makes a picture of a picture."""
    like = {"picture": np.zeros((1, 3, 64, 96), np.float32)}
    return model([helper.make_node(operator, ["images"], ["picture"], **attributes)], [PICTURE], like)
