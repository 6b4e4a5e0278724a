"""Each planted fault is found by the check that is about it, said in words, and nothing else is said."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from processors.catalogue import BUILTINS
from processors.packages.checker import check
from processors.packages.findings import Level, Report

FAULTY = Path(__file__).parent / "faulty"
HANG_SECONDS = 6.0 * float(os.environ.get("SHOWROOM_TEST_PATIENCE") or 1)

# Key → the checks that find it, words of the message, words of the next step.
PLANTED: dict[str, tuple[set[str], str, str]] = {
    "float-picture": ({"sizes"}, "picture of float64", "uint8"),
    "writes-into-plane": ({"lent", "sizes"}, "writes into the gray picture", "image.copy()"),
    "first-size": ({"size-change"}, "from 640×480 to 320×240", "image.shape changes"),
    "shared-list": ({"class-state"}, "SharedList.brightness belongs to the class", "self.brightness"),
    "hangs-on-portrait": ({"sizes"}, "480×640: It hangs", "an end"),
    "hangs-in-close": ({"start"}, "close(): It hangs", "an end"),
    "crashes": ({"sizes"}, "ended by SIGABRT", "native code"),
    "grows": ({"memory"}, "Memory grows by", "deque"),
    "growing-sound": ({"memory"}, "Memory grows by", "deque"),
    "wrong-table": ({"results"}, "has 1 cells for 2 columns", "one cell per column"),
    "fails-at-minimum": ({"parameters"}, "parts=0", "that line"),
    "deaf-to-changes": ({"live"}, "'light' is live", "live=False"),
    "takes-everything": ({"refusals"}, "accepted a value that is not JSON", "Refused"),
    "leaves-thread": ({"leftovers"}, "left-behind", "join it"),
    "close-fails": ({"close"}, "at once: close() raised AttributeError", "close()"),
    "never-forgets": ({"reset"}, "After reset()", "start()"),
    "hides-late": ({"first-picture"}, "never_passthrough", "every frame"),
    "fixed-chunk": ({"chunks"}, "480 samples", "anew"),
    "nameless": ({"texts"}, "no description", "docstring"),
    "phones-home": ({"side-effects"}, "connects to the network", "sends_elsewhere"),
    "import": ({"import"}, "It hangs", "an end"),
    "missing": ({"import"}, "NotThere", "pyproject.toml"),
}


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """All of them, two at a time; none may keep the others."""
    keys = ["good", "slow", *PLANTED]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(FAULTY))
        with ThreadPoolExecutor(2) as pool:
            made = pool.map(lambda key: check(f"faulty-{key}", hang_seconds=HANG_SECONDS), keys)
            return dict(zip(keys, made, strict=True))


@pytest.mark.parametrize("key", PLANTED)
@pytest.mark.timeout(400)
def test_the_planted_fault_is_found_and_named(reports, key):
    checks, message, step = PLANTED[key]
    faults = reports[key].faults
    assert {fault.check for fault in faults} == checks
    assert any(message in fault.message for fault in faults), faults
    assert any(step in fault.next_step for fault in faults), faults
    assert all(fault.next_step for fault in faults)


@pytest.mark.timeout(400)
def test_one_without_a_fault_has_none(reports):
    report = reports["good"]
    assert [finding for finding in report.findings if finding.level is not Level.GOOD] == []
    assert report.label == "Good"
    assert {"start_ms", "frame_ms_p50", "frame_ms_p95", "fps"} == set(report.figures)


@pytest.mark.timeout(400)
def test_a_slow_one_has_no_fault_but_a_warning(reports):
    findings = [finding for finding in reports["slow"].findings if finding.level is Level.WARNING]
    assert reports["slow"].faults == []
    assert [finding.check for finding in findings] == ["timing"]
    assert "pictures a second" in findings[0].message


@pytest.mark.timeout(400)
def test_a_hang_is_told_with_its_line(reports):
    (fault,) = reports["hangs-on-portrait"].faults
    assert "showroom_faulty_processors.py:" in fault.message
    assert "in process" in fault.message
    assert "were not run" in fault.message


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_processor_of_our_own_passes():
    reports = [check(key) for key in BUILTINS]
    assert {report.key: report.faults for report in reports if report.faults} == {}
