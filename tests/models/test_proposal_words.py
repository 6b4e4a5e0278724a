"""Why a model is taken for what it is: in the reader's language, whatever was kept and whoever reported it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from processors.inference.reasons import REASONS, reason
from processors.inference.spec import ModelSpec
from processors.model_store import child_reports
from processors.model_store.proposal_words import words_of
from processors.model_store.rows import ModelFile

SPEC = ModelSpec.from_json(
    {
        "task": "detection",
        "convention": "yolox",
        "input": {"name": "images", "width": 416, "height": 416},
        "labels": "coco80",
    }
).as_json()


@pytest.mark.parametrize("code", REASONS)
def test_each_reason_is_a_sentence_in_german_too(code: str) -> None:
    said = reason(code, **dict.fromkeys(re.findall(r"%\((\w+)\)s", REASONS[code]), "7"))
    proposal = kept(said.as_json())
    with translation.override("en"):
        assert words_of(proposal) == str(said)
    with translation.override("de"):
        assert words_of(proposal) != str(said)
        assert words_of(proposal).endswith(".")


def test_what_was_kept_before_and_what_does_not_fit_keeps_its_english_words() -> None:
    assert words_of({"reason": "As it was."}) == "As it was."
    assert words_of(kept({"code": "yolox", "values": {}})) == "English."
    assert words_of(kept({"code": "unheard-of", "values": {}})) == "English."


@pytest.mark.parametrize(
    "said",
    [
        [{"code": "unheard-of", "values": {}}],
        [{"code": ["yolox"], "values": {}}],
        [{"code": "yolox", "values": {"rows": 7}}],
        [{"code": "yolox"}],
        ["yolox"],
        {"code": "yolox"},
        None,
    ],
)
def test_a_report_with_other_reasons_is_none(said: Any) -> None:
    report = {"spec": SPEC, "confidence": 0.5, "reason": "English.", "reasons": said}
    with pytest.raises(child_reports.NoReport):
        child_reports.proposal(report)


@pytest.mark.django_db
def test_an_admin_reads_them_in_german(alice: Any) -> None:
    alice.language = "de"
    alice.save()
    known = reason("yolox", rows="output [1, 3549, 85]", strides="8, 16, 32", classes=80)
    file = ModelFile.objects.create(
        sha256="0" * 64,
        size=1,
        name="a.onnx",
        state=ModelFile.State.READY,
        proposals=[{**kept(known.as_json()), "spec": SPEC}],
    )
    desk = Client()
    desk.force_login(alice)
    page = desk.get(reverse("admin:processors_modelfile_change", args=[file.pk])).content.decode()
    assert "output [1, 3549, 85]: eine Zeile für jede Zelle der Schrittweiten 8, 16, 32" in page


def kept(said: Any) -> dict[str, Any]:
    return {"spec": SPEC, "confidence": 0.9, "reason": "English.", "reasons": [said]}
