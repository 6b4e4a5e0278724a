"""What a checking process gives up before it looks at a file that somebody sent."""

import contextlib
import ctypes
import resource
import signal
import sys

from .memory import mapped_bytes

OPEN_FILES = 64
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def end_with_the_parent() -> None:
    """Linux only; elsewhere the time limit ends it."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def confine(memory_bytes: int, cpu_seconds: int) -> None:
    """Call it when the libraries are loaded: the limit is what the model may add to them."""
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, 0)
    lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    lower(resource.RLIMIT_CPU, cpu_seconds)
    if sys.platform == "linux":
        lower(resource.RLIMIT_AS, mapped_bytes() + memory_bytes)


def lower(limit: int, value: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(limit, (value, value))
