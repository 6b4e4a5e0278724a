"""Headers that tell the browser what our pages may do: Content-Security-Policy and Permissions-Policy."""

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase


class SecurityHeadersMiddleware(CSPMiddleware):  # type: ignore[misc]
    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
        allow_own_websocket(request, response)
        response.headers.setdefault("Permissions-Policy", permissions_policy())
        answer: HttpResponseBase = super().process_response(request, response)
        return answer


def allow_own_websocket(request: HttpRequest, response: HttpResponse) -> None:
    """Name our own websocket: older browsers do not count it as 'self'."""
    scheme = "wss" if request.is_secure() else "ws"
    update = dict(getattr(response, "_csp_update", None) or {})
    update["connect-src"] = [*update.get("connect-src", []), f"{scheme}://{request.get_host()}"]
    response._csp_update = update  # type: ignore[attr-defined]


def permissions_policy() -> str:
    return ", ".join(f"{feature}={allowed}" for feature, allowed in settings.PERMISSIONS_POLICY.items())
