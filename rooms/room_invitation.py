"""A link that lets people into one room: signed, expiring, revocable."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SALT = "rooms.invitation"


def next_expiry() -> datetime:
    return timezone.now() + timedelta(days=settings.ROOM_INVITATION_DAYS)


class RoomInvitationQuerySet(models.QuerySet["RoomInvitation"]):
    def usable(self) -> "RoomInvitationQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def from_token(self, token: str) -> "RoomInvitation | None":
        """Return the invitation that ``token`` was signed for, usable or not."""
        try:
            key = signing.Signer(salt=SALT).unsign(token)
        except signing.BadSignature:
            return None
        return self.filter(pk=key).select_related("room").first()


class RoomInvitation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.ForeignKey(
        "rooms.Room", verbose_name=_("room"), on_delete=models.CASCADE, related_name="invitations"
    )
    note = models.CharField(
        _("note"), max_length=80, blank=True, help_text=_("Whom it is for; only you see it.")
    )
    expires_at = models.DateTimeField(_("expires"), default=next_expiry)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="room_invitations",
    )

    objects = RoomInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a room")
        verbose_name_plural = _("invitations to rooms")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.note or str(self.pk)[:8]

    def get_absolute_url(self) -> str:
        return reverse("room_invitation", args=[self.token])

    @property
    def token(self) -> str:
        return signing.Signer(salt=SALT).sign(str(self.pk))

    @property
    def state(self) -> str:
        """One of usable, revoked, expired: the reason a visitor is told."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= timezone.now() else "usable"

    def revoke(self) -> None:
        self.revoked_at = self.revoked_at or timezone.now()
        self.save(update_fields=["revoked_at"])
