"""For those who look after the site: does it live, could a visitor start now, and its figures."""

import ipaddress
import secrets

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from workers import door
from workers.registry import RegistryError


@login_not_required
@never_cache
async def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
async def readyz(request: HttpRequest) -> HttpResponse:
    """A visitor could start a session now: database, registry and a media worker are there."""
    facts = {"database": await has_database(), "workers": await living_workers()}
    is_ready = facts["database"] and bool(facts["workers"])
    return JsonResponse({"ready": is_ready, **facts}, status=200 if is_ready else 503)


@login_not_required
@never_cache
async def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for this machine or for whoever knows METRICS_TOKEN."""
    if not may_read_metrics(request):
        return HttpResponseForbidden("The figures are for this machine, or for who sends METRICS_TOKEN.\n")
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


async def has_database() -> bool:
    try:
        await database_sync_to_async(connection.ensure_connection)()
    except DatabaseError:
        return False
    return True


async def living_workers() -> int | None:
    """How many take new sessions; None when the registry cannot be asked."""
    try:
        return sum(not worker.draining for worker in await door.registry().workers())
    except RegistryError:
        return None


def may_read_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    # A proxy on this machine speaks for somebody else.
    return is_loopback(request.META.get("REMOTE_ADDR")) and "X-Forwarded-For" not in request.headers


def is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
