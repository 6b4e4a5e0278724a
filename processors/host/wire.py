"""How values of parameters and errors are written into messages."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from ..base import Processor
from ..exceptions import ProcessorError
from ..parameters import FileValue, clean_parameters
from .channel import Message

MESSAGE_CHARACTERS = 500
CODE = re.compile(r"[a-z_]{1,40}")


def values_to_wire(values: Mapping[str, Any]) -> Message:
    return {name: to_wire(value) for name, value in values.items()}


def to_wire(value: Any) -> Any:
    if isinstance(value, FileValue):
        return {"name": value.name, "type": value.type, "data": base64.b64encode(value.data).decode()}
    return value


def values_from_wire(cls: type[Processor], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values come from the worker's own check; one that the class refuses nevertheless stays as it was."""
    return clean_parameters(cls, values)[0]


def error_to_wire(error: ProcessorError) -> Message:
    return {
        "code": error.code,
        "message": error.message[:MESSAGE_CHARACTERS],
        "permanent": bool(error.permanent),
        "transient": bool(error.transient),
    }


def error_from_wire(label: str, error: Any) -> ProcessorError:
    """Make an error of what a host says; it may say anything."""
    if not isinstance(error, Mapping):
        error = {}
    message = error.get("message")
    sentence = message if isinstance(message, str) and message else f"{label} failed without a reason."
    made = ProcessorError(sentence[:MESSAGE_CHARACTERS], permanent=error.get("permanent") is True)
    made.transient = error.get("transient") is True
    code = error.get("code")
    if isinstance(code, str) and CODE.fullmatch(code):
        made.code = code
    return made
