"""What the test bench's child reports, read without belief: code of others ran in there."""

import base64
import binascii
import json
from typing import Any


class NoReport(ValueError):
    """What came is no report; nothing of it is shown."""


def understood(written: bytes) -> dict[str, Any]:
    try:
        said = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise NoReport("no JSON") from error
    if not isinstance(said, dict):
        raise NoReport("no JSON object")
    if "error" in said:
        return {"error": str(said["error"])[:2000]}
    return {
        "start_ms": amount(said, "start_ms"),
        "frame_ms": amount(said, "frame_ms"),
        "picture": None if said.get("picture") is None else picture(said, "picture"),
        "input": picture(said, "input"),
        "data": mapping(said, "data"),
    }


def amount(said: dict[str, Any], name: str) -> float:
    """A number that can be shown and compared."""
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        raise NoReport(f"{name} is no amount")
    return value


def picture(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise NoReport(f"{name} is no picture")
    try:
        base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error) as error:
        raise NoReport(f"{name} is no picture") from error
    return value


def mapping(said: dict[str, Any], name: str) -> dict[str, Any]:
    value = said.get(name)
    if not isinstance(value, dict):
        raise NoReport(f"{name} has no names")
    return value
