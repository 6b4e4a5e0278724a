"""A model deleted while it is checked stays deleted; a check that was cut off loses nothing; bad reports are told."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from processors.model_files import file_in
from processors.model_store import child, child_reports, store, trials
from processors.model_store.jobs import Desk
from processors.model_store.reports import Refused
from processors.model_store.rows import ModelFile, ModelTrial
from tests.support.patience import wait_until

from . import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def file() -> ModelFile:
    part = store.quarantine() / "arrived.part"
    part.write_bytes(made.identity().SerializeToString())
    return store.take(part, "model.onnx")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("moment", ["structure", "recognise", "after"])
def test_what_is_deleted_while_it_is_checked_stays_deleted(
    moment: str, file: ModelFile, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = child.ask

    def ask(module: str, order: Any, *rest: Any) -> dict[str, Any]:
        *most, on_phase = rest

        def told(phase: str) -> None:
            if phase == moment:
                store.remove(ModelFile.objects.get(pk=file.pk))
            on_phase(phase)

        answer = really(module, order, *most, told)
        if moment == "after" and order["step"] == "recognise":
            store.remove(ModelFile.objects.get(pk=file.pk))
        return answer

    monkeypatch.setattr(child, "ask", ask)
    store.check(file)
    assert not ModelFile.objects.exists()
    assert files_in(models_dir) == []


def test_a_check_cut_off_between_the_move_and_the_word_is_made_again(
    file: ModelFile, models_dir: Path
) -> None:
    file_in(store.quarantine(), file.sha256).replace(file_in(store.folder(), file.sha256))
    ModelFile.objects.filter(pk=file.pk).update(state=ModelFile.State.CHECKING)
    file.refresh_from_db()
    store.check(file)
    file.refresh_from_db()
    assert file.is_ready, file.reason
    assert files_in(models_dir) == [store.path_of(file)]


def test_a_trial_of_a_model_that_was_deleted_stays_deleted(
    file: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = ModelTrial.objects.create(file=file, fingerprint="1", key="classification", sample="portrait")

    def ask(*_: Any) -> dict[str, Any]:
        store.remove(ModelFile.objects.get(pk=file.pk))
        return {"error": "too late"}

    monkeypatch.setattr(child, "ask", ask)
    trials.run(trial.pk)
    trials.run(trial.pk)
    assert not ModelTrial.objects.exists()


FACTS = {
    "nodes": 1, "ir_version": 8, "opsets": {}, "metadata": {}, "tried_with": {"x": [1, 3, 8, 8]},
    "licence": "", "author": "", "description": "", "producer": "",
    "inputs": [{"name": "x", "type": "tensor(float)", "shape": [1, None, "height", 8]}], "outputs": [],
    "measured": {"load_ms": 1.0, "frame_ms": 2.0, "memory_bytes": 3},
}  # fmt: skip
TRIAL = {"start_ms": 1, "frame_ms": 2, "fps": 3, "memory_bytes": 4, "picture": "eHg=", "data": {}}


def refuses(read: Callable[[dict[str, Any]], Any], said: dict[str, Any], caplog: Any) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(Refused) as refused:
        read(said)
    assert refused.value.code == "failed"
    assert "no report" in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        {"measured": {}},
        {"inputs": []},
        {"inputs": [7]},
        {"licence": 7},
        {"opsets": []},
        {"tried_with": {"x": 7}},
    ],
)
def test_bad_facts_are_refused(change: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    assert child_reports.facts(FACTS)[0]["inputs"] == FACTS["inputs"]
    refuses(child_reports.facts, FACTS | change, caplog)


@pytest.mark.parametrize(
    "said", [7, [7], [{"spec": {}, "confidence": 1, "reason": ""}], [{"confidence": "1"}]]
)
def test_bad_proposals_are_refused(said: Any, caplog: pytest.LogCaptureFixture) -> None:
    refuses(child_reports.proposals, {"proposals": said}, caplog)


@pytest.mark.parametrize("change", [{"fps": "many"}, {"fps": float("nan")}, {"picture": None}, {"data": 7}])
def test_bad_trials_are_refused(change: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    assert child_reports.trial(TRIAL) == TRIAL
    refuses(child_reports.trial, TRIAL | change, caplog)


def test_what_no_page_wants_any_more_is_left_out() -> None:
    desk, done, busy = Desk("test"), list[str](), list[str]()

    def first() -> None:
        busy.append("first")
        wait_until(lambda: len(busy) > 1, "everything is in the queue", 10)

    desk.submit("first", first)
    wait_until(lambda: bool(busy), "it has begun", 10)
    for key in ("old", "shared", "again", "new"):
        desk.submit(key, lambda key=key: done.append(key))  # type: ignore[misc]
    desk.want_only("one page", {"first", "old", "shared", "again"})
    desk.want_only("another page", {"shared"})
    desk.want_only("one page", {"new"})
    desk.submit("again", lambda: done.append("twice"))
    busy.append("go on")
    wait_until(lambda: not desk.is_busy_with("new"), "all is done", 10)
    assert done == ["shared", "again", "new"]
