"""Which pages may open our websocket: those of this very site, compared by scheme, host and port.

A browser sends cookies along with every websocket, whatever page opens it; the Origin header is the only guard.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

Application = Callable[[dict[str, Any], Any, Any], Awaitable[Any]]

DEFAULT_PORTS = {"http": 80, "https": 443}


class SameOriginOnly:
    """Outermost for websockets: nothing else runs for a stranger's page."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        admit = is_known_host(scope) and is_own_origin(scope)
        application = self.application if admit else WebsocketDenier()
        return await application(scope, receive, send)


def is_known_host(scope: dict[str, Any]) -> bool:
    name, _port = split_domain_port(header(scope, b"host"))
    return bool(name) and validate_host(name, settings.ALLOWED_HOSTS)


def is_own_origin(scope: dict[str, Any]) -> bool:
    origin = header(scope, b"origin")
    own = f"{scheme_of(scope)}://{header(scope, b'host')}"
    return place(origin) is not None and place(origin) in {
        place(own),
        *map(place, settings.CSRF_TRUSTED_ORIGINS),
    }


def scheme_of(scope: dict[str, Any]) -> str:
    """As the visitor's browser sees it: behind a proxy only the proxy knows."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and (forwarded := header(scope, b"x-forwarded-proto")):
        return forwarded
    return "https" if scope.get("scheme") == "wss" else "http"


def place(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what is no web origin (``null``, a file, an extension)."""
    try:
        parts = urlsplit(address)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if is_origin(parts) and parts.hostname and port else None


def is_origin(parts: SplitResult) -> bool:
    """Nothing after the host, nobody before it."""
    extra = parts.path or parts.query or parts.fragment or parts.username or parts.password
    return parts.scheme in DEFAULT_PORTS and not extra


def header(scope: dict[str, Any], name: bytes) -> str:
    values = [value for key, value in scope.get("headers", []) if key == name]
    return values[0].decode("latin1").strip().lower() if len(values) == 1 else ""
