"""Texts for the page's scripts: Django's catalogue with the language in its address, so that it can be cached."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition
from django.views.i18n import JavaScriptCatalog

KEEP_SECONDS = 3600


class ScriptTexts(JavaScriptCatalog):
    """``/jsi18n/?language=de&version=1.2.0``; the version is there only to make a new address."""

    def get(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        with translation.override(asked_language(request)):
            response: HttpResponse = super().get(request, *args, **options)
        patch_cache_control(response, public=True, max_age=KEEP_SECONDS)
        return response


def asked_language(request: HttpRequest) -> str:
    language = request.GET.get("language", "")
    return language if language in dict(settings.LANGUAGES) else translation.get_language()


script_texts = login_not_required(condition()(ScriptTexts.as_view()))
