"""What an admin writes into the form of a model is what its visitors begin with, and what the previews show."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from processors import catalogue
from processors.manifest import manifest
from processors.model_store import jobs
from processors.model_store.rows import ModelFile
from processors.models import Processor

from . import made
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


# --- what has no field of its own --------------------------------------------------------------------


def offered_spec(desk: Client, file: ModelFile, **changes: Any) -> dict[str, Any]:
    answer = desk.post(page(file), described(file, title="Offered", _draft="1", **changes))
    assert answer.status_code == 302, answer.context["form"].errors
    spec: dict[str, Any] = row_of("Offered").configuration["models"][0]["spec"]
    return spec


@pytest.fixture
def painter(take: Taken) -> ModelFile:
    """Its proposal has an option for the decoder."""
    file = take(made.identity().SerializeToString(), "painter.onnx")
    assert file.proposals[0]["spec"]["decoder"]
    return file


def test_what_belonged_to_one_convention_goes_with_another(desk: Client, painter: ModelFile) -> None:
    spec = offered_spec(desk, painter, key="background", convention="argmax")
    assert (spec["convention"], spec["decoder"], spec["outputs"]) == ("argmax", {}, [])


def test_what_stays_the_same_keeps_all(desk: Client, painter: ModelFile) -> None:
    assert offered_spec(desk, painter, more="") == painter.proposals[0]["spec"]


def test_every_value_can_be_written(desk: Client, painter: ModelFile) -> None:
    more = {
        "input": {"name": "in", "type": "float16", "pad": 0},
        "outputs": ["out"],
        "decoder": {"channels": "first"},
        "extra_inputs": {"sizes": "width-height"},
    }
    spec = offered_spec(desk, painter, key="background", convention="argmax", more=json.dumps(more))
    given = {name: spec["input"][name] for name in ("name", "type", "pad")}
    assert {**{name: spec[name] for name in more if name != "input"}, "input": given} == more


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("[]", "an object"),
        ('{"width": 3}', "not width"),
        ('{"input": {"width": 3}}', "not width"),
        ('{"input": {"type": "float64"}}', "type must be one of"),
        ('{"input": {"pad": 256}}', "pad must be"),
        ('{"input": {"name": ""}}', "name must be"),
        ('{"outputs": "out"}', "outputs must be a list"),
        ('{"decoder": {"range": NaN}}', "plain JSON"),
        ('{"extra_inputs": []}', "extra_inputs must be an object"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(more: str, words: str, desk: Client, painter: ModelFile) -> None:
    address = reverse("admin:processors_modelfile_trials", args=[painter.pk])
    answer = desk.post(address, described(painter, more=more))
    assert answer.status_code == 422
    [(field, [error])] = answer.json()["errors"].items()
    assert field == "more"
    assert words in error["message"]
