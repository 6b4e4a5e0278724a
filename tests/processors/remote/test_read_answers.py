"""Whatever a server sends is read as tensors or refused with a sentence; nothing else comes of it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.remote import grpc_client, json_client
from processors.remote.connection import connection_to
from processors.remote.server import ModelFacts, RemoteServer
from processors.remote.tensors import DTYPES, MOST_TENSORS, Mismatch, TensorFacts, from_bytes, from_numbers

PROMISED = (TensorFacts("y", "FP32", (1, -1)),)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
SHAPES = st.lists(st.integers(-3, 2**70), max_size=10) | JSON
TYPES = st.sampled_from([*DTYPES, "BYTES", ""]) | JSON
OUTPUTS = st.fixed_dictionaries(
    {}, optional={"name": st.just("y") | JSON, "datatype": TYPES, "shape": SHAPES, "data": JSON}
)
ANSWERS = st.fixed_dictionaries({}, optional={"outputs": st.lists(OUTPUTS | JSON, max_size=3) | JSON})


@settings(max_examples=300)
@given(ANSWERS)
def test_json_answers(answer: dict[str, Any]) -> None:
    try:
        arrays = json_client.read(answer, PROMISED)
    except Mismatch:
        return
    else:
        assert arrays["y"].dtype == np.float32
        assert np.isfinite(arrays["y"]).all()


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_grpc_answers(raw: bytes) -> None:
    from google.protobuf.message import DecodeError
    from tritonclient.grpc import service_pb2

    try:
        answer = service_pb2.ModelInferResponse.FromString(raw)
    except DecodeError:
        return  # what gRPC itself refuses
    with pytest.raises(Mismatch):
        grpc_client.read(answer, PROMISED)


@settings(max_examples=200)
@given(st.lists(st.tuples(JSON, TYPES, SHAPES), max_size=3))
def test_metadata(tensors: list[tuple[Any, Any, Any]]) -> None:
    try:
        facts = ModelFacts.parse("model", tensors, [])
    except Mismatch:
        return
    else:
        assert len(facts.inputs) == len(tensors)


@pytest.mark.parametrize(
    ("datatype", "numbers"),
    [
        ("FP32", ["1", "2"]),
        ("FP32", [[1, 2], [3]]),
        ("FP32", [1]),
        ("FP32", {"0": 1}),
        ("FP32", [1e999, 0]),
        ("FP32", [10**400, 0]),
        ("UINT8", [256, 0]),
        ("UINT8", [-1, 0]),
        ("INT32", [0.5, 1]),
        ("BOOL", [2, 0]),
        ("BYTES", ["a", "b"]),
    ],
)
def test_numbers_that_do_not_fit(datatype: str, numbers: Any) -> None:
    with pytest.raises(Mismatch):
        from_numbers(TensorFacts("y", datatype, (2,)), numbers)


@pytest.mark.parametrize("datatype", [*DTYPES])
def test_bytes_and_numbers_come_back_as_they_were(datatype: str) -> None:
    facts = TensorFacts("y", datatype, (2, 2))
    array = np.array([[0, 1], [1, 0]], DTYPES[datatype])
    np.testing.assert_array_equal(from_bytes(facts, array.tobytes()), array)
    np.testing.assert_array_equal(from_numbers(facts, array.ravel().tolist()), array)
    with pytest.raises(Mismatch):
        from_bytes(facts, array.tobytes() + b"0")


def test_more_tensors_than_any_model_has() -> None:
    with pytest.raises(Mismatch):
        ModelFacts.parse("model", [("x", "FP32", [1])] * (MOST_TENSORS + 1), [])


def test_sessions_share_the_connection_to_a_server() -> None:
    assert connection_to(RemoteServer("a", "grpc://a.example.org")) is connection_to(
        RemoteServer("a", "grpc://a.example.org")
    )
    assert connection_to(RemoteServer("a", "grpc://b.example.org")) is not connection_to(
        RemoteServer("a", "grpc://a.example.org")
    )
