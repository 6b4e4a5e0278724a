"""Checks of what a processor gave back. Every refusal says what to write instead."""

import json
import math
from typing import Any

import numpy as np

from .exceptions import WrongData, WrongPicture, WrongSamples
from .results import Picture, PixelFormat, SampleArray

PICTURE_SIDE_PIXELS = (16, 4096)  # least: what a video encoder takes; most: 4K
PICTURE_PIXELS = 4096 * 2304
SAMPLES_SECONDS = 10  # more sound than this from one call is a mistake
DATA_BYTES = 32 * 1024  # must fit one data channel message together with its envelope


def check_picture(image: Any, asked: PixelFormat) -> tuple[Picture, PixelFormat]:
    """Return the picture, contiguous, and the format it is in."""
    if not isinstance(image, np.ndarray):
        raise WrongPicture(f"process() gave {kind_of(image)}; return a NumPy picture, None or a Result.")
    if image.dtype != np.uint8:
        raise WrongPicture(f"process() gave a picture of {image.dtype} numbers; {advice_for(image)}")
    result_format = format_of(image, asked)
    rows, columns = image.shape[:2]
    check_size(columns, rows * 2 // 3 if result_format == "yuv420p" else rows)
    return np.ascontiguousarray(image), result_format


def check_samples(samples: Any, channels: int, sample_rate: int) -> SampleArray:
    """Return the samples as contiguous float32 (channels, n) within -1 and 1."""
    if not isinstance(samples, np.ndarray):
        raise WrongSamples(
            f"process() gave {kind_of(samples)}; return an array of samples, None or a Result."
        )
    if samples.dtype not in (np.float32, np.float64):
        raise WrongSamples(f"process() gave samples of {samples.dtype}; return float32 between -1 and 1.")
    if samples.ndim == 1 and channels == 1:
        samples = samples[np.newaxis]
    if samples.ndim != 2 or samples.shape[0] != channels:
        raise WrongSamples(f"process() gave samples of shape {samples.shape}; return ({channels}, n).")
    if samples.shape[1] > SAMPLES_SECONDS * sample_rate:
        raise WrongSamples(f"process() gave over {SAMPLES_SECONDS} s of sound at once; return it in parts.")
    if not np.isfinite(samples).all():
        raise WrongSamples(
            "process() gave samples that are not numbers (NaN or infinite); check for a division by 0."
        )
    return np.ascontiguousarray(np.clip(samples, -1.0, 1.0), np.float32)


def check_data(data: Any, declared: set[str]) -> dict[str, Any]:
    """Return the data as plain JSON values, NumPy numbers and arrays turned into Python ones."""
    if not isinstance(data, dict):
        raise WrongData(f"Result.data is {kind_of(data)}; give a dict with a value for each name in results.")
    unknown = [name for name in data if name not in declared]
    if unknown:
        raise WrongData(
            f"Result.data has {unknown[0]!r}, which is not declared; add it to the class's results."
        )
    try:
        text = json.dumps(data, allow_nan=False, default=plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise WrongData(
            f"Result.data is not JSON ({error}); use numbers, strings, lists and dicts."
        ) from error
    if len(text) > DATA_BYTES:
        raise WrongData(
            f"Result.data has {len(text)} bytes; the most is {DATA_BYTES}. Send less of it, or less often."
        )
    value: dict[str, Any] = json.loads(text)
    return value


def check_time(time: Any) -> float:
    """Return the moment as a finite float: what is no number would end the visitor's stream, not one frame."""
    try:
        seconds = float(time)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not math.isfinite(seconds):
        raise WrongData(f"Result.time is {kind_of(time)} that is no finite number; give seconds, or None.")
    return seconds


def kind_of(value: Any) -> str:
    name = type(value).__name__
    return {"str": "a string", "dict": "a dict", "tuple": "a tuple", "list": "a list"}.get(name, name)


def advice_for(image: np.ndarray[Any, Any]) -> str:
    if np.issubdtype(image.dtype, np.floating):
        missing = " It also holds NaN: check for a division by 0." if np.isnan(image).any() else ""
        return f"return uint8, for example (picture * 255).clip(0, 255).astype('uint8').{missing}"
    return "return uint8, for example picture.clip(0, 255).astype('uint8')."


def format_of(image: Picture, asked: PixelFormat) -> PixelFormat:
    if image.ndim == 3 and image.shape[2] == 3:
        return "rgb24" if asked == "rgb24" else "bgr24"
    if image.ndim == 2 and asked == "yuv420p":
        return checked_planes(image)
    if image.ndim == 2:
        return "gray"
    raise WrongPicture(
        f"process() gave a picture of shape {image.shape}; "
        "return (height, width, 3), or (height, width) for grey."
    )


def checked_planes(image: Picture) -> PixelFormat:
    if image.shape[0] % 3 or image.shape[1] % 2:
        raise WrongPicture(
            f"process() gave planes of shape {image.shape}; yuv420p is (height * 3 / 2, width), even."
        )
    return "yuv420p"


def check_size(columns: int, rows: int) -> None:
    least, most = PICTURE_SIDE_PIXELS
    if min(columns, rows) < least:
        raise WrongPicture(f"process() gave a picture of {columns}×{rows}; the least is {least}×{least}.")
    if max(columns, rows) > most or columns * rows > PICTURE_PIXELS:
        raise WrongPicture(
            f"process() gave a picture of {columns}×{rows}; the most is 4096×2304. Reduce it first."
        )


def plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} found")
