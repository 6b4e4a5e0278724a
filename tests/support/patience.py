"""All deadlines of the tests are multiples of one unit, so that a slow machine can ask for patience."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

# SHOWROOM_TEST_PATIENCE=2 doubles every deadline.
PATIENCE = float(os.environ.get("SHOWROOM_TEST_PATIENCE", "1"))


def patient(seconds: float) -> float:
    return seconds * PATIENCE


def wait_until(
    condition: Callable[[], Value], what: str, seconds: float = 15, pause_seconds: float = 0.05
) -> Value:
    """Return the first truthy value of ``condition``; fail with ``what`` was awaited."""
    deadline = time.monotonic() + patient(seconds)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {patient(seconds):g} s, last seen {value!r}")
        time.sleep(pause_seconds)
