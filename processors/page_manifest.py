"""The manifest a page gets: what the class says of itself, with what the admin decided in the row on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .translation import translate_readable, translated

if TYPE_CHECKING:
    from .models import Processor


def page_manifest(row: Processor) -> dict[str, Any]:
    """Raises ProcessorUnavailable when the class of the row cannot be loaded here."""
    from . import catalogue
    from .manifest import manifest

    of_class = manifest(catalogue.load_class(row.key))
    page = translate_readable(of_class)
    constraints = merged_constraints(of_class.get("constraints") or {}, row.constraints)
    return page | {
        "slug": row.slug,
        "title": translated(row.title),
        "description": translated(row.description) or page["description"],
        "tags": [translated(tag) for tag in row.tag_list],
        "constraints": constraints,
        "defaults": defaults(of_class, row.parameters),
        "session_limit": row.session_limit,
        "version": row.version,
        "privacy": privacy(of_class),
    }


def defaults(of_class: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    """Each parameter's starting value; a stale name in the row (the class changed) is left out."""
    return {item["name"]: chosen.get(item["name"], item["default"]) for item in of_class["parameters"]}


def merged_constraints(of_class: dict[str, Any], of_row: dict[str, Any]) -> dict[str, Any]:
    kinds = of_class.keys() | of_row.keys()
    return {kind: {**(of_class.get(kind) or {}), **(of_row.get(kind) or {})} for kind in kinds}


def privacy(of_class: dict[str, Any]) -> dict[str, Any]:
    """Facts for the privacy card; the page puts them into words together with the site's settings."""
    return {
        "camera": "video" in of_class["takes"],
        "microphone": "audio" in of_class["takes"],
        "stored": False,
        "recorded": False,
        "sends_elsewhere": translated(of_class.get("sends_elsewhere", "")),
        "never_passthrough": of_class["never_passthrough"],
    }
