"""The manifest a page gets: what the class says of itself, with what the admin decided in the row on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import catalogue
from .manifest import manifest
from .row_defaults import row_defaults
from .translation import translated

if TYPE_CHECKING:
    from .models import Processor


def page_manifest(row: Processor) -> dict[str, Any]:
    """Raises ProcessorUnavailable when the class of the row cannot be loaded here."""
    of_class = manifest(catalogue.load_class(row.key, row.configuration), row.key, translate=translated)
    return of_class | {
        "slug": row.slug,
        "title": translated(row.title),
        "description": translated(row.description) or of_class["description"],
        "tags": [translated(tag) for tag in row.tag_list],
        "constraints": constraints(of_class["constraints"], row.constraints),
        "defaults": {item["name"]: item["default"] for item in of_class["parameters"]} | row_defaults(row),
        "session_limit": row.session_limit,
        "version": row.version,
        "privacy": privacy(of_class),
    }


def constraints(of_class: dict[str, Any], of_row: dict[str, Any]) -> dict[str, Any]:
    """The row's wishes over those of the class; what the class does not take is never asked for."""
    return {
        kind: {**wished, **of_row.get(kind, {})} if wished else False for kind, wished in of_class.items()
    }


def privacy(of_class: dict[str, Any]) -> dict[str, Any]:
    """Facts for the privacy card; the page puts them into words together with the site's settings."""
    return {
        "camera": "video" in of_class["takes"],
        "microphone": "audio" in of_class["takes"],
        "stored": False,
        "recorded": False,
        "sends_elsewhere": of_class["sends_elsewhere"],
        "never_passthrough": of_class["never_passthrough"],
    }
