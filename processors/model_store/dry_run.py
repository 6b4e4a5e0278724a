"""Three frames through a model whose meaning nobody knows yet: does it load, does it run, what does it cost."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from processors.exceptions import ModelUnusable
from processors.inference import caffe
from processors.inference.voice import is_voice, state_shape

from .memory import resident_bytes
from .reports import Refused

FRAMES = 3
# For inputs that leave width and height open, the likeliest first. The last suits networks of stride 16 plus 1.
SIDES = ((640, 640), (320, 320), (256, 256), (224, 224), (385, 513))
# Pictures come as a stack of one: number, colours, rows and columns, in one of two orders.
PICTURE_RANK = 4
# What models of voice activity hear at once, with the end of the piece before.
PIECE_SAMPLES, RATE_HERTZ = 64 + 512, 16000
MOST_ELEMENTS = 64 * 1024 * 1024
TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}
DETAIL_CHARACTERS = 300


def open_session(data: bytes) -> Any:
    """One thread, no file but these bytes, no library of somebody's own operators."""
    if caffe.is_pair(data):
        return open_pair(data)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise refusal("cannot-load", error) from error


def open_pair(data: bytes) -> caffe.CaffeSession:
    try:
        return caffe.CaffeSession(data)
    except ModelUnusable as error:
        raise refusal("cannot-load-caffe", error) from error


def dry_run(data: bytes) -> dict[str, Any]:
    """Return names, types and shapes as onnxruntime sees them, and what three frames took."""
    before = resident_bytes()
    started = time.perf_counter()
    session = open_session(data)
    load_ms = (time.perf_counter() - started) * 1000
    inputs, seconds = first_runnable(session)
    return {
        "inputs": [described(item) for item in session.get_inputs()],
        "outputs": [described(item) for item in session.get_outputs()],
        "tried_with": {name: list(value.shape) for name, value in inputs.items()},
        "measured": {
            "load_ms": round(load_ms, 1),
            "frame_ms": round(statistics.median(seconds) * 1000, 2),
            "memory_bytes": max(0, resident_bytes() - before),
        },
    }


def first_runnable(session: Any) -> tuple[dict[str, Any], list[float]]:
    """A model with an open size may still insist on some sizes: try the usual ones."""
    last: Refused | None = None
    for inputs in possible_inputs(session):
        try:
            return inputs, [seconds_of_a_run(session, inputs) for _ in range(FRAMES)]
        except Refused as problem:
            last = problem
            if problem.code == "out-of-memory":
                break
    raise last or Refused("no-input")


def possible_inputs(session: Any) -> Iterator[dict[str, Any]]:
    declared = session.get_inputs()
    if is_voice(declared, session.get_outputs()):
        yield quiet_room(declared)
        return
    if not any(may_be_picture(item) for item in declared):
        raise Refused("no-input")
    seen = set()
    for height, width in SIDES:
        shapes = {item.name: shape_with(item, height, width) for item in declared}
        if str(shapes) not in seen:
            seen.add(str(shapes))
            yield {item.name: grey(item, shapes[item.name]) for item in declared}


def quiet_room(declared: list[Any]) -> dict[str, Any]:
    """A piece of silence for a model that hears."""
    shapes = {"input": (1, PIECE_SAMPLES), "state": state_shape(declared), "sr": ()}
    quiet = {item.name: grey(item, shapes[item.name]) * 0 for item in declared}
    return quiet | {"sr": np.array(RATE_HERTZ, np.int64)}


def may_be_picture(item: Any) -> bool:
    """No sizes at all mean that they are unknown, or that it is a single number."""
    return len(item.shape) == PICTURE_RANK or (not item.shape and "int64" not in item.type)


def shape_with(item: Any, height: int, width: int) -> tuple[int, ...]:
    """Fill in what the model leaves open: one picture, three channels, this size."""
    shape = [size if isinstance(size, int) and size > 0 else 0 for size in item.shape]
    if len(shape) != PICTURE_RANK:
        return tuple(size or 1 for size in shape)
    last_is_colour = shape[3] in (1, 3, 4) and shape[1] not in (1, 3, 4)
    usual = (1, height, width, 3) if last_is_colour else (1, 3, height, width)
    return tuple(size or other for size, other in zip(shape, usual, strict=True))


def grey(item: Any, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    if item.type not in TYPES:
        raise Refused("input-type", name=item.name[:80], type=item.type)
    # Counted in Python: the product of hostile sizes overflows NumPy's integers.
    elements = 1
    for size in shape:
        elements *= size
    if elements > MOST_ELEMENTS:
        raise Refused("input-size", name=item.name[:80], shape="×".join(map(str, shape))[:80])
    kind = TYPES[item.type]
    return np.full(shape, 114 if kind == np.uint8 else 1 if np.issubdtype(kind, np.integer) else 0.5, kind)


def seconds_of_a_run(session: Any, inputs: dict[str, Any]) -> float:
    started = time.perf_counter()
    try:
        session.run(None, inputs)
    except ModelUnusable as error:
        raise refusal("cannot-run-caffe", error) from error
    except Exception as error:
        raise refusal("cannot-run", error) from error
    return time.perf_counter() - started


def refusal(code: str, error: Exception) -> Refused:
    text = str(error)
    if isinstance(error, MemoryError) or "bad_alloc" in text or "allocate memory" in text:
        return Refused("out-of-memory")
    detail = " ".join(text.split("\n")[0].split())
    return Refused(code, detail=detail[:DETAIL_CHARACTERS])


def described(item: Any) -> dict[str, Any]:
    shape = [size if isinstance(size, int | str) else None for size in item.shape]
    return {"name": item.name[:200], "type": item.type, "shape": shape}
