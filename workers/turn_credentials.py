"""Credentials for a TURN server that shares a secret with us: good for minutes, made without asking it.

The scheme is coturn's ``use-auth-secret``: the user name begins with the second at which it expires, the password is
its HMAC-SHA1 with the secret. Web processes make them for browsers, media workers for themselves.
"""

import base64
import hashlib
import hmac
import time
from typing import Any


def turn_server(
    urls: list[str], secret: str, user: str, seconds: int, now: float | None = None
) -> dict[str, Any]:
    """Return an entry for ``iceServers`` that lets ``user`` use these URLs for ``seconds``."""
    username = f"{int(time.time() if now is None else now) + seconds}:{user}"
    return {"urls": urls, "username": username, "credential": password(username, secret)}


def password(username: str, secret: str) -> str:
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
