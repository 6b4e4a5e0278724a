"""Secrets of authenticator apps are kept encrypted: a copy of the database alone lets nobody in."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher().decrypt(encrypted_text.encode()).decode()


def cipher() -> MultiFernet:
    """The first key writes; the former ones of SECRET_KEY_FALLBACKS still read."""
    return MultiFernet(
        [Fernet(key_from(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def key_from(secret: str | bytes) -> bytes:
    digest = hashlib.sha256(b"accounts.second_factor" + force_bytes(secret)).digest()
    return base64.urlsafe_b64encode(digest)
