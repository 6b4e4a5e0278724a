"""Models that hear, in a few bytes, and the recordings of the test folder."""

import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
SPEC: dict[str, Any] = {"task": "voice", "convention": "silero", "input": {"name": "input"}}
RECORDINGS = (
    "goforward.raw",
    "sense_and_sensibility_01_austen_64kb-0870.wav",
    "sense_and_sensibility_01_austen_64kb-0880.wav",
    "sense_and_sensibility_01_austen_64kb-0930.wav",
)


def loudness_model() -> bytes:
    """As surely as its piece is loud, plus a hundredth for every piece heard before."""
    nodes = [
        helper.make_node("Abs", ["input"], ["positive"]),
        helper.make_node("ReduceMax", ["positive"], ["loudest"], axes=[1], keepdims=1),
        helper.make_node("ReduceMax", ["state"], ["heard"], axes=[0, 2], keepdims=0),
        helper.make_node("Mul", ["heard", "hundredth"], ["more"]),
        helper.make_node("Add", ["loudest", "more"], ["output"]),
        helper.make_node("Add", ["state", "one"], ["stateN"]),
    ]
    graph = helper.make_graph(
        nodes,
        "loudness",
        [
            helper.make_tensor_value_info("input", FLOAT, [None, None]),
            helper.make_tensor_value_info("state", FLOAT, [2, None, 128]),
            helper.make_tensor_value_info("sr", INT64, []),
        ],
        [
            helper.make_tensor_value_info("output", FLOAT, [None, 1]),
            helper.make_tensor_value_info("stateN", FLOAT, [2, None, 128]),
        ],
        [
            helper.make_tensor("hundredth", FLOAT, [1], [0.01]),
            helper.make_tensor("one", FLOAT, [1], [1.0]),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 9
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def recording(models_folder: Path, name: str) -> np.ndarray:
    """16 kHz, one channel, between -1 and 1."""
    path = models_folder / "audio" / name
    if path.suffix == ".raw":
        data = path.read_bytes()
    else:
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels()) == (16000, 1)
            data = file.readframes(file.getnframes())
    return (np.frombuffer(data, np.int16) / 32768).astype(np.float32)


def expected_means(models_folder: Path) -> dict[str, float]:
    told = json.loads((models_folder / "silero-vad" / "expected.json").read_text())["files"]
    return {name: values["mean"] for name, values in told.items()}
