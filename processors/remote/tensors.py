"""Tensors on the wire: their types, and the checks on what a server that we do not trust sends back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

DTYPES = {
    "BOOL": np.dtype("?"),
    "UINT8": np.dtype("u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "INT8": np.dtype("i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
}
MOST_DIMENSIONS = 8
MOST_TENSORS = 64
NAME_CHARACTERS = 200


class Mismatch(ValueError):
    """The sentence says what does not fit."""


@dataclass(frozen=True, slots=True)
class TensorFacts:
    """What the metadata say of one input or output; -1 in the shape means any size."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    @classmethod
    def parse(cls, name: Any, datatype: Any, shape: Any) -> "TensorFacts":
        if not isinstance(name, str) or not 0 < len(name) <= NAME_CHARACTERS:
            raise Mismatch("a tensor has no usable name")
        return cls(name, str(datatype)[:20], checked_shape(name, shape, least=-1))

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


def datatype_of(array: Array) -> str:
    for name, dtype in DTYPES.items():
        if array.dtype == dtype:
            return name
    raise Mismatch(f"{array.dtype} has no name in the Open Inference Protocol")


def from_bytes(facts: TensorFacts, raw: bytes) -> Array:
    """Read a raw tensor; shape and length must agree to the byte."""
    dtype = dtype_of(facts)
    expected = math.prod(facts.shape) * dtype.itemsize
    if len(raw) != expected:
        raise Mismatch(f"{facts.name} has {len(raw)} bytes; its shape {list(facts.shape)} needs {expected}")
    return finite(facts.name, np.frombuffer(raw, dtype).reshape(facts.shape))


def from_numbers(facts: TensorFacts, numbers: Any) -> Array:
    """Read a tensor of a JSON answer: numbers in one list, or in lists of lists."""
    dtype = dtype_of(facts)
    try:
        given = np.asarray(numbers if isinstance(numbers, list) else [])
    except (ValueError, OverflowError) as error:
        raise Mismatch(f"{facts.name} is no list of numbers") from error
    expected = math.prod(facts.shape)
    if given.size != expected:
        raise Mismatch(
            f"{facts.name} has {given.size} numbers; its shape {list(facts.shape)} needs {expected}"
        )
    if given.size and not fits(given, dtype):
        raise Mismatch(f"{facts.name} holds something that is no {facts.datatype}")
    with np.errstate(over="ignore"):
        return finite(facts.name, given.astype(dtype).reshape(facts.shape))


def fits(given: Array, dtype: np.dtype[Any]) -> bool:
    if dtype.kind == "f":
        return given.dtype.kind in "iuf"
    if dtype.kind == "b":
        return given.dtype.kind == "b"
    limits = np.iinfo(dtype)
    return given.dtype.kind in "iu" and bool(given.min() >= limits.min and given.max() <= limits.max)


def check_promise(sent: TensorFacts, promised: TensorFacts) -> None:
    """Compare an output with the metadata; of a tensor without a type there they say nothing."""
    if not promised.datatype:
        return
    if sent.datatype != promised.datatype:
        raise Mismatch(f"{sent.name} is {sent.datatype} instead of {promised.datatype}")
    same_rank = len(sent.shape) == len(promised.shape)
    if not same_rank or any(
        want not in {-1, size} for size, want in zip(sent.shape, promised.shape, strict=True)
    ):
        raise Mismatch(f"{sent.name} has the shape {list(sent.shape)} instead of {list(promised.shape)}")


def checked_shape(name: str, shape: Any, least: int = 0) -> tuple[int, ...]:
    sizes = tuple(shape) if isinstance(shape, Sequence) or hasattr(shape, "__iter__") else ()
    if len(sizes) > MOST_DIMENSIONS:
        raise Mismatch(f"{name} has {len(sizes)} dimensions; the most is {MOST_DIMENSIONS}")
    if not all(isinstance(size, int) and not isinstance(size, bool) and size >= least for size in sizes):
        raise Mismatch(f"{name} has no usable shape")
    return sizes


def dtype_of(facts: TensorFacts) -> np.dtype[Any]:
    if facts.datatype not in DTYPES:
        raise Mismatch(f"{facts.name} is of the type {facts.datatype}, which no task here understands")
    return DTYPES[facts.datatype]


def finite(name: str, array: Array) -> Array:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise Mismatch(f"{name} holds NaN or infinity")
    return array
