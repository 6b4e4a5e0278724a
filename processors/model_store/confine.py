"""What a checking process gives up before it looks at a file that somebody sent."""

import contextlib
import os
import resource
import sys

from processors import sandbox

from .memory import mapped_bytes

OPEN_FILES = 64
# Libraries map far more than they use; what a model may add is limited once they are loaded.
LIBRARY_BYTES = 8 * 1024**3


def enter_sandbox(
    readable: tuple[str, ...] = (), network: bool = False, level: str = sandbox.LEVELS[-1], user: str = ""
) -> sandbox.InForce:
    """The same one as that of processor hosts: no network, no files, no secrets. At the very start."""
    limits = sandbox.Limits(level, LIBRARY_BYTES, user, readable, network)
    return sandbox.restrict(limits, os.getppid())


def limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Call it when the libraries are loaded: what is left is for the model."""
    lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    lower(resource.RLIMIT_CPU, cpu_seconds)
    if sys.platform.startswith("linux"):
        lower(resource.RLIMIT_AS, mapped_bytes() + memory_bytes)


def lower(kind: int, value: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, value))
