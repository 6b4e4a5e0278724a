"""A row with a model is checked and tried with that model."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from processors.assets import SAMPLES
from processors.models import Processor
from processors.packages.checker import check
from processors.packages.showing import report_lines

from ..tasks.made_models import MadeModels

PHOTO = str(SAMPLES / "street.jpg")


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("SHOWROOM_MODELS_DIR", str(tmp_path))
    model = MadeModels(tmp_path).boxes([[8, 8, 40, 40, 0.9, 0]], ["car"])
    return {"models": [model]}


@pytest.mark.django_db
def test_an_address_of_the_catalogue_brings_its_model(configuration, capsys):
    Processor.objects.create(title="Cars", slug="cars", key="object-detection", configuration=configuration)
    call_command("processors", "try", "cars", "--camera", PHOTO, "--json")
    said = capsys.readouterr()
    (line,) = [json.loads(line) for line in said.out.splitlines()]
    assert "car" in json.dumps(line["data"])
    assert "The catalogue row “Cars”" in said.err


def test_a_task_with_its_model_passes(configuration):
    assert check("object-detection", configuration).faults == []


@pytest.mark.django_db
def test_without_a_model_the_next_step_is_told(capsys):
    with pytest.raises(Exception, match="needs a model that is not installed"):
        call_command("processors", "try", "object-detection", "--camera", PHOTO)
    report = check("object-detection")
    assert (report.passed, report.faults) == (False, [])
    assert [finding.check for finding in report.findings if finding.level == "note"] == ["import"]
    assert list(report_lines(report))[-1].strip() == "Not checked."


def test_nothing_of_the_site_reaches_the_child(monkeypatch):
    from processors.packages.watched import clean_environment

    monkeypatch.setenv("SECRET_KEY", "hidden")
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    assert not {"SECRET_KEY", "DATABASE_URL"} & set(clean_environment())
    assert "PATH" in clean_environment() or "PATH" not in os.environ
