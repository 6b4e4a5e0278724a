"""Everything this site knows about one person: to hand out, and to forget.

Both walk the foreign keys that point to the user, so that a model added later is in the export without anybody
thinking of it, and a test fails if its rows would outlive the account with a name in them.
"""

import base64
from collections.abc import Iterator
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as BrowserSession
from django.db import models, transaction
from django.utils import timezone

from .invitation import Invitation
from .user import User

# Secrets of the account: of no use to its owner, of much use to whoever finds the file.
NOT_EXPORTED = {
    "accounts.User": {"password"},
    "mfa.Authenticator": {"data"},
    "socialaccount.SocialToken": {"token", "token_secret"},
    "rooms.Session": {"token_hash"},
}


def export(user: User) -> dict[str, Any]:
    return {
        "exported_at": timezone.now().isoformat(),
        "account": row(user),
        "groups": [group.name for group in user.groups.all()],
        **{model._meta.label: [row(item) for item in rows] for model, rows in related_rows(user) if rows},
    }


@transaction.atomic
def erase(user: User) -> None:
    """Forget the person; rows that only count something stay, without a name."""
    sign_out_everywhere(user)
    forget_mentions(user)
    user.delete()


def related_rows(user: User) -> Iterator[tuple[type[models.Model], list[models.Model]]]:
    for relation in relations_to_user():
        model: Any = relation.related_model
        yield model, list(model._base_manager.filter(**{relation.field.name: user}))


def relations_to_user() -> Iterator[Any]:
    """The foreign keys of other models that point to a user."""
    for field in User._meta.get_fields(include_hidden=True):
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one):
            yield field


def row(item: models.Model) -> dict[str, Any]:
    hidden = NOT_EXPORTED.get(item._meta.label, set())
    return {
        field.name: plain(field.value_from_object(item))
        for field in item._meta.concrete_fields
        if field.name not in hidden
    }


def plain(value: Any) -> Any:
    """JSON knows numbers, texts, lists and objects; the rest is written as text."""
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def sign_out_everywhere(user: User) -> None:
    """Browser sessions name their user only inside their encoded data, so look into each."""
    for session in BrowserSession.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def forget_mentions(user: User) -> None:
    """Texts that name the person in rows that belong to others."""
    if user.email:
        Invitation.objects.filter(email__iexact=user.email).update(email="")
    content_type = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=content_type, object_id=str(user.pk)).delete()
