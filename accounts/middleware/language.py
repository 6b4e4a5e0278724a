"""The language of the account, where the browser has not chosen one itself."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation


class AccountLanguageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # The language menu sets the cookie: what is chosen here and now wins.
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and request.user.is_authenticated:
            self.use(request, request.user.language)
        return self.get_response(request)

    def use(self, request: HttpRequest, language: str) -> None:
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
