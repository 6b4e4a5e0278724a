"""A link that lets people in: signed, so that nobody can guess one; it expires, and can be revoked."""

import uuid
from datetime import date, datetime
from typing import ClassVar, Self

from django.core import signing
from django.db import models
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def not_over() -> models.Q:
    return models.Q(revoked_at=None, expires_at__gt=timezone.now())


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

    @classmethod
    def from_token(cls, token: str) -> Self | None:
        """Return the row that ``token`` was signed for, usable or not."""
        try:
            return cls._default_manager.filter(pk=cls._signer().unsign(token)).first()
        except signing.BadSignature:
            return None

    @property
    def token(self) -> str:
        return self._signer().sign(str(self.pk))

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

    @classmethod
    def _signer(cls) -> signing.Signer:
        return signing.Signer(salt=cls.salt)
