"""The only door for new accounts: a signed link that expires, wears out and can be revoked."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SALT = "accounts.invitation"


def next_expiry() -> datetime:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> "InvitationQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), uses__lt=F("max_uses"))

    def from_token(self, token: str) -> "Invitation | None":
        """Return the invitation that ``token`` was signed for, usable or not."""
        try:
            return self.filter(pk=signing.Signer(salt=SALT).unsign(token)).first()
        except signing.BadSignature:
            return None


class Invitation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("Only this address can sign up. Empty: whoever has the link.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("Only staff see it."))
    groups = models.ManyToManyField(Group, verbose_name=_("groups to join"), blank=True)
    max_uses = models.PositiveIntegerField(_("can be used"), default=1, help_text=_("How many accounts."))
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    expires_at = models.DateTimeField(_("expires"), default=next_expiry)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="invitations",
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(uses__lte=F("max_uses")), name="invitation_not_used_too_often"
            ),
        )

    def __str__(self) -> str:
        return self.email or self.note or str(self.pk)[:8]

    def get_absolute_url(self) -> str:
        return reverse("invitation", args=[self.token])

    def clean(self) -> None:
        if self.max_uses is not None and self.max_uses < self.uses:
            text = _("It was used %(count)s times already; revoke it to end it.") % {"count": self.uses}
            raise ValidationError({"max_uses": text})

    @property
    def token(self) -> str:
        return signing.Signer(salt=SALT).sign(str(self.pk))

    @property
    def state(self) -> str:
        """One of usable, revoked, used, expired: the reason a visitor is told."""
        if self.revoked_at:
            return "revoked"
        if self.uses >= self.max_uses:
            return "used"
        return "expired" if self.expires_at <= timezone.now() else "usable"

    def claim(self) -> bool:
        """Take one use; of two people who click at once only as many get in as the invitation allows."""
        return bool(Invitation.objects.usable().filter(pk=self.pk).update(uses=F("uses") + 1))

    def revoke(self) -> None:
        self.revoked_at = self.revoked_at or timezone.now()
        self.save(update_fields=["revoked_at"])
