"""Who sees what: the one place that knows which visitors a processor is meant for."""

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

Visitor = AbstractBaseUser | AnonymousUser


class Visibility(TextChoices):
    DRAFT = "draft", _("Draft")
    STAFF = "staff", _("Staff")
    MEMBERS = "members", _("Members")
    EVERYONE = "everyone", _("Everyone")


FOR_VISITORS = frozenset({Visibility.MEMBERS, Visibility.EVERYONE})


def is_guest(user: Visitor) -> bool:
    """A disabled account is a guest: a socket may still carry its user after the admin disabled it."""
    return not (user.is_authenticated and user.is_active)


def is_staff(user: Visitor) -> bool:
    return not is_guest(user) and bool(getattr(user, "is_staff", False))


def shown_to(user: Visitor) -> set[str]:
    """The visibilities of what belongs in this visitor's gallery."""
    if is_guest(user):
        return {Visibility.EVERYONE} if settings.GUESTS_ALLOWED else set()
    if is_staff(user):
        return {Visibility.EVERYONE, Visibility.MEMBERS, Visibility.STAFF}
    return {Visibility.EVERYONE, Visibility.MEMBERS}


def open_to(user: Visitor) -> set[str]:
    """The visibilities this visitor may open: staff also try drafts before they publish them."""
    return shown_to(user) | {Visibility.DRAFT} if is_staff(user) else shown_to(user)
