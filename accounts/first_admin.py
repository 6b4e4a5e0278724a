"""The first account of a new site."""

import secrets

from .user import User

FIRST_NAME = "admin"
PASSWORD_BYTES = 12


def ensure_admin() -> tuple[str, str] | None:
    """Make an admin where there is none; return the name and the one-time password to print, once."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user = User.objects.create_superuser(free_name(), password=password, must_change_password=True)
    return user.username, password


def free_name() -> str:
    """An ordinary member may have taken the obvious name."""
    taken = User.objects.filter(username=FIRST_NAME).exists()
    return f"{FIRST_NAME}-{secrets.token_hex(3)}" if taken else FIRST_NAME
