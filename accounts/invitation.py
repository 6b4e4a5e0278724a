"""The only door for new accounts: a signed link that expires, wears out and can be revoked."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .signed_link import SignedLink, not_over


def next_expiry() -> datetime:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> "InvitationQuerySet":
        return self.filter(not_over(), uses__lt=F("max_uses"))


class Invitation(SignedLink):
    salt = "accounts.invitation"

    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("Only this address can sign up. Empty: whoever has the link.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("Only staff see it."))
    groups = models.ManyToManyField(Group, verbose_name=_("groups to join"), blank=True)
    max_uses = models.PositiveIntegerField(_("can be used"), default=1, help_text=_("How many accounts."))
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    expires_at = models.DateTimeField(_("expires"), default=next_expiry)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="invitations",
    )

    objects = InvitationQuerySet.as_manager()

    class Meta(SignedLink.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            models.CheckConstraint(
                condition=Q(uses__lte=F("max_uses")), name="invitation_not_used_too_often"
            ),
        )

    def __str__(self) -> str:
        return self.email or self.note or str(self.pk)[:8]

    def get_absolute_url(self) -> str:
        return reverse("invitation", args=[self.token])

    def clean(self) -> None:
        if self.max_uses is not None and self.max_uses < self.uses:
            text = _("It was used %(count)s times already; revoke it to end it.") % {"count": self.uses}
            raise ValidationError({"max_uses": text})

    @property
    def is_used_up(self) -> bool:
        return self.uses >= self.max_uses

    def claim(self) -> bool:
        """Take one use; of two people who click at once only as many get in as the invitation allows."""
        return bool(Invitation.objects.usable().filter(pk=self.pk).update(uses=F("uses") + 1))
