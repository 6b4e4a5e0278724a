"""Fingerprints of values, to see afterwards whether somebody has changed them."""

import sys
import zlib
from collections import deque
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ...base import Processor
from ...parameters import Parameter
from ...results import ResultView

DEPTH = 4
ITEMS = 2000
PLAIN = (int, float, complex, str, bytes, bool, type(None))
OF_THE_CONTRACT = {"processors.base", "processors.sources", "builtins"}
NO_STATE = (FunctionType, ModuleType, type, Parameter, ResultView, classmethod, staticmethod, property)


def fingerprint(value: Any, depth: int = DEPTH) -> Any:
    """Equal for equal contents. What cannot be looked into counts as itself."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, np.ndarray):
        return value.shape, zlib.crc32(np.ascontiguousarray(value).tobytes()) if value.dtype != object else 0
    if depth and isinstance(value, Mapping):
        return {repr(key): fingerprint(item, depth - 1) for key, item in list(value.items())[:ITEMS]}
    if depth and isinstance(value, list | tuple | deque | set | frozenset | bytearray):
        return len(value), [fingerprint(item, depth - 1) for item in list(value)[:ITEMS]]
    return id(value)


def class_state(cls: type[Processor]) -> dict[str, Any]:
    """Return fingerprints of the attributes of the author's classes."""
    owners = [owner for owner in cls.__mro__ if owner.__module__ not in OF_THE_CONTRACT]
    return {
        f"{owner.__name__}.{name}": fingerprint(value)
        for owner in owners
        for name, value in list(vars(owner).items())
        if not name.startswith("__") and not isinstance(value, NO_STATE)
    }


def module_state(cls: type[Processor]) -> dict[str, Any]:
    """Return fingerprints of the global variables of the author's module."""
    module = sys.modules.get(cls.__module__)
    return {
        name: fingerprint(value)
        for name, value in vars(module or ModuleType("")).items()
        if not name.startswith("__") and not isinstance(value, NO_STATE)
    }


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [name for name, value in after.items() if name not in before or before[name] != value]
