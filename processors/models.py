"""The catalogue as admins edit it and visitors see it: one row per processor on offer."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import catalogue, page_manifest, tags
from .model_store import gate, versions
from .model_store.rows import ModelFile, ModelTrial, ModelUpload, ProcessorVersion
from .querysets import ProcessorQuerySet
from .remote import servers
from .remote.rows import InferenceServer
from .visibility import FOR_VISITORS, Visibility

__all__ = [
    "InferenceServer",
    "ModelFile",
    "ModelTrial",
    "ModelUpload",
    "ParameterFile",
    "Processor",
    "ProcessorVersion",
]


class Processor(models.Model):
    """Not the class in code and not a running instance: what is offered, to whom, with which defaults."""

    class State(models.TextChoices):
        PUBLISHED = "published", _("On offer")
        RETIRED = "retired", _("Retired")

    # A session that runs, or a worker that holds the loaded class, must notice a change of these.
    SESSION_FIELDS = ("key", "configuration", "parameters", "constraints", "title")

    title = models.CharField(_("title"), max_length=80)
    slug = models.SlugField(
        _("address"), max_length=80, unique=True, help_text=_("The last part of its address.")
    )
    description = models.CharField(_("description"), max_length=240, blank=True, help_text=_("One sentence."))
    thumbnail = models.ImageField(_("picture"), upload_to="thumbnails", blank=True)
    tags = models.CharField(_("tags"), max_length=240, blank=True, help_text=_("Words between commas."))
    key = models.CharField(_("class"), max_length=80)
    configuration = models.JSONField(_("configuration"), default=dict, blank=True)
    parameters = models.JSONField(_("default parameters"), default=dict, blank=True)
    constraints = models.JSONField(_("camera and microphone"), default=dict, blank=True)
    visibility = models.CharField(
        _("visible to"),
        max_length=10,
        choices=Visibility.choices,
        default=Visibility.DRAFT,
        help_text=_(
            "Draft: staff, by its address. Members: all who are signed in. Everyone: guests as well."
        ),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PUBLISHED, editable=False
    )
    session_limit = models.PositiveIntegerField(
        _("session limit"),
        default=0,
        help_text=_("How many may use it at once; 0 means no limit of its own."),
    )
    order = models.PositiveIntegerField(_("order"), default=1000, help_text=_("Small numbers come first."))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    # Which built-in made this row; kept when an admin renames it, so that the sync makes no second one.
    seed = models.CharField(max_length=80, unique=True, null=True, editable=False)  # noqa: DJ001 (unique)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("changed"), auto_now=True)

    # Whether the last save of this instance exchanged the class, and with it the parameters.
    class_changed = False

    objects = ProcessorQuerySet.as_manager()

    class Meta:
        verbose_name = _("processor")
        verbose_name_plural = _("processors")
        ordering = ("order", "title", "pk")

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **options: Any) -> None:
        self.tags = tags.joined(self.tags)
        if self.pk:
            self._count_version()
        super().save(*args, **options)
        versions.remember(self)

    def get_absolute_url(self) -> str:
        return reverse("processor", args=[self.slug])

    def clean(self) -> None:
        if (
            self.visibility in FOR_VISITORS
            and self._reaches_visitors_anew()
            and (problem := gate.hindrance(self))
        ):
            raise ValidationError({"visibility": problem})

    @property
    def thumbnail_url(self) -> str:
        """The picture an admin uploaded, or nothing; its address changes with it, so it may be cached."""
        if not self.thumbnail:
            return ""
        return f"{reverse('processor-thumbnail', args=[self.slug])}?v={int(self.updated.timestamp())}"

    @property
    def still_url(self) -> str:
        """What a card shows: the uploaded picture, else one made by the processor itself."""
        return self.thumbnail_url or f"{reverse('still', args=[self.slug])}?v={self.version}"

    @property
    def tag_list(self) -> list[str]:
        return tags.split(self.tags)

    @property
    def is_draft(self) -> bool:
        return self.visibility == Visibility.DRAFT

    @property
    def is_retired(self) -> bool:
        return self.state == self.State.RETIRED

    @property
    def may_meet_visitors(self) -> bool:
        """Code from other packages runs in a process of its own; that must be kept apart well enough here."""
        return catalogue.is_our_own(self.key) or not gate.weak_isolation()

    def publish(self) -> None:
        """Back on offer; a draft opens for as many as it may, anything else keeps its visibility."""
        self.state = self.State.PUBLISHED
        if self.is_draft:
            self.visibility = Visibility.STAFF if gate.hindrance(self) else Visibility.EVERYONE
        self.save()

    def retire(self) -> None:
        """No new sessions; sessions that run go on, and the row stays for the history."""
        self.state = self.State.RETIRED
        self.save()

    def spec(self) -> dict[str, Any]:
        """What a media worker needs to run this row; it looks nothing up by itself."""
        return {
            "slug": self.slug,
            "key": self.key,
            "version": self.version,
            "configuration": servers.with_connections(self.configuration),
            "title": self.title,
            "needs_strong_isolation": gate.needs_strong_isolation(self),
        }

    def manifest(self) -> dict[str, Any]:
        """What the page needs to show this row, in the language of the request at hand."""
        return page_manifest.page_manifest(self)

    def _reaches_visitors_anew(self) -> bool:
        """Another title needs no proof that the model still holds its pace."""
        stored = type(self).objects.filter(pk=self.pk, visibility__in=FOR_VISITORS).first()
        return stored is None or (stored.key, stored.configuration) != (self.key, self.configuration)

    def _count_version(self) -> None:
        stored = (
            type(self)
            .objects.filter(pk=self.pk)
            .values("version", "visibility", *self.SESSION_FIELDS)
            .first()
        )
        changed = [name for name in self.SESSION_FIELDS if stored and stored[name] != getattr(self, name)]
        if stored and changed:
            self.version = stored["version"] + 1
            versions.remember_stored(self, stored)
        self.class_changed = "key" in changed


class ParameterFile(models.Model):
    """A file a visitor chose for a parameter, or an admin as its default; small, and soon gone.

    The bytes live in the database: every web process, on whatever machine, must be able to hand them on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Exactly one of these three owns the file.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    # A guest's: the name in the cookie of his browser.
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    processor = models.ForeignKey(Processor, on_delete=models.CASCADE, null=True, related_name="files")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    data = models.BinaryField()
    created = models.DateTimeField(auto_now_add=True)
    # Empty for a default of a catalogue row, which lasts as long as the row.
    expires = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name = _("parameter file")
        verbose_name_plural = _("parameter files")

    def __str__(self) -> str:
        return self.name
