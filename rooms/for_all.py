"""What the owner of a room decided for all, as the media worker and the page get it. Reads the database."""

from typing import Any

from processors.models import Processor
from processors.translation import translated

from .cards import manifest_or_none
from .room import Room


def worn_by_all(room: Room) -> Processor | None:
    """A processor that visitors may no longer use is none."""
    worn = room.room_processor
    return worn if worn is not None and not worn.is_retired and not worn.is_draft else None


def options_of(room: Room) -> dict[str, Any]:
    worn = worn_by_all(room)
    return {
        "mix": room.mix_for_worker,
        "processor": worn.spec() if worn else None,
        "parameters": worn.parameters if worn else {},
    }


def shown_of(room: Room) -> dict[str, Any] | None:
    """What it finds stands on the tiles."""
    worn = worn_by_all(room)
    if worn is None:
        return None
    manifest = manifest_or_none(worn)
    return {**processor_facts(worn), "results": manifest["results"] if manifest else {}}


def processor_facts(row: Processor) -> dict[str, str]:
    return {
        "slug": row.slug,
        "title": translated(row.title),
        "url": row.get_absolute_url(),
        "place": place_of(row),
    }


def place_of(row: Processor) -> str:
    """Over what it is worn: one that touches no picture leaves the place over the picture to another."""
    manifest = manifest_or_none(row)
    kinds = {*manifest["takes"], *manifest["gives"]} if manifest else set()
    return "sound" if kinds == {"audio"} else "picture"
