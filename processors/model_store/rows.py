"""What the database knows of model files: what was sent, what the check found, and what was tried."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from . import refusals


class ModelUpload(models.Model):
    """A file that is still arriving, slice by slice. It may be continued after the page was closed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    # What the browser knows of the file before it is read, to know it again.
    fingerprint = models.CharField(max_length=300)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = (
            models.UniqueConstraint(fields=("user", "fingerprint"), name="one_upload_of_a_file_per_user"),
        )

    def __str__(self) -> str:
        return self.name


class ModelFile(models.Model):
    """A model file, known by its SHA-256. A refused one has no file any more, only the reason."""

    class State(models.TextChoices):
        QUARANTINED = "quarantined", _("Waiting to be checked")
        CHECKING = "checking", _("Being checked")
        REFUSED = "refused", _("Refused")
        READY = "ready", _("Ready")

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size"))
    name = models.CharField(_("name"), max_length=200)
    # Set for a model from the list of known models.
    known = models.CharField(_("known model"), max_length=80, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.QUARANTINED)
    # What the check is at, while it runs.
    phase = models.CharField(max_length=40, blank=True)
    # Why it was refused: {"code": …, "values": {…}}; refusals.py has the words.
    refusal = models.JSONField(default=dict, blank=True)
    # inputs, outputs, opset, operators, author, metadata
    facts = models.JSONField(default=dict, blank=True)
    # [{"spec": …, "confidence": …, "reason": …}], the likeliest first
    proposals = models.JSONField(default=list, blank=True)
    # load_ms, frame_ms, memory_bytes of the model alone
    measured = models.JSONField(default=dict, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    uploaded = models.DateTimeField(_("uploaded"), auto_now_add=True)
    # The last sign of life of the check; a silent one is begun anew.
    touched = models.DateTimeField(auto_now=True)

    # Neither ready nor refused yet.
    UNDER_WAY = (State.QUARANTINED, State.CHECKING)

    class Meta:
        verbose_name = _("model file")
        verbose_name_plural = _("model files")
        ordering = ("-uploaded", "-pk")

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def reason(self) -> str:
        """Why it was refused, in the language of the request at hand."""
        return refusals.sentence(self.refusal) if self.refusal else ""

    def entry(self, name: str, title: str, spec: dict[str, Any]) -> dict[str, Any]:
        """What stands in the configuration of a processor that runs this file."""
        return {"name": name, "title": title, "sha256": self.sha256, "spec": spec}


class ModelTrial(models.Model):
    """A model tried with one description of it: the picture that came out, and what it took."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    file = models.ForeignKey(ModelFile, on_delete=models.CASCADE, related_name="trials")
    # What was tried: the hash of class, configuration and sample, and these three.
    fingerprint = models.CharField(max_length=64)
    key = models.CharField(max_length=80)
    configuration = models.JSONField(default=dict)
    sample = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # frame_ms, fps, memory_bytes, picture (JPEG, base64), data; or error
    report = models.JSONField(default=dict)
    touched = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        constraints = (
            models.UniqueConstraint(fields=("file", "fingerprint"), name="one_trial_of_a_description"),
        )

    def __str__(self) -> str:
        return f"{self.file}, {self.key}"


class ProcessorVersion(models.Model):
    """What a processor was at one time, to go back to."""

    processor = models.ForeignKey("processors.Processor", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    configuration = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    constraints = models.JSONField(default=dict)
    # Whether visitors could use it: then its models have held their pace, and need not be measured for the way back.
    was_offered = models.BooleanField(default=False)
    created = models.DateTimeField(_("from"), auto_now_add=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=("processor", "number"), name="one_row_per_version_of_a_processor"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} {self.number}"
