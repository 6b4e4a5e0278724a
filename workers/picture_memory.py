"""Keep the memory of pictures for the next ones, instead of giving it back to the system and fetching it anew.

A picture is some hundred kilobytes to some megabytes. Each thread's heap of glibc ends in free memory after every
picture, which glibc gives back as soon as it is 128 kB; the system then clears the same pages again for the next
picture. At 640×480 that is two thirds of the time of converting and inverting it (docs/performance.md).

A heap then keeps what its busiest moment took, and who changes the processor begins a thread that may fill another one:
with the eight a core that glibc makes the worker grew by 10 MB in its first 40 changes. So all threads share one, and
what one gives back the others take. They seldom want it at once: what threads do side by side is mostly done by codecs,
and those take their memory when they begin.
"""

import ctypes
import logging

logger = logging.getLogger(__name__)

# mallopt's names and numbers (malloc.h of glibc).
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
# Free memory at the end of a heap beyond this goes back: enough for what is at hand of a 1080p picture.
KEPT_BYTES = 32 * 1024**2
# Larger blocks get pages of their own; glibc allows no more.
OWN_PAGES_BYTES = 32 * 1024**2
HEAPS = 1


def keep_picture_memory() -> None:
    """Set it for this process. Without glibc (macOS, musl) nothing is changed."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    settings = {
        M_TRIM_THRESHOLD: KEPT_BYTES,
        M_MMAP_THRESHOLD: OWN_PAGES_BYTES,
        M_ARENA_MAX: HEAPS,
    }
    # It answers 1 for done.
    if not all(mallopt(name, value) for name, value in settings.items()):
        logger.warning("The memory allocator took no settings; pictures will cost more time.")
