"""Recordings of rooms: a row for each file that is whole. Media workers write them: ``workers.recording_file``.

File first, row after: what a worker has finished is noted by ``collect``, so that no row is without a file and a crash
of either side loses nothing.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workers.recording_options import FACTS, FINISHED, UNFINISHED, read_facts

from .room import TITLE_CHARACTERS, Room

NAME_CHARACTERS = 64
# A file that nobody notes may be in the making for so long.
STRAY_SECONDS = 3600.0


class RecordingQuerySet(models.QuerySet["Recording"]):
    def past_retention(self) -> "RecordingQuerySet":
        return self.filter(started__lt=timezone.now() - timedelta(days=settings.RECORDING_RETENTION_DAYS))


class Recording(models.Model):
    """Belongs to who was the room's owner then; nobody else may see it."""

    room = models.ForeignKey(
        Room, verbose_name=_("room"), on_delete=models.SET_NULL, null=True, related_name="recordings"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="recordings"
    )
    # What the room was called; the room may be gone.
    title = models.CharField(_("title"), max_length=TITLE_CHARACTERS)
    started = models.DateTimeField(_("started"), db_index=True)
    seconds = models.FloatField(_("seconds"))
    bytes = models.PositiveBigIntegerField(_("bytes"))
    file = models.CharField(_("file"), max_length=NAME_CHARACTERS, unique=True, editable=False)

    objects = RecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ("-started",)

    def __str__(self) -> str:
        return f"{self.title} {self.started:%Y-%m-%d %H:%M}"

    @property
    def path(self) -> Path:
        return settings.RECORDINGS_DIR / f"{self.file}{FINISHED}"

    @property
    def expires(self) -> datetime:
        return self.started + timedelta(days=settings.RECORDING_RETENTION_DAYS)

    @property
    def length(self) -> str:
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{minutes}:{seconds:02}"

    @property
    def download_name(self) -> str:
        return f"{timezone.localtime(self.started):%Y-%m-%d-%H%M}.webm"


@receiver(post_delete, sender=Recording)
def delete_file(instance: Recording, **_: Any) -> None:
    """However a row goes (by its owner, the admin, retention, with the account), its file goes along."""
    instance.path.unlink(missing_ok=True)
    instance.path.with_suffix(FACTS).unlink(missing_ok=True)


def collect() -> None:
    """Note what workers have finished."""
    for facts in settings.RECORDINGS_DIR.glob(f"*{FACTS}"):
        if facts.with_suffix(FINISHED).exists():
            note(facts)


def note(facts: Path) -> None:
    about = read_facts(facts)
    if not about:
        return  # another process was quicker
    owner = get_user_model().objects.filter(pk=int(about["owner"])).first()
    if owner is None:
        # The account was deleted while its recording ended.
        facts.with_suffix(FINISHED).unlink(missing_ok=True)
        facts.unlink(missing_ok=True)
        return
    Recording.objects.get_or_create(
        file=facts.stem,
        defaults={
            "owner": owner,
            "room": Room.objects.filter(pk=int(about["room"])).first(),
            "title": str(about.get("title", ""))[:TITLE_CHARACTERS],
            "started": datetime.fromtimestamp(float(about["started"]), UTC),
            "seconds": float(about["seconds"]),
            "bytes": int(about["bytes"]),
        },
    )
    facts.unlink(missing_ok=True)


def forget_old() -> None:
    """Delete what is past retention, rows without a file, and files that nobody will note any more."""
    collect()
    for recording in Recording.objects.past_retention():
        recording.delete()
    for recording in Recording.objects.all():
        if not recording.path.exists():
            recording.delete()
    known = set(Recording.objects.values_list("file", flat=True))
    for path in settings.RECORDINGS_DIR.glob("*"):
        if path.stem not in known and not is_unfinished(path) and age_seconds(path) > STRAY_SECONDS:
            path.unlink(missing_ok=True)


def is_unfinished(path: Path) -> bool:
    """Whether a worker writes it, or will make it whole at its next start; not for ever."""
    unfinished = path.with_suffix(UNFINISHED)
    patience = settings.RECORDING_RETENTION_DAYS * 24 * 3600
    return unfinished.exists() and age_seconds(unfinished) < patience


def age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def is_recorded(room: Room) -> bool:
    """Whether a recording of this room is open just now, also while it pauses."""
    return any(
        read_facts(unfinished.with_suffix(FACTS)).get("room") == room.pk
        for unfinished in settings.RECORDINGS_DIR.glob(f"*{UNFINISHED}")
    )
