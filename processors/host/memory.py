"""Memory that a worker and its host share: pictures and sound lie here, messages say where and how large."""

import fcntl
import math
import mmap
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

PAGE_BYTES = mmap.PAGESIZE
ALIGNED_TO = 64


class DoesNotFit(ValueError):
    """A shape that is none, or that lies outside the memory."""


class Memory:
    """Made by the worker, which seals its size: a host that shrank it could crash whoever reads."""

    def __init__(self, descriptor: int, size: int) -> None:
        self.descriptor = descriptor
        self.size = size
        self._map = mmap.mmap(descriptor, size)
        self._own_references = sys.getrefcount(self._map)

    @classmethod
    def create(cls, least_bytes: int) -> "Memory":
        size = max(1, math.ceil(least_bytes / PAGE_BYTES)) * PAGE_BYTES
        descriptor = new_file()
        try:
            os.ftruncate(descriptor, size)
            seal(descriptor)
            return cls(descriptor, size)
        except BaseException:
            os.close(descriptor)
            raise

    @classmethod
    def adopt(cls, descriptor: int) -> "Memory":
        return cls(descriptor, os.fstat(descriptor).st_size)

    def array(self, shape: Sequence[int], kind: DTypeLike, offset: int = 0) -> NDArray[Any]:
        """Return a view; everything is checked, so that no number from outside reaches beyond this memory."""
        kind = np.dtype(kind)
        if not 1 <= len(shape) <= 3 or not all(type(side) is int and side > 0 for side in shape):
            raise DoesNotFit(f"{shape!r} is no shape of a picture or of sound.")
        count = math.prod(shape)
        if offset < 0 or offset + count * kind.itemsize > self.size:
            raise DoesNotFit(f"{shape!r} does not fit into {self.size} bytes.")
        return np.frombuffer(self._map, kind, count, offset).reshape(shape)

    def is_held(self) -> bool:
        """Whether somebody still has an array of it, or a part of one."""
        return sys.getrefcount(self._map) > self._own_references

    def close(self) -> None:
        """The mapping itself goes with the last view of it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def new_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("showroom-frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with tempfile.TemporaryFile() as file:  # no name, no trace; for development
        return os.dup(file.fileno())


def seal(descriptor: int) -> None:
    if hasattr(fcntl, "F_ADD_SEALS"):
        fcntl.fcntl(
            descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        )


def after(size: int) -> int:
    """Return the next offset at which an array may begin."""
    return math.ceil(size / ALIGNED_TO) * ALIGNED_TO
