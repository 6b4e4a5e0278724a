"""What stands between a model that somebody uploaded and the visitors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from processors import catalogue, sandbox, worker_reports
from processors.visibility import FOR_VISITORS

from . import trials
from .known import all_known
from .rows import ModelFile

if TYPE_CHECKING:
    from processors.models import Processor


def hindrance(processor: Processor, was_offered: bool = False) -> str:
    """Why this processor may not be offered to visitors; empty if it may. One that was offered has been measured."""
    if not processor.may_meet_visitors:
        return weak_isolation()
    for file, spec in uploads_in(processor.configuration):
        problem = weak_isolation()
        if problem := problem or ("" if was_offered else trials.hindrance(file, processor.key, spec)):
            return f"{file.name}: {problem}"
    return ""


def needs_strong_isolation(processor: Processor) -> bool:
    """Whether it runs code or a model of others for visitors: no worker may do that that keeps it apart weakly."""
    if processor.visibility not in FOR_VISITORS:
        return False
    return not catalogue.is_our_own(processor.key) or any(
        isinstance(entry, dict) and "sha256" in entry and not is_as_known(entry)
        for entry in processor.configuration.get("models") or []
    )


def weak_isolation() -> str:
    if is_kept_apart():
        return ""
    return _(
        "Models and code of others cannot be kept apart well enough on this machine, so they are for staff only. "
        "Linux can; ALLOW_WEAK_ISOLATION=True lets them be offered nevertheless."
    )


def is_kept_apart() -> bool:
    """The weakest of the workers counts, for a visitor may meet any; while none runs, this machine."""
    if (weakest := worker_reports.weakest_isolation()) is None:
        return sandbox.is_strong_enough(settings.ALLOW_WEAK_ISOLATION, settings.HOST_ISOLATION)
    return settings.ALLOW_WEAK_ISOLATION or sandbox.is_strong(weakest.level)


def uploads_in(configuration: Mapping[str, Any]) -> Iterator[tuple[ModelFile, dict[str, Any]]]:
    """The models that people brought. A known model, installed by its name, has been tried by us."""
    for entry in configuration.get("models") or []:
        if not isinstance(entry, dict) or not isinstance(entry.get("spec"), dict):
            continue
        file = ModelFile.objects.filter(sha256=entry.get("sha256", "")).first()
        if file and not (file.known and is_as_known(entry)):
            yield file, entry["spec"]


def is_as_known(entry: Mapping[str, Any]) -> bool:
    return any(
        model.sha256 == entry["sha256"] and model.spec["convention"] == convention_of(entry)
        for model in all_known().values()
    )


def convention_of(entry: Mapping[str, Any]) -> Any:
    spec = entry.get("spec")
    return spec.get("convention") if isinstance(spec, dict) else None
