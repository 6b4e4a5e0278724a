"""Put what a process has loaded into huge pages, so that waking up costs less.

A worker's objects lie all over its heap. Each wake-up after a pause begins with looking up where hundreds of small
pages are; on a virtual machine whose cores others use meanwhile, that takes longer than all the work
(docs/performance.md). In pages of 2 MB it is a few.

Python's own allocator takes pieces of 1 MB here and there, of which none is a huge page. So a worker begins with
``ENVIRONMENT``: its objects lie in the one heap of the C library then, as its bytes do.
"""

import ctypes
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

logger = logging.getLogger(__name__)

# For a process that is to use huge pages; read when it starts.
ENVIRONMENT = {"PYTHONMALLOC": "malloc"}
# linux/mman.h; kernels before 6.1 do not know it.
MADV_COLLAPSE = 25
PAGE_BYTES = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
AREAS = Path("/proc/self/smaps")
# Of an area that is used less a huge page would take memory that nobody needs.
LEAST_RESIDENT_SHARE = 0.8
# Private, writable, of no file: "7f1200000000-7f1200200000 rw-p 00000000 00:00 0 [heap]". Newer allocators name theirs.
HEAP_AREA = re.compile(r"(?P<begin>[0-9a-f]+)-(?P<end>[0-9a-f]+) rw-p \S+ \S+ 0\s*(?:\[heap\]|\[anon:.*\])?$")
RESIDENT = re.compile(r"Rss:\s+(?P<kib>\d+) kB")


class Area(NamedTuple):
    """Addresses, and how much of what lies between them is in memory."""

    begin: int
    end: int
    resident_bytes: int


def use_huge_pages() -> int:
    """Move the heap as it is now, in the calling thread; return how many huge pages it took.

    Where the system has none, or does not make them on demand, nothing is changed.
    """
    try:
        size = int(PAGE_BYTES.read_text())
        madvise = ctypes.CDLL(None, use_errno=True).madvise
    except (OSError, AttributeError):
        return 0
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    areas = list(heap_areas(AREAS.read_text()))
    answers = [madvise(page, size, MADV_COLLAPSE) for area in areas for page in pages_in(area, size)]
    made = answers.count(0)
    logger.debug("The heap takes %d huge pages", made)
    return made


def heap_areas(said: str) -> Iterator[Area]:
    """Yield the well-used areas of the heap in what /proc/PID/smaps says."""
    area: re.Match[str] | None = None
    for line in said.splitlines():
        if line[:1].islower() or line[:1].isdigit():  # what an area is told of begins with a capital letter
            area = HEAP_AREA.match(line)
        elif area is not None and (resident := RESIDENT.match(line)):
            begin, end = (int(area[name], 16) for name in ("begin", "end"))
            found = Area(begin, end, int(resident["kib"]) * 1024)
            if found.resident_bytes >= LEAST_RESIDENT_SHARE * (end - begin):
                yield found


def pages_in(area: Area, size: int) -> range:
    """Return where each huge page begins that lies in ``area`` as a whole."""
    first = -(-area.begin // size) * size
    return range(first, area.end - size + 1, size)
