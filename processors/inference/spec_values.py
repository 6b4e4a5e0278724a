"""Values out of JSON, checked one by one, with a sentence for what is wrong."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..exceptions import BadModelSpec

LARGEST_MAPPING_BYTES = 16_384


def text(values: Mapping[str, Any], name: str, longest: int) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise BadModelSpec(f"{name} must be a text of 1 to {longest} characters.")
    return value


def choice(values: Mapping[str, Any], name: str, choices: Sequence[str], default: str | None = None) -> str:
    value = values.get(name, default)
    if not isinstance(value, str) or value not in choices:
        raise BadModelSpec(f"{name} must be one of {', '.join(choices)}.")
    return value


def number(values: Mapping[str, Any], name: str, least: float, most: float, default: float) -> float:
    value = values.get(name, default)
    if not is_number(value) or not least <= value <= most:
        raise BadModelSpec(f"{name} must be a number from {least:g} to {most:g}.")
    return float(value)


def whole_number(
    values: Mapping[str, Any], name: str, least: int, most: int, default: int | None = None
) -> int:
    value = values.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadModelSpec(f"{name} must be a whole number from {least} to {most}.")
    return value


def three_numbers(
    values: Mapping[str, Any], name: str, default: tuple[float, float, float]
) -> tuple[float, float, float]:
    value = values.get(name, default)
    if not isinstance(value, list | tuple) or len(value) != 3 or not all(map(is_number, value)):
        raise BadModelSpec(f"{name} must be three numbers, one per colour.")
    first, second, third = (float(each) for each in value)
    return first, second, third


def names(values: Mapping[str, Any], name: str, most: int, longest: int) -> tuple[str, ...]:
    value = values.get(name, ())
    if not isinstance(value, list | tuple) or len(value) > most:
        raise BadModelSpec(f"{name} must be a list of at most {most} names.")
    if not all(isinstance(each, str) and len(each) <= longest for each in value):
        raise BadModelSpec(f"{name} must be texts of at most {longest} characters.")
    return tuple(value)


def flat_mapping(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A small JSON object; the one who reads it checks what is inside."""
    value = values.get(name, {})
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise BadModelSpec(f"{name} must be an object with named values.")
    try:
        written = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadModelSpec(f"{name} must be plain JSON.") from error
    if len(written) > LARGEST_MAPPING_BYTES:
        raise BadModelSpec(f"{name} must be at most {LARGEST_MAPPING_BYTES} bytes of JSON.")
    return dict(value)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
