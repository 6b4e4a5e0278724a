"""Memory of pictures is kept for the next ones: the system need not clear the same pages again and again."""

import os
import subprocess
import sys

import pytest

from tests.support.processes import ROOT
from workers.picture_memory import HEAPS_PER_CORE

PICTURES = 200
COUNT_FAULTS = f"""
import resource, sys, threading
import numpy as np
from workers.picture_memory import keep_picture_memory

if sys.argv[1] == "keep":
    keep_picture_memory()

def work():
    for _ in range({PICTURES}):
        pictures = [np.zeros((480, 640, 3), np.uint8) + 1 for _ in range(3)]

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for run in range(2):
    before = faults()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print(faults() - before)
"""

THREADS = 8 * (os.cpu_count() or 1)
COUNT_HEAPS = f"""
import re, sys, threading
import numpy as np
from workers.picture_memory import keep_picture_memory

if sys.argv[1] == "keep":
    keep_picture_memory()

together = threading.Barrier({THREADS} + 1)

def work():
    picture = np.zeros((48, 64, 3), np.uint8) + 1
    together.wait()
    together.wait()

for _ in range({THREADS}):
    threading.Thread(target=work).start()
together.wait()
# glibc lays the heaps of threads at multiples of 64 MB.
begins = [int(line.split("-")[0], 16) for line in open("/proc/self/maps") if re.search(r" rw-p \\S+ 00:00 0 *$", line)]
print(sum(begin % 2**26 == 0 for begin in begins))
together.wait()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="without glibc there is nothing to set")


def counted(script: str, argument: str) -> int:
    ended = subprocess.run(
        [sys.executable, "-c", script, argument], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(ended.stdout)


def test_pictures_find_the_pages_of_those_before() -> None:
    # A picture has 225 pages. Where a heap happens to lie well, little is given back: such a process shows nothing.
    assert any(counted(COUNT_FAULTS, "leave") > 100 * PICTURES for _ in range(8))
    assert counted(COUNT_FAULTS, "keep") < 10 * PICTURES


def test_threads_share_few_heaps() -> None:
    cores = os.cpu_count() or 1
    assert counted(COUNT_HEAPS, "leave") > HEAPS_PER_CORE * cores
    assert 0 < counted(COUNT_HEAPS, "keep") <= HEAPS_PER_CORE * cores
