"""Before a host says that it is ready its model has run: nobody waits for the first run, or finds out that it fails."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from processors.exceptions import WrongModelOutput
from processors.host_process import HostSpec
from processors.hosts import HostOptions, HostPool
from processors.inference import session
from processors.instance import load
from processors.sandbox import Limits
from processors.tasks.object_detection import ObjectDetection
from processors.tasks.voice_activity import VoiceActivity
from tests.processors.desk import wait_until
from tests.support.hearing_models import SPEC, loudness_model

from .made_models import MadeModels

START_SECONDS = 30.0


class CountingSession:
    """A session of onnxruntime that counts its runs."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self.runs = 0

    def run(self, *arguments: Any) -> Any:
        self.runs += 1
        return self._opened.run(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened, name)


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[CountingSession]:
    """Those that are made during the test."""
    made: list[CountingSession] = []
    real = session.make_session

    def make_session(data: bytes) -> CountingSession:
        made.append(CountingSession(real(data)))
        return made[-1]

    monkeypatch.setattr(session, "make_session", make_session)
    return made


@pytest.fixture
def pool(installed_folder: Path) -> Iterator[HostPool]:
    pool = HostPool(HostOptions(limits=Limits(readable=(str(installed_folder),))))
    yield pool
    pool.close()


def detector(made: MadeModels, **spec: Any) -> dict[str, Any]:
    entry = made.boxes([[8, 8, 24, 40, 0.9, 0]], ["person"])
    return made.configuration({**entry, "spec": {**entry["spec"], **spec}})


def hearing(folder: Path) -> dict[str, Any]:
    data = loudness_model()
    sha256 = hashlib.sha256(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{sha256}.onnx").write_bytes(data)
    return {"models": [{"name": "loudness", "sha256": sha256, "spec": SPEC}]}


def test_a_model_that_sees_runs_once_while_it_is_loaded(
    made: MadeModels, sessions: list[CountingSession]
) -> None:
    configuration = detector(made)
    load(ObjectDetection.configured(configuration), configuration)
    assert [each.runs for each in sessions] == [1]


def test_a_model_that_hears_runs_once_while_it_is_loaded(
    installed_folder: Path, sessions: list[CountingSession]
) -> None:
    configuration = hearing(installed_folder)
    load(VoiceActivity.configured(configuration), configuration)
    assert [each.runs for each in sessions] == [1]


def test_a_description_that_does_not_fit_shows_while_it_is_loaded(made: MadeModels, pool: HostPool) -> None:
    configuration = detector(made, convention="yolov8")
    with pytest.raises(WrongModelOutput):
        load(ObjectDetection.configured(configuration), configuration)
    pool.warm(HostSpec("object-detection", 1, configuration))
    wait_until(lambda: pool.states() == {"object-detection": "failed"}, START_SECONDS)
