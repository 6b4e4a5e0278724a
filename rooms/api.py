"""The catalogue for programs: ``/api/processors/`` and ``/api/processors/SLUG/``, with the same rights as the pages.

``state`` says whether a visitor could start now: ready, busy, offline, or not_installed (the class of the row
cannot be loaded on this server, or its model is not there yet).
"""

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from processors import access
from processors.exceptions import ProcessorError
from processors.models import Processor
from processors.translation import translated
from processors.visibility import Visitor
from workers.door import registry
from workers.registry import RegistryError

logger = logging.getLogger(__name__)

Facts = dict[str, Any]
ApiView = Callable[..., Coroutine[Any, Any, JsonResponse]]


def answers_refusals(view: ApiView) -> ApiView:
    """Turn a typed refusal into its status and ``{"code", "message"}``."""

    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **options: Any) -> JsonResponse:
        try:
            response = await view(request, *args, **options)
        except access.AccessRefused as refusal:
            facts = {"code": refusal.code, "message": refusal.message}
            response = JsonResponse(facts, status=refusal.status)
        add_never_cache_headers(response)
        return response

    return guarded


@require_safe
@answers_refusals
async def processor_list(request: HttpRequest) -> JsonResponse:
    """What hangs in the visitor's gallery, in its order."""
    rows = await sync_to_async(gallery_facts)(await request.auser())
    return JsonResponse(await with_states(rows), safe=False)


@require_safe
@answers_refusals
async def processor_detail(request: HttpRequest, slug: str) -> JsonResponse:
    """One processor with its whole manifest: parameters, results, devices, privacy."""
    facts = await sync_to_async(studio_facts)(await request.auser(), slug)
    return JsonResponse((await with_states([facts]))[0])


def gallery_facts(user: Visitor) -> list[Facts]:
    access.check_site(user)
    return [in_short(row) for row in Processor.objects.for_gallery(user)]


def studio_facts(user: Visitor, slug: str) -> Facts:
    row = access.get_for(user, slug)
    return in_short(row) | (manifest_or_none(row) or {})


def in_short(row: Processor) -> Facts:
    manifest = manifest_or_none(row)
    return {
        "slug": row.slug,
        "url": row.get_absolute_url(),
        "still": row.still_url,
        "title": translated(row.title),
        "description": translated(row.description) or (manifest or {}).get("description", ""),
        "tags": [translated(tag) for tag in row.tag_list],
        "takes": manifest["takes"] if manifest else [],
        "gives": manifest["gives"] if manifest else [],
        "session_limit": row.session_limit,
        "state": None if manifest and manifest["installed"] else "not_installed",
    }


def manifest_or_none(row: Processor) -> Facts | None:
    try:
        return row.manifest()
    except ProcessorError:
        return None


async def with_states(rows: list[Facts]) -> list[Facts]:
    """Fill in what the registry knows; one question for all rows."""
    states = await states_of({row["slug"]: row["session_limit"] for row in rows})
    return [row | {"state": row["state"] or states[row["slug"]]} for row in rows]


async def states_of(limits: dict[str, int]) -> dict[str, str]:
    """A registry that cannot be asked cannot place anybody either: that is offline, not an error page."""
    try:
        return dict(await registry().processor_states(limits))
    except RegistryError:
        logger.warning("The registry cannot be asked for the states of processors", exc_info=True)
        return dict.fromkeys(limits, "offline")
