"""Which values to try for a parameter: those at its edges, and those it must refuse."""

from functools import cache
from typing import Any

import cv2
import numpy as np

from ...parameters import (
    ChoiceParameter,
    ColourParameter,
    FileParameter,
    FileValue,
    Parameter,
    RangeParameter,
    SwitchParameter,
    TextParameter,
)

FAR = 1e6  # for number fields without limits
HOSTILE: tuple[Any, ...] = (
    float("nan"),
    float("inf"),
    10**400,
    -(10**9),
    "x" * 100_000,
    "\x00",
    [],
    {},
    {"name": 1},
    [[]],
    b"bytes",
    object(),
)


def edges(parameter: Parameter[Any]) -> list[Any]:
    """Return cleaned values: minimum, maximum, every choice, and what is odd but allowed."""
    wanted = [*candidates(parameter), parameter.default]
    unique: list[Any] = []
    for value in (parameter.clean(each) for each in wanted):
        if value not in unique:
            unique.append(value)
    return unique


def candidates(parameter: Parameter[Any]) -> list[Any]:
    if isinstance(parameter, RangeParameter):
        return limits(parameter)
    if isinstance(parameter, SwitchParameter):
        return [False, True]
    if isinstance(parameter, ChoiceParameter):
        return list(parameter.choices)
    if isinstance(parameter, TextParameter):
        return ["", "Äöü 漢字"[: parameter.maximum_characters], "x" * parameter.maximum_characters]
    if isinstance(parameter, ColourParameter):
        return ["#000000", "#ffffff"]
    if isinstance(parameter, FileParameter):
        return files(parameter)
    # Several choices at once: none, each alone, all of them.
    choices = list(getattr(parameter, "choices", ()))
    return [[], *([choice] for choice in choices[:8]), choices] if choices else []


def limits(parameter: RangeParameter[Any]) -> list[Any]:
    least = -FAR if parameter.minimum is None else parameter.minimum
    most = FAR if parameter.maximum is None else parameter.maximum
    return [least, most]


def files(parameter: FileParameter) -> list[FileValue]:
    """A picture, and bytes that only say they are one: visitors send both."""
    kind = parameter.accept[0] if parameter.accept else "application/octet-stream"
    contents = (png(), b"no picture at all", b"")
    return [FileValue("check", kind, data[: parameter.maximum_bytes]) for data in contents]


@cache
def png() -> bytes:
    gradient = np.tile(np.arange(64, dtype=np.uint8), (48, 1))
    return cv2.imencode(".png", cv2.merge([gradient, gradient, gradient]))[1].tobytes()


def outside(parameter: Parameter[Any]) -> list[Any]:
    if not isinstance(parameter, RangeParameter):
        return []
    below = [] if parameter.minimum is None else [parameter.minimum - 1]
    above = [] if parameter.maximum is None else [parameter.maximum + 1]
    return below + above


def shown(value: Any) -> str:
    if isinstance(value, FileValue):
        return {b"": "an empty file", png(): "a picture"}.get(value.data, "a file that is no picture")
    written = repr(value)
    return written if len(written) <= 30 else f"{written[:27]}…"
