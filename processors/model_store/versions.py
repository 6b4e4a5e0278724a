"""What a processor was before each change, so that an admin can go back with one click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.visibility import FOR_VISITORS

from .rows import ProcessorVersion

if TYPE_CHECKING:
    from processors.models import Processor

FIELDS = ("title", "key", "configuration", "parameters", "constraints")
# Somebody who moves a slider back and forth shall not fill the database.
VERSIONS_KEPT = 50


def remember(processor: Processor) -> None:
    """Keep the row as it is now, once for each of its versions."""
    values = {name: getattr(processor, name) for name in FIELDS}
    _keep(processor, processor.version, values, processor.visibility)


def remember_stored(processor: Processor, stored: dict[str, Any]) -> None:
    """Keep the row as it is in the database: it may be older than this history."""
    values = {name: stored[name] for name in FIELDS}
    _keep(processor, stored["version"], values, stored["visibility"])


def go_back(processor: Processor, version: ProcessorVersion) -> None:
    """The old version becomes the newest one. Sessions that run keep what they began with."""
    for name in FIELDS:
        setattr(processor, name, getattr(version, name))
    processor.save()


def _keep(processor: Processor, number: int, values: dict[str, Any], visibility: str) -> None:
    offered = visibility in FOR_VISITORS
    version, created = ProcessorVersion.objects.get_or_create(
        processor_id=processor.pk, number=number, defaults={**values, "was_offered": offered}
    )
    if offered and not version.was_offered:
        # A draft was published: that makes no new version.
        ProcessorVersion.objects.filter(pk=version.pk).update(was_offered=True)
    if created:
        old = ProcessorVersion.objects.filter(processor_id=processor.pk, number__lte=number - VERSIONS_KEPT)
        old.delete()
