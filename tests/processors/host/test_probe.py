"""What a sandbox reaches here is asked once; an answer that did not come is asked for again."""

import logging

import pytest

from processors import sandbox


@pytest.fixture(autouse=True)
def nothing_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "probes", {})


def test_a_failed_probe_is_told_and_tried_again_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(sandbox, "PROBE_SECONDS", 0.001)
        assert [sandbox.level(), sandbox.level()] == ["limits", "limits"]
    assert len(caplog.records) == 1
    assert "timed out" in caplog.text
    assert sandbox.level() == "limits"
    monkeypatch.setattr(sandbox, "PROBE_AGAIN_SECONDS", 0.0)
    assert sandbox.describe().user


def test_an_answer_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    first = sandbox.describe()
    monkeypatch.setattr(sandbox, "PROBE_SECONDS", 0.001)
    monkeypatch.setattr(sandbox, "PROBE_AGAIN_SECONDS", 0.0)
    assert sandbox.describe() is first
