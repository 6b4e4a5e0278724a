"""A room that somebody opened for others: who may come in, how many, and what happens inside."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from processors.visibility import Visitor, is_guest

# 128 bits: nobody guesses the address of a private room.
SLUG_BYTES = 16
TITLE_CHARACTERS = 60
SLUG_CHARACTERS = 40
# Addresses below /r/ that are pages of their own.
RESERVED_SLUGS = frozenset({"new", "join", "mine"})
# Pictures a second that the one picture of all may have; more cost more.
MIX_RATES = (5, 10, 15, 30)


def unguessable_slug() -> str:
    return secrets.token_urlsafe(SLUG_BYTES)


class RoomQuerySet(models.QuerySet["Room"]):
    def listed_for(self, user: Visitor) -> "RoomQuerySet":
        """What stands in this visitor's lobby: open to everybody there, or to them by name."""
        if is_guest(user):
            everyone = self.filter(access=Room.Access.EVERYONE) if settings.GUESTS_ALLOWED else self.none()
            return everyone.filter(is_open=True)
        shared = Q(is_open=True) & ~Q(access=Room.Access.INVITED)
        personal = Q(members__user=user, is_open=True) | Q(owner=user)
        return self.filter(shared | personal).distinct()


class Room(models.Model):
    class Access(models.TextChoices):
        INVITED = "invited", _("People with an invitation")
        MEMBERS = "members", _("Everybody with an account")
        EVERYONE = "everyone", _("Everybody, also guests")

    class MixSize(models.TextChoices):
        """Width and height; both even, as encoders want them."""

        SMALL = "640x360", _("small (640 × 360)")
        MEDIUM = "960x540", _("medium (960 × 540)")
        LARGE = "1280x720", _("large (1280 × 720)")

    title = models.CharField(_("title"), max_length=TITLE_CHARACTERS)
    slug = models.SlugField(_("address"), max_length=SLUG_CHARACTERS, unique=True, blank=True)
    # Whether we made the slug; a private room has no other.
    slug_is_random = models.BooleanField(default=False, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="rooms"
    )
    access = models.CharField(
        _("who may come in"), max_length=10, choices=Access.choices, default=Access.INVITED
    )
    participant_limit = models.PositiveSmallIntegerField(
        _("seats"), help_text=_("How many people can be in the room at once.")
    )
    is_open = models.BooleanField(
        _("open"), default=True, help_text=_("Into a closed room nobody comes; who is inside may stay.")
    )
    is_locked = models.BooleanField(
        _("locked"), default=False, help_text=_("Nobody else comes in until the owner unlocks it.")
    )
    closes_when_empty = models.BooleanField(
        _("closes when empty"),
        default=False,
        help_text=_("For a single meeting: it closes a while after the last person left."),
    )
    processors = models.ManyToManyField(
        "processors.Processor",
        verbose_name=_("processors to choose from"),
        blank=True,
        related_name="+",
        help_text=_("None chosen: everybody may wear whatever they may use on this site."),
    )
    room_processor = models.ForeignKey(
        "processors.Processor",
        verbose_name=_("processor for all"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Works on everybody’s picture or sound; each person can refuse it."),
    )
    mix = models.BooleanField(
        _("one picture for all"),
        default=False,
        help_text=_("The server composes one picture of everybody, for weak devices."),
    )
    mix_size = models.CharField(
        _("size of the one picture"),
        max_length=10,
        choices=MixSize.choices,
        default=MixSize.MEDIUM,
        help_text=_("Recordings of the room have it too."),
    )
    mix_fps = models.PositiveSmallIntegerField(
        _("its pictures a second"),
        choices=[(rate, str(rate)) for rate in MIX_RATES],
        default=15,
        help_text=_("More show movements better, and cost the server more."),
    )
    audio_only_default = models.BooleanField(
        _("begin with sound only"), default=False, help_text=_("People can turn their camera on inside.")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    # When it was opened, or opened again: visits before do not count.
    opened_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **options: object) -> None:
        if not self.slug or (self.is_private and not self.slug_is_random):
            self.slug, self.slug_is_random = unguessable_slug(), True
        super().save(*args, **options)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("room", args=[self.slug])

    def clean(self) -> None:
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("This address is taken. Choose another one.")})
        if (
            self.participant_limit is not None
            and not 1 <= self.participant_limit <= settings.ROOM_PARTICIPANT_LIMIT
        ):
            text = _("A room of this site has 1 to %(most)s seats.")
            raise ValidationError({"participant_limit": text % {"most": settings.ROOM_PARTICIPANT_LIMIT}})

    @property
    def mix_for_worker(self) -> dict[str, bool | int]:
        width, height = self.mix_size.split("x")
        return {"allowed": self.mix, "width": int(width), "height": int(height), "fps": self.mix_fps}

    @property
    def live_id(self) -> str:
        """What workers and the registry call it; an address may change while people are inside."""
        return f"room-{self.pk}"

    @property
    def is_private(self) -> bool:
        return self.access == self.Access.INVITED

    @property
    def is_over(self) -> bool:
        """A closed room, or one for a single meeting that has been empty for long enough."""
        if not self.is_open:
            return True
        since = self.empty_since if self.closes_when_empty else None
        patience = timedelta(seconds=settings.ROOM_EMPTY_TIMEOUT_SECONDS)
        return since is not None and since + patience < timezone.now()

    @property
    def empty_since(self) -> datetime | None:
        """None while somebody is inside, or nobody has come yet; the history knows, for as long as it is kept."""
        visits = self.visits.filter(started__gte=self.opened_at)
        if visits.running().exists():
            return None
        last = visits.order_by("-ended").values_list("ended", flat=True).first()
        forgotten = self.opened_at + timedelta(days=settings.SESSION_HISTORY_DAYS)
        return last or (forgotten if forgotten < timezone.now() else None)

    def open_again(self) -> None:
        self.is_open, self.opened_at = True, timezone.now()
