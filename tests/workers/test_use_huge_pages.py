"""What a worker has loaded lies in huge pages where the system makes them, and is what it was before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT
from workers import huge_pages
from workers.huge_pages import Area, heap_areas, pages_in, use_huge_pages

SMAPS = """\
55d0c0000000-55d0c0400000 rw-p 00000000 00:00 0                          [heap]
Size:               4096 kB
Rss:                4000 kB
Anonymous:          4000 kB
7f0000000000-7f0000800000 rw-p 00000000 00:00 0
Size:               8192 kB
Rss:                  64 kB
7f0001000000-7f0001200000 rw-p 00000000 00:00 0                          [anon: glibc: malloc]
Rss:                2048 kB
7f0002000000-7f0002200000 r-xp 00000000 00:00 0
Rss:                2048 kB
7f0003000000-7f0003200000 rw-p 00001000 fe:00 4711                       /usr/lib/libpython3.so
Rss:                2048 kB
7ffe00000000-7ffe00200000 rw-p 00000000 00:00 0                          [stack]
Rss:                2048 kB
"""
# Fills a heap, moves it, and looks whether all is still there.
TRY = """
from pathlib import Path
from workers.huge_pages import use_huge_pages
def huge():
    said = Path("/proc/self/smaps_rollup").read_text()
    return int(said.split("AnonHugePages:")[1].split()[0]) * 1024
things = [{"number": number, "text": str(number)} for number in range(200_000)]
before = huge()
made = use_huge_pages()
assert things == [{"number": number, "text": str(number)} for number in range(200_000)]
print(made, huge() - before)
"""


def test_only_well_used_memory_of_the_heap_is_moved() -> None:
    assert list(heap_areas(SMAPS)) == [
        Area(0x55D0C0000000, 0x55D0C0400000, 4000 * 1024),
        Area(0x7F0001000000, 0x7F0001200000, 2048 * 1024),
    ]


def test_only_whole_huge_pages_are_moved() -> None:
    assert list(pages_in(Area(10, 50, 40), 16)) == [16, 32]
    assert list(pages_in(Area(16, 48, 32), 16)) == [16, 32]
    assert not list(pages_in(Area(17, 47, 30), 16))


def test_all_is_where_it_was_and_in_huge_pages() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRY],
        cwd=ROOT,
        env=os.environ | huge_pages.ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    made, grown = map(int, done.stdout.split())
    if makes_huge_pages():
        assert made > 10
        assert grown > 10 * int(huge_pages.PAGE_BYTES.read_text())


def makes_huge_pages() -> bool:
    """Whether this system has them and makes them when asked: Linux 6.1 and later, unless they are turned off."""
    release, enabled = Path("/proc/sys/kernel/osrelease"), huge_pages.PAGE_BYTES.parent / "enabled"
    if not enabled.exists() or "[never]" in enabled.read_text():
        return False
    major, minor = release.read_text().split(".")[:2]
    return (int(major), int(minor)) >= (6, 1)


def test_a_system_without_them_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(huge_pages, "PAGE_BYTES", tmp_path / "none")
    assert use_huge_pages() == 0
