"""Trials run the way sessions will: kept apart as the hosts of this site, and timed by what runs the model."""

import time
from typing import Any

import pytest

from processors import sandbox
from processors.model_store import child, jobs, trial, trials

from . import made
from .conftest import Taken


@pytest.mark.parametrize("level", sandbox.LEVELS)
def test_a_trial_is_kept_apart_as_its_sessions_will_be(
    level: str, take: Taken, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOST_ISOLATION = level
    monkeypatch.setattr(jobs.Desk, "submit", lambda _desk, _key, job: job() or True)
    said: list[dict[str, Any]] = []
    ask = child.ask

    def listened(*arguments: Any) -> dict[str, Any]:
        said.append(ask(*arguments))
        return said[-1]

    file = take(made.identity().SerializeToString(), "style.onnx")
    monkeypatch.setattr(child, "ask", listened)
    assert trials.ask(file, "style-transfer", file.proposals[0]["spec"], "street").state == "done"
    assert [each["isolation"] for each in said] == [level]


def test_a_provider_that_is_not_there_does_not_change_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the processor that works then, so its time counts and not that of others."""
    monkeypatch.setenv("SHOWROOM_ONNX_PROVIDERS", "CUDAExecutionProvider")
    assert trial.clock_of_frames() is time.process_time
