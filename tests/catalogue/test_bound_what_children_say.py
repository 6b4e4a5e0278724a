"""A child that talks without end, or reports nonsense, costs a readable sentence and no memory."""

import json
from typing import Any

import pytest

from processors import bench_view, bounded_child
from processors.bench_report import NoReport, understood
from processors.packages import watched

TALKER = """
import sys
stream = getattr(sys, sys.argv[1] if len(sys.argv) > 1 else "stdout")
while True:
    stream.write("x" * 65536)
"""
GOOD = {"start_ms": 1, "frame_ms": 2.5, "picture": None, "input": "eHg=", "data": {}}


@pytest.fixture
def talker(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    (tmp_path / "talks_without_end.py").write_text(TALKER)
    return bench_view.clean_environment() | {"PYTHONPATH": str(tmp_path)}


def test_who_talks_without_end_is_ended(talker: dict[str, str]) -> None:
    with pytest.raises(bounded_child.TooMuch):
        bounded_child.run("talks_without_end", {}, talker, 30, 1024**2)


def test_of_the_error_output_only_the_end_is_kept(tmp_path: Any, talker: dict[str, str]) -> None:
    source = "import sys; sys.stderr.write('x' * 5_000_000 + 'the end'); sys.exit(3)"
    (tmp_path / "ends_badly.py").write_text(source)
    ended = bounded_child.run("ends_badly", {}, talker, 30, 1024**2)
    assert (ended.status, ended.last_words[-7:], len(ended.last_words)) == (3, "the end", 20_000)


@pytest.mark.parametrize(
    "change",
    [{"frame_ms": "1"}, {"start_ms": float("nan")}, {"picture": 7}, {"data": []}, {"input": "<script>"}],
)
def test_a_bad_report_is_none(change: dict[str, Any]) -> None:
    assert understood(json.dumps(GOOD).encode()) == GOOD
    with pytest.raises(NoReport):
        understood(json.dumps(GOOD | change).encode())


@pytest.mark.parametrize("written", [b"", b"7", b"{", b"[" * 100_000])
def test_what_is_no_report_is_none(written: bytes) -> None:
    with pytest.raises(NoReport):
        understood(written)


@pytest.mark.parametrize("line", [b"7", b"nonsense", b"[" * 100_000])
def test_a_line_of_a_check_that_is_none_ends_it(line: bytes) -> None:
    with pytest.raises(watched.EndedEarly, match="no report"):
        watched.understood(line)
