"""Who is at the other end of a socket. Asked again before everything that needs a right."""

import secrets
from dataclasses import dataclass
from typing import Any

from channels.auth import get_user
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from accounts.signals import session_mark
from accounts.user import User
from processors import guest_cookie
from processors.files import Owner


@dataclass(frozen=True)
class Identity:
    account: User | None
    # The key of the browser session, empty for a guest who never signed in.
    session_key: str
    # Whose places are counted together: an account, a guest's browser, or this one socket.
    owner: str
    # The name in a guest's cookie, to which his files belong; empty without one.
    guest: str = ""

    @property
    def account_id(self) -> int | None:
        return self.account.pk if self.account else None

    @property
    def user(self) -> User | AnonymousUser:
        return self.account or AnonymousUser()

    @property
    def is_guest(self) -> bool:
        return self.account is None

    @property
    def name(self) -> str:
        return self.account.name if self.account else ""

    @property
    def file_owner(self) -> Owner:
        return Owner.of(self.user, self.guest)

    @property
    def mark(self) -> str:
        """Names the browser session in ``account.signed_out`` events."""
        return session_mark(self.session_key)


class IdentityReader:
    """Reads the identity behind one socket's cookie, from the database each time."""

    def __init__(self, scope: dict[str, Any]) -> None:
        self._session_key: str = scope["session"].session_key or ""
        self._guest = guest_cookie.read(scope.get("cookies", {}))
        self._anonymous_owner = f"socket:{secrets.token_hex(16)}"

    async def read(self) -> Identity:
        user = await get_user({"session": self._fresh_session()})
        if isinstance(user, User):
            return Identity(user, self._session_key, f"user:{user.pk}")
        return Identity(None, self._session_key, self._guest_owner(), self._guest)

    def _fresh_session(self) -> SessionBase:
        store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        session: SessionBase = store(self._session_key or None)
        return session

    def _guest_owner(self) -> str:
        return owner_of_guest(self._guest) if self._guest else self._anonymous_owner


def owner_of_guest(guest: str) -> str:
    """How registry and history name the browser of a guest; the cookie itself is written down nowhere."""
    return f"guest:{salted_hmac('rooms.guest', guest).hexdigest()[:32]}"
