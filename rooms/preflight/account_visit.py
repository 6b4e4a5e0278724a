"""Where guests are sent away, the check visits as an account: signed in while it runs, and not a moment longer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.module_loading import import_string

from accounts.user import User

# The sign-in ends by itself if the command is killed.
SIGNED_IN_SECONDS = 3600


def account(name: str = "") -> User | None:
    """The one of that name, or an owner of the site; nobody who must choose a new password first."""
    able = User.objects.filter(is_active=True, must_change_password=False)
    return (able.filter(username=name) if name else able.filter(is_superuser=True)).order_by("pk").first()


@contextmanager
def signed_in(user: User) -> Iterator[str]:
    """Give the cookie of a session that is deleted at the end."""
    session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(SIGNED_IN_SECONDS)
    session.create()
    try:
        yield f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    finally:
        session.delete()
