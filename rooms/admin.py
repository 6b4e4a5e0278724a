from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .connection_report_admin import ConnectionReportAdmin
from .models import Session

__all__ = ["ConnectionReportAdmin", "SessionAdmin"]


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read only: the history is written by the site alone."""

    list_display = ("started", "ended", "processor_slug", "visitor", "worker", "reason")
    list_filter = ("processor_slug", "reason", "started")
    date_hierarchy = "started"
    fields = (
        "started",
        "ended",
        "reason",
        "processor_slug",
        "processor_version",
        "user",
        "guest",
        "worker",
    )
    search_fields = ("processor_slug", "user__username")

    @admin.display(description=_("visitor"), ordering="user")
    def visitor(self, session: Session) -> str:
        return str(session.user or _("Guest"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).select_related("user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
