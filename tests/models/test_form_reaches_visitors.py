"""What an admin writes into the form of a model is what its visitors begin with, and what the previews show."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from processors import catalogue
from processors.manifest import manifest
from processors.model_store import jobs
from processors.models import Processor

from .conftest import Taken
from .test_upload_and_offer import described, page


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's transaction is not seen by other threads: do what would be done in the background at once."""
    monkeypatch.setattr(jobs.Desk, "submit", lambda _desk, _key, job: job() or True)


@pytest.fixture
def fastestdet(models_folder: Path) -> bytes:
    [path] = (models_folder / "fastestdet").glob("*.onnx")
    return path.read_bytes()


def row_of(title: str) -> Processor:
    return Processor.objects.get(title=title)


def threshold_of(row: Processor) -> Any:
    described = manifest(catalogue.load_class(row.key, row.configuration))
    return next(entry for entry in described["parameters"] if entry["name"] == "threshold")["default"]


def test_the_threshold_is_what_visitors_begin_with(desk: Client, take: Taken, fastestdet: bytes) -> None:
    file = take(fastestdet, "fastestdet.onnx")
    desk.post(page(file), described(file, title="As recognised", _draft="1"))
    assert threshold_of(row_of("As recognised")) == 0.6
    desk.post(page(file), described(file, title="Stricter", threshold="0.7", _draft="1"))
    assert threshold_of(row_of("Stricter")) == 0.7


def test_the_threshold_acts_in_the_previews(desk: Client, take: Taken, fastestdet: bytes) -> None:
    file = take(fastestdet, "fastestdet.onnx")
    address = reverse("admin:processors_modelfile_trials", args=[file.pk])
    some = desk.post(address, described(file, threshold="0.3")).json()
    none = desk.post(address, described(file, threshold="1")).json()
    assert all("person" in trial["found"] for trial in some["current"])
    assert [trial["found"] for trial in none["current"]] == ["0 found", "0 found"]
