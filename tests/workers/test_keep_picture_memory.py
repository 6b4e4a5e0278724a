"""Memory of pictures is kept for the next ones: the system need not clear the same pages again and again."""

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


def page_faults(argument: str) -> int:
    ended = subprocess.run(
        [sys.executable, "-c", COUNT_FAULTS, argument], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(ended.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="without glibc there is nothing to set")
def test_pictures_find_the_pages_of_those_before() -> None:
    # A picture has 225 pages. Where a heap happens to lie well, little is given back: such a process shows nothing.
    assert any(page_faults("leave") > 100 * PICTURES for _ in range(8))
    assert page_faults("keep") < 10 * PICTURES
