"""A link that lets people into one room: signed, expiring, revocable."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.signed_link import SignedLink, not_over


def next_expiry() -> datetime:
    return timezone.now() + timedelta(days=settings.ROOM_INVITATION_DAYS)


class RoomInvitationQuerySet(models.QuerySet["RoomInvitation"]):
    def usable(self) -> "RoomInvitationQuerySet":
        return self.filter(not_over())

    def for_anybody(self) -> "RoomInvitationQuerySet":
        """Usable ones that also let guests in who were never there: a removed guest closes theirs for new guests."""
        return self.usable().exclude(
            pk__in=self.filter(removals__isnull=False, removals__user=None).values("pk")
        )


class RoomInvitation(SignedLink):
    salt = "rooms.invitation"

    room = models.ForeignKey(
        "rooms.Room", verbose_name=_("room"), on_delete=models.CASCADE, related_name="invitations"
    )
    note = models.CharField(
        _("note"), max_length=80, blank=True, help_text=_("Whom it is for; only you see it.")
    )
    expires_at = models.DateTimeField(_("expires"), default=next_expiry)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="room_invitations",
    )

    objects = RoomInvitationQuerySet.as_manager()

    class Meta(SignedLink.Meta):
        verbose_name = _("invitation to a room")
        verbose_name_plural = _("invitations to rooms")

    def __str__(self) -> str:
        return self.note or str(self.pk)[:8]

    def get_absolute_url(self) -> str:
        return reverse("room_invitation", args=[self.token])
