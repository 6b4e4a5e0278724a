from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .connection_report_admin import ConnectionReportAdmin
from .models import Recording, Room, RoomInvitation, RoomMember, RoomRemoval, Session

__all__ = ["ConnectionReportAdmin", "RecordingAdmin", "RoomAdmin", "SessionAdmin"]


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
        "room",
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


class InvitationInline(admin.TabularInline):  # type: ignore[type-arg]
    model = RoomInvitation
    extra = 0
    fields = ("note", "expires_at", "state", "created_by")
    readonly_fields = ("state", "created_by")

    @admin.display(description=_("state"))
    def state(self, invitation: RoomInvitation) -> str:
        return str(STATES[invitation.state])


class MemberInline(admin.TabularInline):  # type: ignore[type-arg]
    model = RoomMember
    extra = 0
    autocomplete_fields = ("user",)


class RemovalInline(admin.TabularInline):  # type: ignore[type-arg]
    """Delete a row to let somebody back."""

    model = RoomRemoval
    extra = 0
    fields = ("name", "user", "removed_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


STATES = {"usable": _("Valid"), "revoked": _("Withdrawn"), "expired": _("Expired")}


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "owner", "access", "participant_limit", "is_open", "is_locked", "created")
    list_filter = ("access", "is_open", "is_locked")
    search_fields = ("title", "slug", "owner__username")
    autocomplete_fields = ("owner",)
    filter_horizontal = ("processors",)
    inlines = (InvitationInline, MemberInline, RemovalInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        return super().get_queryset(request).select_related("owner")


@admin.register(Recording)
class RecordingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """That there are recordings, and the way to delete them with their files; not what is in them."""

    list_display = ("started", "title", "owner", "seconds", "bytes")
    list_filter = ("started",)
    search_fields = ("title", "owner__username")
    fields = ("title", "room", "owner", "started", "seconds", "bytes")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        return super().get_queryset(request).select_related("owner")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
