"""``/check/``: whether camera, page and media reach each other here, and a report for the host."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from processors import access, guest_cookie
from processors.visibility import is_guest

from .addresses import address_of
from .check_session import SLUG
from .connection_report import ConnectionReport
from .ice import relay_urls, transport_of
from .report_values import BadReport, read_report

REPORT_BYTES = 48 * 1024
# An office behind one address shares these.
REPORTS_PER_ADDRESS = 10
REPORTS_SECONDS = 600


@require_safe
@ensure_csrf_cookie
def check(request: HttpRequest) -> HttpResponseBase:
    try:
        access.check_site(request.user)
    except access.SignInRequired:
        return redirect_to_login(request.get_full_path())
    page = render(
        request,
        "rooms/check.html",
        {"config": script_config(request), "days": settings.CONNECTION_REPORT_DAYS},
    )
    if is_guest(request.user):
        guest_cookie.give(page, guest_cookie.ensure(request))
    return page


def script_config(request: HttpRequest) -> dict[str, Any]:
    """Kinds of relays only: their addresses and credentials are for admitted sessions."""
    return {
        "slug": SLUG,
        "csrf": get_token(request),
        "version": settings.SHOWROOM_VERSION,
        "relays": [transport_of(url) for url in relay_urls()],
        "relay_only": settings.ICE_RELAY_ONLY or bool(settings.WORKER_TURN_URL),
        "is_staff": bool(getattr(request.user, "is_staff", False)),
        "urls": {"socket": "/ws/", "ready": "/readyz", "report": reverse("connection_report")},
    }


@require_POST
def report(request: HttpRequest) -> JsonResponse:
    """Keep what a visitor's check found; answers with the code."""
    try:
        access.check_site(request.user)
        if int(request.META.get("CONTENT_LENGTH") or 0) > REPORT_BYTES:
            raise BadReport
        if is_too_often(request):
            return refusal("too_many_messages", _("That was a lot at once. Please wait a moment."), 429)
        verdict, values = read_report(json.loads(request.body))
    except access.AccessRefused as refused:
        return refusal(refused.code, refused.message, refused.status)
    except (BadReport, ValueError, RecursionError):
        return refusal("bad_message", _("The report could not be read. Please reload the page."), 400)
    kept = ConnectionReport.objects.keep(verdict, values)
    return JsonResponse({"code": kept.spoken_code, "days": settings.CONNECTION_REPORT_DAYS}, status=201)


def is_too_often(request: HttpRequest) -> bool:
    """Count this one by the visitor's address, in the cache that all web processes share."""
    scope = getattr(request, "scope", None) or wsgi_scope(request)
    key = f"connection-reports:{address_of(scope)}"
    cache.add(key, 0, REPORTS_SECONDS)
    try:
        return int(cache.incr(key)) > REPORTS_PER_ADDRESS
    except ValueError:
        return False  # it expired between the two


def wsgi_scope(request: HttpRequest) -> dict[str, Any]:
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    headers = [(b"x-forwarded-for", forwarded.encode("latin1"))] if forwarded else []
    return {"client": [request.META.get("REMOTE_ADDR", "")], "headers": headers}


def refusal(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
