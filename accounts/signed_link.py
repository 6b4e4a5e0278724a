"""A link that lets people in: signed, so that nobody can guess one; it expires, and can be revoked."""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self, TypeVar

from django.core import signing
from django.db import models
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Link = TypeVar("Link", bound="SignedLink", covariant=True)


class SignedLinkQuerySet(models.QuerySet[Link]):
    def usable(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def from_token(self, token: str) -> Link | None:
        """Return the row that ``token`` was signed for, usable or not."""
        try:
            return self.filter(pk=signer_of(self.model).unsign(token)).first()
        except signing.BadSignature:
            return None


class SignedLink(models.Model):
    """A kind of link adds its salt, how long it lasts, and what it is for."""

    # Keeps the tokens of one kind from being taken for another's.
    salt: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    expires_at: "models.DateTimeField[str | datetime | date | Combinable, datetime]"
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ("-created_at",)

    @property
    def token(self) -> str:
        return signer_of(type(self)).sign(str(self.pk))

    @property
    def is_used_up(self) -> bool:
        return False

    @property
    def state(self) -> str:
        """One of usable, revoked, used, expired: the reason a visitor is told."""
        if self.revoked_at:
            return "revoked"
        if self.is_used_up:
            return "used"
        return "expired" if self.expires_at <= timezone.now() else "usable"

    def revoke(self) -> None:
        self.revoked_at = self.revoked_at or timezone.now()
        self.save(update_fields=["revoked_at"])


def signer_of(kind: type[SignedLink]) -> signing.Signer:
    return signing.Signer(salt=kind.salt)
