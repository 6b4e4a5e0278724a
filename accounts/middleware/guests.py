"""Without GUESTS_ALLOWED every page asks for a sign-in, but those marked ``login_not_required``."""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _


class GuestsMiddleware(LoginRequiredMiddleware):
    def process_view(self, request: HttpRequest, view_func: Any, *args: Any) -> HttpResponseBase | None:
        if settings.GUESTS_ALLOWED:
            return None
        answer: HttpResponseBase | None = super().process_view(request, view_func, *args)
        return answer

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            refusal = {"code": "not_allowed", "message": _("Sign in to use this site.")}
            return JsonResponse(refusal, status=401)
        return super().handle_no_permission(request, view_func)
