"""What a processor was before each change, so that an admin can go back with one click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .rows import ProcessorVersion

if TYPE_CHECKING:
    from processors.models import Processor

FIELDS = ("title", "key", "configuration", "parameters", "constraints")
# Somebody who moves a slider back and forth shall not fill the database.
VERSIONS_KEPT = 50


def remember(processor: Processor) -> None:
    """Keep the row as it is now, once for each of its versions."""
    _keep(processor, processor.version, {name: getattr(processor, name) for name in FIELDS})


def remember_stored(processor: Processor, stored: dict[str, Any]) -> None:
    """Keep the row as it is in the database: it may be older than this history."""
    _keep(processor, stored["version"], {name: stored[name] for name in FIELDS})


def go_back(processor: Processor, version: ProcessorVersion) -> None:
    """The old version becomes the newest one. Sessions that run keep what they began with."""
    for name in FIELDS:
        setattr(processor, name, getattr(version, name))
    processor.save()


def _keep(processor: Processor, number: int, values: dict[str, Any]) -> None:
    _version, created = ProcessorVersion.objects.get_or_create(
        processor_id=processor.pk, number=number, defaults=values
    )
    if created:
        old = ProcessorVersion.objects.filter(processor_id=processor.pk, number__lte=number - VERSIONS_KEPT)
        old.delete()
