"""A one-time password opens one page only: the one that replaces it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

OPEN_VIEWS = {"account_change_password", "account_logout", "account_reauthenticate", "set_language"}
OPEN_VIEWS |= {"jsi18n", "privacy", "about"}


class NewPasswordMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponseBase | None:
        """Runs once the address is resolved, so that pages are named, not spelled."""
        if not (request.user.is_authenticated and request.user.must_change_password):
            return None
        match = request.resolver_match
        if match is not None and match.view_name in OPEN_VIEWS:
            return None
        wanted = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return redirect(f"{reverse('account_change_password')}?{wanted}".rstrip("?"))
