"""``processors list`` imports others' code in a sandbox only; what cannot be imported keeps nobody from it."""

from pathlib import Path

import pytest

from processors import catalogue, stand_ins
from processors.packages import listing
from tests.support.patience import patient

FAULTY = str(Path(__file__).parent / "faulty")


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> dict[str, listing.Entry]:
    monkeypatch.setenv("PYTHONPATH", FAULTY)
    monkeypatch.syspath_prepend(FAULTY)
    monkeypatch.setattr(stand_ins, "DECLARE_SECONDS", patient(5))
    catalogue.installed.cache_clear()
    try:
        return {entry.key: entry for entry in listing.listed()}
    finally:
        catalogue.installed.cache_clear()


def test_each_says_where_it_comes_from_and_why_it_cannot_be_had(entries):
    assert list(entries)[:2] == ["passthrough", "invert"]
    edges = entries["edges"]
    assert (edges.label, edges.source, edges.isolation, edges.problem) == ("Edges", "Showroom", "thread", "")
    good = entries["faulty-good"]
    assert (good.source, good.isolation) == ("showroom-faulty-processors 1.0", "host")
    assert "no attribute 'NotThere'" in entries["faulty-missing"].problem
    assert "no answer within" in entries["faulty-import"].problem
    assert "needs a model" in entries["object-detection"].problem
    # What comes after the one that hangs is listed as well.
    assert entries["faulty-wrong-table"].problem == ""
