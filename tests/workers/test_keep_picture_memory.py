"""Memory of pictures is kept for the next ones: the system need not clear the same pages again and again."""

import os
import subprocess
import sys

import pytest

from tests.support.processes import ROOT

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

def heaps():
    # glibc lays the heaps of threads at multiples of 64 MB.
    lines = [line for line in open("/proc/self/maps") if re.search(r" rw-p \\S+ 00:00 0 *$", line)]
    return sum(int(line.split("-")[0], 16) % 2**26 == 0 for line in lines)

# Threads of a library may have one already.
before = heaps()
for _ in range({THREADS}):
    threading.Thread(target=work).start()
together.wait()
print(heaps() - before)
together.wait()
"""

# Bytes that the first encoder takes, and those that nine more take, for which the bit rate changes too much.
COUNT_ENCODERS = """
import re
import av
from workers.picture_memory import keep_picture_memory
from workers.video_encoders import Vp8Encoder

def most():
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])

keep_picture_memory()
picture = av.VideoFrame(1280, 720, "yuv420p")
before = most()
encoder = Vp8Encoder(500_000)
encoder.encode(picture, False)
first = most()
for number in range(1, 10):
    encoder.bit_rate = 500_000 * (1 + number % 2)
    _, is_key = encoder.encode(picture, False)
    assert is_key, "the bit rate made a new encoder"
print(first - before, most() - first)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="without glibc there is nothing to set")


def counted(script: str, *arguments: str) -> list[int]:
    ended = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [int(number) for number in ended.stdout.split()]


def test_pictures_find_the_pages_of_those_before() -> None:
    # A picture has 225 pages. Where a heap happens to lie well, little is given back: such a process shows nothing.
    assert any(counted(COUNT_FAULTS, "leave")[0] > 100 * PICTURES for _ in range(8))
    assert counted(COUNT_FAULTS, "keep")[0] < 10 * PICTURES


def test_threads_share_the_heap_of_the_process() -> None:
    [left], [kept] = counted(COUNT_HEAPS, "leave"), counted(COUNT_HEAPS, "keep")
    assert (left > 1, kept) == (True, 0)


def test_a_new_encoder_takes_the_memory_of_the_one_before() -> None:
    first, others = counted(COUNT_ENCODERS)
    assert others < first / 4
