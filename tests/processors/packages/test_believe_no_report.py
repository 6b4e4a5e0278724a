"""The check's child runs code of others: what it says is read without belief."""

from collections.abc import Iterator
from typing import Any

import pytest

from processors.packages import checker, watched
from processors.packages.findings import Level
from processors.packages.showing import report_lines


@pytest.mark.parametrize(
    "line",
    [
        {"finding": 7},
        {"finding": {"check": "sizes"}},
        {"finding": {"check": "sizes", "level": "splendid", "message": "", "next_step": ""}},
        {"figures": {"fps": "many"}},
        {"figures": {"fps": float("nan")}},
        {"figures": [1]},
        {"figures": {"anything": 1}},
    ],
)
def test_a_bad_line_is_a_fault_in_words(line: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def lines_of(*_: Any) -> Iterator[dict[str, Any]]:
        yield {"check": "sizes"}
        yield line

    monkeypatch.setattr(checker, "lines_of", lines_of)
    report = checker.check("invert")
    (fault,) = report.faults
    assert (fault.check, fault.level) == ("sizes", Level.FAULT)
    assert fault.message.startswith("Its report holds")
    assert list(report_lines(report))


def test_code_under_test_sees_nothing_of_the_site(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor that reads a file of ours at its import has no class, as in a host."""
    secret = tmp_path / "outside" / "secret"
    secret.parent.mkdir()
    secret.write_text("in a file")
    folder = tmp_path / "packages"
    information = folder / "curious-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: curious\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[showroom.processors]\ncurious = curious:Curious\n")
    source = "from processors.builtin.invert import Invert as Curious\nopen({!r}).read()\n"
    (folder / "curious.py").write_text(source.format(str(secret)))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    (fault,) = checker.check("curious").faults
    assert "PermissionError" in fault.message
    assert (
        checker.check("curious", hang_seconds=watched.START_SECONDS, limits=None).findings[0].level == "good"
    )
