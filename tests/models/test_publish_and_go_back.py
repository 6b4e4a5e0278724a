"""What was measured once is believed: a failure is told at once, and the way back needs no new trial."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from processors.model_store import jobs
from processors.model_store.rows import ModelFile, ModelTrial
from processors.models import Processor

from . import made
from .conftest import Taken
from .test_upload_and_offer import described, page

Desk = Any


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's transaction is not seen by other threads: do what would be done in the background at once."""
    monkeypatch.setattr(jobs.Desk, "submit", lambda _desk, _key, job: job() or True)


@pytest.fixture
def file(take: Taken, at_once: None) -> ModelFile:
    return take(made.identity().SerializeToString(), "style.onnx")


def never_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on trials begin, and are under way for as long as the test runs."""

    def begin(_desk: Desk, key: str, _job: Any) -> bool:
        return bool(ModelTrial.objects.filter(pk=key.removeprefix("trial ")).update(state="running"))

    monkeypatch.setattr(jobs.Desk, "submit", begin)


def row_of(title: str) -> Processor:
    return Processor.objects.get(title=title)


def told(answer: Any) -> str:
    return str([*answer.context["messages"]][-1])


def go_back(desk: Client, row: Processor, number: int) -> str:
    address = reverse("admin:processors_processor_versions", args=[row.pk])
    return told(desk.post(address, {"number": number}, follow=True))


def test_publish_tells_why_a_trial_failed(
    desk: Client, file: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = described(file, key="object-detection", convention="yolov8", _publish="1")
    first = told(desk.post(page(file), wrong))
    never_done(monkeypatch)
    assert told(desk.post(page(file), wrong)) == first
    assert "measured" not in first


@pytest.mark.parametrize("by_draft", [True, False])
def test_the_way_back_needs_no_trial(
    by_draft: bool, desk: Client, file: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_draft:
        desk.post(page(file), described(file, title="Painter", _draft="1"))
        row_of("Painter").publish()
    else:
        desk.post(page(file), described(file, title="Painter", _publish="1"))
    row = row_of("Painter")
    assert row.visibility == "everyone"
    first = row.version
    row.parameters = {"width": 300}
    row.save()
    # Others have tried so much that these trials are forgotten.
    file.trials.all().delete()
    never_done(monkeypatch)
    assert "is again what it was" in go_back(desk, row, first)
    row.refresh_from_db()
    assert (row.parameters, row.version) == ({}, first + 2)


def test_the_way_back_to_what_visitors_never_had_is_measured(
    desk: Client, file: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.post(page(file), described(file, title="Painter", _draft="1"))
    row = row_of("Painter")
    first = row.version
    row.configuration = {}
    row.visibility = "everyone"
    row.save()
    never_done(monkeypatch)
    assert "still being measured" in go_back(desk, row, first)


def test_the_way_back_stays_shut_where_models_are_not_kept_apart(
    desk: Client, file: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.post(page(file), described(file, title="Painter", _publish="1"))
    row = row_of("Painter")
    first = row.version
    row.parameters = {"width": 300}
    row.save()
    monkeypatch.setattr("processors.sandbox.level", lambda: "limits")
    assert "cannot be kept apart" in go_back(desk, row, first)
