"""The history: one row for each session, written when it starts and when it ends, never in between."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .connection_report import ConnectionReport
from .recording import Recording
from .room import Room
from .room_invitation import RoomInvitation
from .room_people import RoomMember, RoomRemoval

__all__ = [
    "ConnectionReport",
    "Recording",
    "Room",
    "RoomInvitation",
    "RoomMember",
    "RoomRemoval",
    "Session",
    "SessionQuerySet",
]


class SessionQuerySet(models.QuerySet["Session"]):
    def running(self) -> "SessionQuerySet":
        return self.filter(ended=None)

    def past_retention(self) -> "SessionQuerySet":
        return self.filter(ended__lt=timezone.now() - timedelta(days=settings.SESSION_HISTORY_DAYS))

    def end(self, reason: str) -> int:
        """Write the end where none is written yet; who comes second changes nothing."""
        return self.running().update(ended=timezone.now(), reason=reason)


class Session(models.Model):
    """One visit of one person to one processor. Neither pictures nor addresses of the visitor are kept."""

    class Reason(models.TextChoices):
        VISITOR = "visitor", _("Stopped by the visitor")
        LEFT = "left", _("The visitor left")
        IDLE = "idle", _("Nothing was sent any more")
        SIGNED_OUT = "signed_out", _("Signed out")
        HOST = "host", _("Ended by the host")
        FAILED = "failed", _("The connection failed")
        LOST = "lost", _("The server that held it was lost")
        RESTART = "restart", _("The server was restarted")
        OTHER_TAB = "other_tab", _("Moved to another tab")
        REMOVED = "removed", _("Removed from the room by its owner")
        ROOM_ENDED = "room_ended", _("The owner ended the meeting")

    # Ends that were not the visitor's wish: the page may resume for a while.
    RESUMABLE = (Reason.LOST, Reason.RESTART, Reason.FAILED, Reason.LEFT)

    id = models.CharField(primary_key=True, max_length=40)
    # SHA-256 of the token that resumes the session; the token itself only the page has.
    token_hash = models.CharField(max_length=64, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="media_sessions",
    )
    guest = models.CharField(_("guest"), max_length=64, blank=True)
    # None for a studio, and for a room that nobody wrote down.
    room = models.ForeignKey(
        Room, verbose_name=_("room"), on_delete=models.SET_NULL, null=True, related_name="visits"
    )
    invitation = models.ForeignKey(
        RoomInvitation, on_delete=models.SET_NULL, null=True, related_name="visits", editable=False
    )
    # Empty in a room while nothing is worn.
    processor_slug = models.CharField(_("processor"), max_length=80, blank=True)
    processor_version = models.PositiveIntegerField(_("version"))
    worker = models.CharField(_("media worker"), max_length=80)
    started = models.DateTimeField(_("started"), default=timezone.now)
    ended = models.DateTimeField(_("ended"), null=True, db_index=True)
    reason = models.CharField(_("reason"), max_length=20, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("-started",)

    def __str__(self) -> str:
        return f"{self.processor_slug} {self.started:%Y-%m-%d %H:%M}"

    @property
    def is_resumable(self) -> bool:
        if self.ended is None:
            return True
        window = timedelta(seconds=settings.RESUME_WINDOW_SECONDS)
        return self.reason in self.RESUMABLE and self.ended > timezone.now() - window
