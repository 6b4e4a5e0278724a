"""Whoever is signed out, disabled or gets a new password loses the open websockets at once."""

import logging
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from .user import User

logger = logging.getLogger(__name__)

SIGNED_OUT = "account.signed_out"


def close_sockets(user_id: int, session: str = "") -> None:
    """Tell every websocket of this user to close; with ``session`` only those of that browser session."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(user_group(user_id), {"type": SIGNED_OUT, "session": session})
    except Exception:
        # Redis is away. Nobody may be kept signed in by that; sockets ask for every right anew anyway.
        logger.warning("The websockets of a user could not be told to close", exc_info=True)


def user_group(user_id: int) -> str:
    """The channel group that all websockets of one user join."""
    return f"user.{user_id}"


def session_mark(session_key: str | None) -> str:
    """Name a browser session to a websocket without handing out its key."""
    return salted_hmac("accounts.session_mark", session_key or "").hexdigest()[:32]


@receiver(user_logged_out)
def close_after_sign_out(request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is not None and request is not None:
        close_sockets(user.pk, session_mark(request.session.session_key))


@receiver(pre_save, sender=User)
def remember_what_mattered(instance: User, **_: Any) -> None:
    before = User.objects.filter(pk=instance.pk).values_list("is_active", "password").first()
    instance.sign_in_changed = before is not None and access_shrank(before, instance)  # type: ignore[attr-defined]


@receiver(post_save, sender=User)
def close_after_change(instance: User, **_: Any) -> None:
    if instance.sign_in_changed:  # type: ignore[attr-defined]
        transaction.on_commit(lambda: close_sockets(instance.pk))


@receiver(post_delete, sender=User)
def close_after_delete(instance: User, **_: Any) -> None:
    user_id = instance.pk
    transaction.on_commit(lambda: close_sockets(user_id))


@receiver([password_changed, password_reset, password_set])
def forget_one_time_password(user: User, **_: Any) -> None:
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    user.must_change_password = False


def access_shrank(before: tuple[bool, str], user: User) -> bool:
    was_active, password = before
    return (was_active and not user.is_active) or password != user.password
