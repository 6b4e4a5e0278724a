"""Which browser a guest comes with: a random name in a signed cookie. Nothing is written to the database for it."""

import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE = "guest"
# 192 bits: nobody guesses the name of another guest.
NAME_BYTES = 24
_signer = signing.Signer(salt="showroom.guest")


def read(cookies: Mapping[str, str]) -> str:
    """The guest's name, empty if there is none that we gave out."""
    try:
        return _signer.unsign(cookies.get(COOKIE, ""))
    except signing.BadSignature:
        return ""


def ensure(request: HttpRequest) -> str:
    """The guest's name; a new one is only good if ``give`` puts it on the response."""
    return read(request.COOKIES) or secrets.token_urlsafe(NAME_BYTES)


def give(response: HttpResponseBase, guest: str) -> None:
    """For the time the browser is open; files live a day at most anyway."""
    response.set_cookie(
        COOKIE,
        _signer.sign(guest),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
