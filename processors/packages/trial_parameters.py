"""``--parameter name=value`` from the command line, in the type of the parameter."""

import base64
import json
import mimetypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..base import Processor
from ..parameters import FileParameter, Parameter, RangeParameter, SwitchParameter
from .trial_errors import TrialFailed

SWITCHES = {
    "true": True,
    "on": True,
    "yes": True,
    "1": True,
    "false": False,
    "off": False,
    "no": False,
    "0": False,
}


def parsed(cls: type[Processor], assignments: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise TrialFailed(
                f"--parameter {assignment}: write NAME=VALUE, for example --parameter threshold=30."
            )
        values[name] = value_of(cls.parameters.get(name), text)
    return values


def value_of(parameter: Parameter[Any] | None, text: str) -> Any:
    """What cannot be read stays text: the parameter refuses it with its own words."""
    if isinstance(parameter, RangeParameter):
        return number(text)
    if isinstance(parameter, SwitchParameter):
        return SWITCHES.get(text.casefold(), text)
    if isinstance(parameter, FileParameter):
        return file(Path(text))
    return listed(parameter, text)


def number(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def file(path: Path) -> dict[str, str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrialFailed(f"The file {path} cannot be read ({error.strerror}).") from error
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return {"name": path.name, "type": kind, "data": base64.b64encode(data).decode()}


def listed(parameter: Parameter[Any] | None, text: str) -> Any:
    """Several choices are written between commas."""
    if parameter is not None and isinstance(parameter.default, tuple):
        return [part for part in text.split(",") if part]
    return text
