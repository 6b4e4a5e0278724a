"""The one door into the folder of models: every file is checked behind it, whoever brought it."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from processors.model_files import file_in, sha256_of

from . import child, child_reports
from .reports import Refused
from .rows import ModelFile

logger = logging.getLogger(__name__)

INGEST = "processors.model_store.ingest"
# What was checked is not written to again. Hosts of a worker that runs as root read it as another user.
FILE_MODE = 0o444
# Recognising runs a model a few dozen times.
RECOGNISE_TIMES = 3

OnPhase = Callable[[str], None]


class Deleted(Exception):
    """Somebody deleted the row while its file was looked into."""


def folder() -> Path:
    settings.MODELS_DIR.mkdir(parents=True, exist_ok=True)
    return Path(settings.MODELS_DIR)


def quarantine() -> Path:
    """On the same disk as the folder of models, so that a file can be moved at once."""
    path = folder() / "quarantine"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def path_of(row: ModelFile) -> Path:
    return file_in(folder() if row.is_ready else quarantine(), row.sha256)


def take(path: Path, name: str, user: Any = None, **facts: Any) -> ModelFile:
    """Take over a file that has arrived whole in the quarantine. One that is ready already is not taken twice."""
    sha256, size = sha256_of(path), path.stat().st_size
    row, _created = ModelFile.objects.get_or_create(
        sha256=sha256, defaults={"name": name, "size": size, "uploaded_by": user}
    )
    if row.is_ready and path_of(row).is_file():
        path.unlink()
    else:
        row.state, row.name, row.phase, row.refusal = ModelFile.State.QUARANTINED, name, "", {}
        path.replace(file_in(quarantine(), sha256))
    for field, value in facts.items():
        setattr(row, field, value)
    row.save()
    return row


def check(row: ModelFile) -> None:
    """Look into a file in the quarantine; afterwards it is ready, or it is gone and the row says why."""
    if not _claim(row):
        return
    path = file_in(quarantine(), row.sha256)
    try:
        _bring_back(row, path)
        _take_facts(row, child.ask(INGEST, _order("check"), allowance(), path, lambda name: _tell(row, name)))
        row.proposals = _proposals(row, path)
        _publish(row, path)
    except Deleted:
        _unlink_unless_known(row.sha256)
    except Refused as refusal:
        _refuse(row, {"code": refusal.code, "values": refusal.values})
    except Exception:
        logger.exception("The check of the model %s failed", row.sha256)
        _refuse(row, {"code": "failed", "values": {}})


def remove(row: ModelFile) -> None:
    """The row first: a check that is at it just now finds that out, and publishes nothing."""
    row.delete()
    _unlink_unless_known(row.sha256)


def is_whole(row: ModelFile) -> bool:
    """Whether the file is there and is the one that was checked."""
    path = file_in(folder(), row.sha256)
    return path.is_file() and sha256_of(path) == row.sha256


def used_by(row: ModelFile) -> QuerySet[Any]:
    from processors.models import Processor

    # A hash is found nowhere else in a configuration, whatever the database can do with JSON.
    return Processor.objects.filter(configuration__icontains=row.sha256)


def free_bytes() -> int:
    return shutil.disk_usage(folder()).free


def allowance(times: float = 1) -> child.Allowance:
    return child.Allowance(settings.MODEL_CHECK_SECONDS * times, settings.MODEL_CHECK_MEMORY_BYTES)


def _claim(row: ModelFile) -> bool:
    """One process looks into a file, and into none that is ready or refused already."""
    now = timezone.now()
    as_we_know_it = ModelFile.objects.filter(pk=row.pk, state__in=ModelFile.UNDER_WAY, touched=row.touched)
    if not as_we_know_it.update(state=ModelFile.State.CHECKING, touched=now):
        row.refresh_from_db()
        return False
    row.state, row.touched = ModelFile.State.CHECKING, now
    return True


def _order(step: str) -> dict[str, Any]:
    return {"step": step, "nodes": settings.MODEL_NODES, "domains": settings.MODEL_OPERATOR_DOMAINS}


def _take_facts(row: ModelFile, found: dict[str, Any]) -> None:
    row.facts, row.measured = child_reports.facts(found)
    row.licence = row.licence or row.facts["licence"][:200]


def _proposals(row: ModelFile, path: Path) -> list[dict[str, Any]]:
    """A model that nothing recognises is still ready: an admin describes it by hand."""
    try:
        order, patience = _order("recognise"), allowance(RECOGNISE_TIMES)
        found = child.ask(INGEST, order, patience, path, lambda name: _tell(row, name))
        return child_reports.proposals(found)
    except Refused as refusal:
        logger.warning("The model %s was not recognised: %s %s", row.sha256, refusal.code, refusal.values)
        return []


def _bring_back(row: ModelFile, path: Path) -> None:
    """A process that ended between moving the file and saying so: it is no model yet, and is checked anew."""
    moved = file_in(folder(), row.sha256)
    if not path.is_file() and moved.is_file():
        moved.replace(path)


def _publish(row: ModelFile, path: Path) -> None:
    path.chmod(FILE_MODE)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    # Both or none: whoever deletes the row meanwhile waits for us, and then finds the file where it is.
    with transaction.atomic():
        _set(
            row, state=ModelFile.State.READY, phase="", facts=row.facts, measured=row.measured,
            proposals=row.proposals, licence=row.licence,
        )  # fmt: skip
        path.replace(file_in(folder(), row.sha256))


def _refuse(row: ModelFile, refusal: dict[str, Any]) -> None:
    try:
        _set(row, state=ModelFile.State.REFUSED, phase="", refusal=refusal)
    except Deleted:
        _unlink_unless_known(row.sha256)
        return
    for place in (folder(), quarantine()):
        file_in(place, row.sha256).unlink(missing_ok=True)


def _tell(row: ModelFile, phase: str) -> None:
    _set(row, phase=phase)


def _set(row: ModelFile, **values: Any) -> None:
    """``save`` would bring back a row that is gone."""
    values["touched"] = timezone.now()
    if not ModelFile.objects.filter(pk=row.pk).update(**values):
        raise Deleted
    for name, value in values.items():
        setattr(row, name, value)


def _unlink_unless_known(sha256: str) -> None:
    """The same file may have been sent anew meanwhile."""
    if not ModelFile.objects.filter(sha256=sha256).exists():
        for place in (folder(), quarantine()):
            file_in(place, sha256).unlink(missing_ok=True)


def megabytes(size_bytes: float) -> str:
    return f"{size_bytes / 1e6:.0f}\u202fMB"
