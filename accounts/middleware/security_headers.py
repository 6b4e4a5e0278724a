"""Headers that tell the browser what our pages may do: Content-Security-Policy and Permissions-Policy."""

from contextlib import suppress

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class SecurityHeadersMiddleware(CSPMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        with suppress(DisallowedHost):
            allow_own_websocket(request, response)
        response.headers.setdefault("Permissions-Policy", permissions_policy())
        return super().process_response(request, response)


def allow_own_websocket(request: HttpRequest, response: HttpResponseBase) -> None:
    """Name our own websocket: older browsers do not count it as 'self'."""
    scheme = "wss" if request.is_secure() else "ws"
    update = dict(getattr(response, "_csp_update", None) or {})
    update["connect-src"] = [*update.get("connect-src", []), f"{scheme}://{request.get_host()}"]
    response._csp_update = update  # type: ignore[attr-defined]


def permissions_policy() -> str:
    return ", ".join(f"{feature}={allowed}" for feature, allowed in settings.PERMISSIONS_POLICY.items())
