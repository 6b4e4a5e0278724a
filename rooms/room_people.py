"""Who belongs to a room, and who was sent out of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RoomMember(models.Model):
    """An account that may come without an invitation: it came with one before."""

    room = models.ForeignKey(
        "rooms.Room", verbose_name=_("room"), on_delete=models.CASCADE, related_name="members"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="room_memberships",
    )
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("member of a room")
        verbose_name_plural = _("members of rooms")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("room", "user"), name="one_membership_per_room"),)

    def __str__(self) -> str:
        return f"{self.user} · {self.room}"


class RoomRemoval(models.Model):
    """Somebody was sent out. They stay out until the owner lets them back: then this row is deleted."""

    room = models.ForeignKey(
        "rooms.Room", verbose_name=_("room"), on_delete=models.CASCADE, related_name="removals"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        null=True,
        related_name="room_removals",
    )
    # A guest's browser, as in the history; empty for an account.
    guest = models.CharField(_("guest"), max_length=64, blank=True)
    # A guest who comes with a new cookie comes with the same link.
    invitation = models.ForeignKey(
        "rooms.RoomInvitation",
        verbose_name=_("invitation"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="removals",
    )
    # What the owner saw, to tell later whom to let back.
    name = models.CharField(_("name"), max_length=60)
    removed_at = models.DateTimeField(_("removed"), auto_now_add=True)

    class Meta:
        verbose_name = _("removal from a room")
        verbose_name_plural = _("removals from rooms")
        ordering = ("-removed_at",)

    def __str__(self) -> str:
        return f"{self.name} · {self.room}"
