"""What a visitor's connection check found, kept for a while under a code that can be read out on the telephone."""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Without letters and digits that look alike: 0 and O, 1, I and L, U and V.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_CHARACTERS = 8
# More than hosts read in two weeks; the oldest go first.
MOST_REPORTS = 2000


class ConnectionReportQuerySet(models.QuerySet["ConnectionReport"]):
    def past_retention(self) -> "ConnectionReportQuerySet":
        return self.filter(created__lt=timezone.now() - timedelta(days=settings.CONNECTION_REPORT_DAYS))

    def keep(self, verdict: str, report: dict[str, Any]) -> "ConnectionReport":
        """Write one down under a code of its own."""
        kept = self.create(code=fresh_code(), verdict=verdict, report=report)
        too_old = self.order_by("-created").values_list("pk", flat=True)[MOST_REPORTS:]
        self.filter(pk__in=list(too_old)).delete()
        return kept


class ConnectionReport(models.Model):
    """Neither account nor address of the visitor is kept; who knows the code knows whose it is."""

    code = models.CharField(_("code"), max_length=CODE_CHARACTERS, unique=True)
    created = models.DateTimeField(_("sent"), default=timezone.now, db_index=True)
    verdict = models.CharField(_("verdict"), max_length=40)
    report = models.JSONField(_("report"))

    objects = ConnectionReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection report")
        verbose_name_plural = _("connection reports")
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.spoken_code

    @property
    def spoken_code(self) -> str:
        half = CODE_CHARACTERS // 2
        return f"{self.code[:half]}-{self.code[half:]}"


def fresh_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))


def plain_code(text: str) -> str:
    """As somebody types it: small letters, dashes and spaces do not matter."""
    return "".join(sign for sign in text.upper() if sign.isalnum())
