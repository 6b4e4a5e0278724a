"""Inference servers in the admin: write down, test, and register what they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .forms import InferenceServerForm
from .rows import InferenceServer
from .views import models_view

# Django's class takes a type only for the type checker.
if TYPE_CHECKING:
    ServerAdmin = admin.ModelAdmin[InferenceServer]
else:
    ServerAdmin = admin.ModelAdmin


@admin.register(InferenceServer)
class InferenceServerAdmin(ServerAdmin):
    form = InferenceServerForm
    list_display = ("name", "url", "has_token", "models_link")
    search_fields = ("name", "url")
    fields = ("name", "url", "deadline_seconds", "token", "forget_token", "has_token", "ca")
    readonly_fields = ("has_token",)
    change_form_template = "admin/processors/inferenceserver/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        models = self.admin_site.admin_view(models_view)
        return [
            path("<int:pk>/models/", models, name="processors_inferenceserver_models"),
            *super().get_urls(),
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: InferenceServer | None = None
    ) -> tuple[str, ...]:
        """Processors name the server: a new name would leave them without one."""
        return ("name", "has_token") if obj else ("has_token",)

    @admin.display(description=_("token kept"), boolean=True)
    def has_token(self, server: InferenceServer) -> bool:
        return bool(server.sealed_token)

    @admin.display(description=_("Models"))
    def models_link(self, server: InferenceServer) -> SafeString:
        address = reverse("admin:processors_inferenceserver_models", args=[server.pk])
        return format_html('<a href="{}">{}</a>', address, _("Test connection"))
