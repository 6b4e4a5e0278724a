"""Pages that other sites may show in a frame: only those named in EMBED_ORIGINS."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def embeddable(view: View) -> View:
    """Let the sites of EMBED_ORIGINS frame this page, when it is asked for with ``?embed=1``."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if settings.EMBED_ORIGINS and request.GET.get("embed") == "1":
            allow_frames(response)
        return response

    return wrapped


def allow_frames(response: HttpResponseBase) -> None:
    response.xframe_options_exempt = True  # type: ignore[attr-defined]
    replace = dict(getattr(response, "_csp_replace", None) or {})
    replace["frame-ancestors"] = list(settings.EMBED_ORIGINS)
    response._csp_replace = replace  # type: ignore[attr-defined]
