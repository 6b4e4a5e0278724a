"""The catalogue for programs: ``/api/processors/`` and ``/api/processors/SLUG/``, with the same rights as the pages.

``state`` says whether a visitor could start now: ready, loading (its model is just being loaded), failed (loading it
went wrong the last time; ``reason`` tells staff why), busy, offline, or not_installed (the class of the row cannot be
loaded on this server, or its model is not there yet).
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
from processors.host_process import HostSpec
from processors.models import Processor
from processors.translation import translated
from processors.visibility import Visitor, is_staff
from workers.door import registry
from workers.readiness import Readiness
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
    user = await request.auser()
    rows = await sync_to_async(gallery_facts)(user)
    return JsonResponse(await with_states(rows, is_staff(user)), safe=False)


@require_safe
@answers_refusals
async def processor_detail(request: HttpRequest, slug: str) -> JsonResponse:
    """One processor with its whole manifest: parameters, results, devices, privacy."""
    user = await request.auser()
    facts = await sync_to_async(studio_facts)(user, slug)
    return JsonResponse((await with_states([facts], is_staff(user)))[0])


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
        "host": mark_of(row),
    }


def manifest_or_none(row: Processor) -> Facts | None:
    try:
        return row.manifest()
    except ProcessorError:
        return None


def mark_of(row: Processor) -> str:
    """The name under which workers tell of the host of this row, if it runs in one."""
    spec = row.spec()
    return HostSpec(spec["key"], spec["version"], spec["configuration"]).mark


async def with_states(rows: list[Facts], for_staff: bool) -> list[Facts]:
    """Fill in what the registry knows; one question for all rows."""
    marks = {row["slug"]: row.pop("host") for row in rows}
    states = await states_of({row["slug"]: row["session_limit"] for row in rows}, marks)
    return [with_state(row, states[row["slug"]], for_staff) for row in rows]


def with_state(row: Facts, now: Readiness, for_staff: bool) -> Facts:
    if row["state"]:
        return row
    return row | {"state": now.state} | ({"reason": now.reason} if for_staff and now.reason else {})


async def states_of(limits: dict[str, int], marks: dict[str, str]) -> dict[str, Readiness]:
    """A registry that cannot be asked cannot place anybody either: that is offline, not an error page."""
    try:
        return await registry().readiness(limits, marks)
    except RegistryError:
        logger.warning("The registry cannot be asked for the states of processors", exc_info=True)
        return dict.fromkeys(limits, Readiness("offline"))
