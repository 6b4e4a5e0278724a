"""The language of a socket: as on the pages, cookie, then account, then what the browser asks for."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header


def language_of(scope: dict[str, Any], account_language: str) -> str:
    wished = [scope.get("cookies", {}).get(settings.LANGUAGE_COOKIE_NAME, ""), account_language]
    for code in [*filter(None, wished), *accepted_by(scope)]:
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)


def accepted_by(scope: dict[str, Any]) -> list[str]:
    header = dict(scope.get("headers", [])).get(b"accept-language", b"").decode("latin1")
    return [code for code, _priority in parse_accept_lang_header(header)]
