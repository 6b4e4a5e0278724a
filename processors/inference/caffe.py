"""Nets of Caffe: a definition in text and its weights, kept as one file and run by OpenCV.

``CaffeSession`` can be asked and run like a session of onnxruntime, so that everything else is the same for both. Only
OpenCV 4 reads Caffe. Call this only where a model may crash, in a sandboxed process or a processor host.
"""

import re
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from ..exceptions import ModelUnusable
from .preprocess import Tensor

MARK = b"SHOWROOM CAFFE PAIR 1\n"
LENGTH = struct.Struct(">Q")
HEAD_BYTES = len(MARK) + LENGTH.size
DEFINITION_BYTES = 1024 * 1024
TENSOR = "tensor(float)"
# Class 0 of an SSD is the background, and 20 more are the classes of Pascal VOC, which need no names of their own.
CLASSES_OF_VOC = 21


@dataclass(frozen=True)
class Declared:
    name: str
    shape: list[int | None]
    type: str = TENSOR


@dataclass(frozen=True)
class About:
    producer_name: str = "Caffe"
    custom_metadata_map: Mapping[str, str] = field(default_factory=dict)


class CaffeSession:
    """A net is not made for several threads: one run at a time."""

    def __init__(self, data: bytes) -> None:
        definition, weights = parts(data)
        self._text = definition.decode("utf-8", "replace")
        self._net = read_net(definition, weights)
        self._outputs = list(self._net.getUnconnectedOutLayersNames())
        self._lock = threading.Lock()

    def get_inputs(self) -> list[Declared]:
        return [Declared(input_name(self._text), input_shape(self._text))]

    def get_outputs(self) -> list[Declared]:
        """Shapes are told by the first run."""
        return [Declared(name, []) for name in self._outputs]

    def get_providers(self) -> list[str]:
        return ["CPUExecutionProvider"]

    def get_modelmeta(self) -> About:
        return About(custom_metadata_map=class_names(self._text))

    def run(self, names: Sequence[str] | None, inputs: Mapping[str, Tensor]) -> list[Tensor]:
        [tensor] = inputs.values()
        with self._lock:
            try:
                self._net.setInput(np.ascontiguousarray(tensor, np.float32))
                # Copies: the net writes its next answer into the same memory.
                return [
                    np.array(output) for output in self._net.forward(list(names) if names else self._outputs)
                ]
            except cv2.error as error:
                raise ModelUnusable(f"OpenCV cannot run the net: {reason_of(error)}") from error


def is_pair(data: bytes) -> bool:
    return data.startswith(MARK)


def head_for(definition_bytes: int) -> bytes:
    """What stands before the definition and the weights, in this order, in the one file of both."""
    return MARK + LENGTH.pack(definition_bytes)


def parts(data: bytes) -> tuple[bytes, bytes]:
    if not is_pair(data) or len(data) < HEAD_BYTES:
        raise ModelUnusable("This is no net of Caffe with its definition.")
    [length] = LENGTH.unpack(data[len(MARK) : HEAD_BYTES])
    definition, weights = data[HEAD_BYTES : HEAD_BYTES + length], data[HEAD_BYTES + length :]
    if length > DEFINITION_BYTES or len(definition) < length or not weights:
        raise ModelUnusable("The definition or the weights of this net are not complete.")
    return definition, weights


def read_net(definition: bytes, weights: bytes) -> Any:
    """From memory: OpenCV would take bytes for the name of a file."""
    if not hasattr(cv2.dnn, "readNetFromCaffe"):
        raise ModelUnusable(
            f"Nets of Caffe need OpenCV 4, and here is OpenCV {cv2.__version__}. Convert the model to ONNX."
        )
    try:
        net = cv2.dnn.readNetFromCaffe(np.frombuffer(definition, np.uint8), np.frombuffer(weights, np.uint8))
    except cv2.error as error:
        raise ModelUnusable(f"OpenCV cannot read the net: {reason_of(error)}") from error
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
    return net


def input_name(text: str) -> str:
    """The text was accepted by OpenCV, so a look is enough: an input at the top, or a layer of this type."""
    found = re.search(r'^\s*input\s*:\s*"([^"]+)"', text, re.MULTILINE)
    if found is None:
        found = re.search(r'"Input"\s*top\s*:\s*"([^"]+)"', text)
    return found[1] if found else "data"


def input_shape(text: str) -> list[int | None]:
    sides = [int(side) for side in re.findall(r"\binput_dim\s*:\s*(\d{1,9})", text)]
    if not sides:
        found = re.search(r"\b(?:input_shape|input_param)\b(.{0,400})", text, re.DOTALL)
        sides = [int(side) for side in re.findall(r"\bdim\s*:\s*(\d{1,9})", found[1])] if found else []
    return [*sides[:4]] if len(sides) >= 4 else [1, 3, None, None]


def class_names(text: str) -> dict[str, str]:
    """How many classes an SSD tells apart is in its last layer; what they are called is not."""
    found = re.search(r"\bnum_classes\s*:\s*(\d{1,4})", text)
    classes = int(found[1]) if found else CLASSES_OF_VOC
    if classes == CLASSES_OF_VOC or classes < 2:
        return {}
    names = ["object"] if classes == 2 else [f"class {number}" for number in range(1, classes)]
    return {"names": repr(names)}


def reason_of(error: cv2.error) -> str:
    """Without the place in OpenCV's sources."""
    return " ".join(str(getattr(error, "err", "") or error).split())[:200]
