"""Inference servers as admins list them."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from . import sealing
from .limits import LONGEST_DEADLINE_SECONDS, SHORTEST_DEADLINE_SECONDS


class InferenceServer(models.Model):
    """A server that speaks the Open Inference Protocol; processors name it in their configuration."""

    name = models.SlugField(
        _("name"), max_length=60, unique=True, help_text=_("What processors call it; visitors may read it.")
    )
    url = models.CharField(
        _("address"),
        max_length=500,
        help_text=_(
            "Such as grpcs://models.example.org:8001. grpc and grpcs are fast; http and https are slow."
        ),
    )
    deadline_seconds = models.FloatField(
        _("deadline in seconds"),
        null=True,
        blank=True,
        validators=[
            MinValueValidator(SHORTEST_DEADLINE_SECONDS),
            MaxValueValidator(LONGEST_DEADLINE_SECONDS),
        ],
        help_text=_("A frame without an answer by then is left out. Empty: as the site's settings say."),
    )
    sealed_token = models.TextField(blank=True, editable=False)
    ca = models.TextField(
        _("certificate authority"),
        blank=True,
        help_text=_("As PEM, if the server's certificate is signed by an authority of your own."),
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("inference server")
        verbose_name_plural = _("inference servers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def set_token(self, token: str) -> None:
        self.sealed_token = sealing.sealed(token)

    def connection(self) -> dict[str, Any]:
        """What travels to a worker; the token stays sealed."""
        return {
            "name": self.name,
            "url": self.url,
            "deadline_seconds": self.deadline_seconds,
            "sealed_token": self.sealed_token,
            "ca": self.ca,
        }
