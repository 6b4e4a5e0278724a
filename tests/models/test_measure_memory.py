"""The memory that a model takes is its own, whoever starts the measurement."""

import subprocess
import sys

MEASURE = "from processors.model_store.memory import peak_resident_bytes; print(peak_resident_bytes())"
HUNDRED_MEGABYTES = 100_000_000


def test_a_large_parent_does_not_count() -> None:
    ballast = b"x" * (4 * HUNDRED_MEGABYTES)
    # With something to do before the program begins, Python copies itself first.
    child = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True, preexec_fn=lambda: None
    )
    assert len(ballast) > int(child.stdout)
    assert int(child.stdout) < HUNDRED_MEGABYTES


def test_what_was_there_for_a_moment_counts() -> None:
    code = f"x = b'x' * {4 * HUNDRED_MEGABYTES}; del x; {MEASURE}"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(child.stdout) > 3 * HUNDRED_MEGABYTES
