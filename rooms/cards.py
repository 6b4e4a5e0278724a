"""What the gallery hangs: one card per processor the visitor may start."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from processors.exceptions import ProcessorError
from processors.models import Processor
from processors.translation import translated


@dataclass(frozen=True)
class Card:
    slug: str
    title: str
    description: str
    tags: list[str]
    url: str
    still: str
    # The class of the row loads here and has its model; if not, the card says so instead of failing on Start.
    installed: bool
    takes: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Processor) -> Self:
        manifest = manifest_or_none(row)
        return cls(
            slug=row.slug,
            title=translated(row.title),
            description=manifest["description"] if manifest else translated(row.description),
            tags=[translated(tag) for tag in row.tag_list],
            url=row.get_absolute_url(),
            still=row.still_url,
            installed=manifest is not None and manifest["installed"],
            takes=tuple(manifest["takes"]) if manifest else (),
        )

    @property
    def works_with_sample(self) -> bool:
        return self.installed and "video" in self.takes


def cards(rows: Iterable[Processor]) -> list[Card]:
    """In the order of the rows; what cannot be started yet hangs behind the others."""
    return sorted((Card.of(row) for row in rows), key=lambda card: not card.installed)


def manifest_or_none(row: Processor) -> dict[str, Any] | None:
    try:
        return row.manifest()
    except ProcessorError:
        return None


def can_start(row: Processor) -> bool:
    manifest = manifest_or_none(row)
    return manifest is not None and bool(manifest["installed"])


def tag_pills(rows: Iterable[Processor]) -> list[tuple[str, str]]:
    """Every tag on the wall once, the most used first: (tag as stored, tag as read)."""
    counts: dict[str, int] = {}
    for row in rows:
        for tag in row.tag_list:
            counts[tag] = counts.get(tag, 0) + 1
    ordered = sorted(counts, key=lambda tag: (-counts[tag], tag))
    return [(tag, translated(tag)) for tag in ordered]
