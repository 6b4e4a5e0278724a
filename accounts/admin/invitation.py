"""Invitations in the admin: make one, copy its link, send it, revoke it."""

from typing import Any, ClassVar

from allauth.core import context
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple, DateTimeField, DateTimeInput
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from ..invitation import Invitation
from ..invitation_mail import send_invitation


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("__str__", "state_text", "used", "expires_at", "created_by", "link")
    fields = ("email", "note", "groups", "max_uses", "expires_at", "state_text", "used", "link")
    readonly_fields = ("state_text", "used", "link")
    actions = ("revoke", "send_by_email")

    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.DateTimeField: {
            "form_class": DateTimeField,
            "widget": DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }
    }

    class Media:
        css = {"all": ("css/admin_links.css",)}
        js = ("js/admin_copy.js",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A team has few groups: all at a glance."""
        return super().formfield_for_manytomany(
            db_field, request, **{**kwargs, "widget": CheckboxSelectMultiple}
        )

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("state"))
    def state_text(self, invitation: Invitation) -> str:
        usable = pgettext("state of an invitation", "Open")
        texts = {"usable": usable, "revoked": _("Revoked"), "used": _("Used"), "expired": _("Expired")}
        return texts[invitation.state] if invitation.created_at else _("Not saved yet")

    @admin.display(description=gettext_lazy("used"))
    def used(self, invitation: Invitation) -> str:
        return f"{invitation.uses} / {invitation.max_uses}"

    @admin.display(description=gettext_lazy("link"))
    def link(self, invitation: Invitation) -> str:
        if not invitation.created_at or invitation.state != "usable":
            return "–"
        url = context.request.build_absolute_uri(invitation.get_absolute_url())
        return format_html(
            '<input class="copy-text" readonly value="{}" aria-label="{}"> '
            '<button type="button" class="button copy-button" data-done="{}">{}</button>',
            url,
            _("Link of the invitation"),
            _("Copied"),
            _("Copy"),
        )

    @admin.action(description=gettext_lazy("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        count = 0
        for invitation in queryset.filter(revoked_at=None):
            invitation.revoke()
            self.log_change(request, invitation, _("Revoked"))
            count += 1
        text = ngettext("%(count)d invitation is revoked.", "%(count)d invitations are revoked.", count)
        messages.success(request, text % {"count": count})

    @admin.action(description=gettext_lazy("Send the link by e-mail"), permissions=["change"])
    def send_by_email(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        for invitation in queryset.usable().exclude(email=""):  # type: ignore[attr-defined]
            send_invitation(request, invitation)
            messages.success(request, _("Sent to %(email)s.") % {"email": invitation.email})
