"""Known models: fetched, checked like any other file, and put into the processors that they make possible."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction

from processors import catalogue
from processors.models import Processor
from processors.sync import sync_builtins
from processors.visibility import Visibility

from . import download, store
from .download import InstallFailed, InstallRuns
from .known import KnownModel, all_known
from .rows import ModelFile
from .slugs import free_slug

# Processors whose visitors choose between several models.
MENUS = frozenset({"style-transfer"})

# To ask whether an installation is under way takes its lock for an instant; that is waited for.
LOCK_SECONDS = 0.5

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Source:
    """Where the file comes from, if not from the address in the table."""

    base_url: str = ""
    file: Path | None = None
    on_progress: OnProgress | None = None


def install(model: KnownModel, source: Source | None = None) -> list[Processor]:
    """Return the processors that have the model now. What is installed already is only put into them again."""
    row = installed(model)
    if row is None:
        with _alone(model):
            row = _brought(model, source or Source())
    elif row.known != model.name:
        # Somebody uploaded the same file before.
        row.known = model.name
        row.save()
    if not row.is_ready:
        raise InstallFailed(f"The model {model.name} was refused. {row.reason}")
    return [put_into_catalogue(model, row, key) for key in _possible(model)]


def installed(model: KnownModel) -> ModelFile | None:
    row = ModelFile.objects.filter(sha256=model.sha256, state=ModelFile.State.READY).first()
    return row if row and store.path_of(row).is_file() else None


def verify(model: KnownModel) -> bool | None:
    """Whether the file is still the one that was installed; None if it is not installed."""
    row = ModelFile.objects.filter(sha256=model.sha256, state=ModelFile.State.READY).first()
    return None if row is None else store.is_whole(row)


def remove(model: KnownModel) -> list[Processor]:
    """Return the processors that had it; those without another model are "not installed" from now on."""
    row = ModelFile.objects.filter(sha256=model.sha256).first()
    _part(model).unlink(missing_ok=True)
    if row is None:
        raise InstallFailed(f"The model {model.name} is not installed.")
    losers = list(store.used_by(row))
    for processor in losers:
        _take_out(processor, model.sha256)
    store.remove(row)
    return losers


@transaction.atomic
def put_into_catalogue(model: KnownModel, row: ModelFile, key: str) -> Processor:
    entry = row.entry(model.name, model.title, _fitting(model.spec, row))
    processor = _processor_for(model, key)
    models = [item for item in processor.configuration.get("models", []) if item["name"] != model.name]
    models = [*models, entry] if key in MENUS else [entry]
    processor.configuration = {**processor.configuration, "models": models}
    processor.save()
    return processor


def is_under_way(model: KnownModel) -> bool:
    """Whether a process on this disk installs it now."""
    if not _lock_of(model).exists():
        return False
    with _lock_of(model).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def names_installed() -> set[str]:
    ready = set(ModelFile.objects.filter(state=ModelFile.State.READY).values_list("sha256", flat=True))
    return {model.name for model in all_known().values() if model.sha256 in ready}


def _brought(model: KnownModel, source: Source) -> ModelFile:
    part = _part(model)
    if source.file:
        download.copy(model, source.file, part)
    else:
        download.fetch(model, part, source.base_url or settings.MODELS_BASE_URL, source.on_progress)
    row = store.take(part, f"{model.name}.onnx", known=model.name, licence=model.licence)
    store.check(row)
    return row


@contextmanager
def _alone(model: KnownModel) -> Iterator[None]:
    """Two processes, or two admins, would write to the same file."""
    with _lock_of(model).open("w") as lock:
        _take(lock, model)
        yield


def _take(lock: IO[str], model: KnownModel) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise InstallRuns(f"The model {model.name} is being installed already.") from error
        time.sleep(LOCK_SECONDS / 10)


def _lock_of(model: KnownModel) -> Path:
    return store.quarantine() / f"{model.name}.lock"


def _part(model: KnownModel) -> Path:
    return store.quarantine() / f"{model.name}.part"


def _possible(model: KnownModel) -> list[str]:
    return [key for key in model.processors if catalogue.is_our_own(key)]


def _processor_for(model: KnownModel, key: str) -> Processor:
    """The row the site began with, while it is empty or has this model; else a row of the model's own."""
    sync_builtins()
    rows = [row for row in Processor.objects.filter(key=key).order_by("pk") if not row.is_retired]
    having = [row for row in rows if model.name in _names(row)]
    free = [row for row in rows if row.seed and (key in MENUS or not _names(row))]
    for row in having + free:
        return row
    # A kind of processor that the site did not have yet is meant for everybody; a second one of a kind waits for
    # an admin to tell the two apart.
    visibility = Visibility.DRAFT if rows else Visibility.EVERYONE
    return Processor(key=key, title=model.title, slug=free_slug(model.name), visibility=visibility, order=900)


def _names(row: Processor) -> list[str]:
    return [str(item.get("name")) for item in row.configuration.get("models", [])]


def _fitting(spec: dict[str, Any], row: ModelFile) -> dict[str, Any]:
    """The same weights may be exported with another name for the picture; the file knows best."""
    inputs = [item["name"] for item in row.facts.get("inputs", [])]
    if len(inputs) != 1 or spec["input"]["name"] in inputs:
        return spec
    return {**spec, "input": {**spec["input"], "name": inputs[0]}}


def _take_out(processor: Processor, sha256: str) -> None:
    models = [item for item in processor.configuration.get("models", []) if item.get("sha256") != sha256]
    processor.configuration = {**processor.configuration, "models": models}
    processor.save()
