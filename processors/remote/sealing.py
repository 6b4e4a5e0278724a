"""Tokens at rest and on their way to a worker: sealed with the site's key."""

import base64
import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

logger = logging.getLogger(__name__)

PURPOSE = b"showroom: tokens of inference servers"


def sealed(token: str) -> str:
    return seals().encrypt(token.encode()).decode() if token else ""


def opened(token: str) -> str:
    """Return nothing for what a lost key closed: the server will refuse, and the admin enters the token again."""
    if not token:
        return ""
    try:
        return seals().decrypt(token.encode()).decode()
    except InvalidToken:
        logger.warning("The token of an inference server was sealed with another SECRET_KEY; enter it again.")
        return ""


def opened_connection(connection: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``RemoteServer.from_json`` reads: with the token, and with the limits of this site."""
    known = {name: value for name, value in connection.items() if name != "sealed_token"}
    from_environment = settings.REMOTE_TOKENS.get(str(connection.get("name")), "")
    return known | {
        "token": from_environment or opened(str(connection.get("sealed_token") or "")),
        "allowed_hosts": list(settings.REMOTE_ALLOWED_HOSTS),
        "response_bytes": settings.REMOTE_RESPONSE_BYTES,
        "deadline_seconds": connection.get("deadline_seconds") or settings.REMOTE_DEADLINE_SECONDS,
    }


def seals() -> MultiFernet:
    """Former keys still open what they closed."""
    return MultiFernet(
        [Fernet(key_from(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def key_from(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(PURPOSE + b"\0" + secret.encode()).digest())
