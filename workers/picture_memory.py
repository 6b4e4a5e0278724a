"""Keep the memory of pictures for the next ones, instead of giving it back to the system and fetching it anew.

A picture is some hundred kilobytes to some megabytes. Each thread's heap of glibc ends in free memory after every
picture, which glibc gives back as soon as it is 128 kB; the system then clears the same pages again for the next
picture. At 640×480 that is two thirds of the time of converting and inverting it (docs/performance.md).
"""

import ctypes
import logging

logger = logging.getLogger(__name__)

# mallopt's names and numbers (malloc.h of glibc).
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
# Free memory at the end of a heap beyond this goes back: enough for what is at hand of a 1080p picture.
KEPT_BYTES = 32 * 1024**2
# Larger blocks get pages of their own; glibc allows no more.
OWN_PAGES_BYTES = 32 * 1024**2


def keep_picture_memory() -> None:
    """Set it for this process. Without glibc (macOS, musl) nothing is changed."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    # It answers 1 for done.
    done = mallopt(M_TRIM_THRESHOLD, KEPT_BYTES) and mallopt(M_MMAP_THRESHOLD, OWN_PAGES_BYTES)
    if not done:
        logger.warning("The memory allocator took no settings; pictures will cost more time.")
