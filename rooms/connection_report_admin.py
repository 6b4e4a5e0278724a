"""Connection reports for the host: found by their code, shown in words, and as JSON for whoever helps."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .connection_report import ConnectionReport, plain_code

VERDICTS: dict[str, Promise] = {
    "good": _("Everything works"),
    "good_relay": _("Works over the relay, the direct way is blocked"),
    "slow": _("Works, but slowly"),
    "no_camera": _("No camera"),
    "no_microphone": _("No microphone"),
    "insecure": _("Opened by an address that is not secure"),
    "no_websocket": _("Websockets are blocked"),
    "no_server": _("The site or its media worker did not answer"),
    "busy": _("Every place was taken"),
    "udp_blocked": _("The direct way is blocked, and there is no relay"),
    "relay_wrong": _("Works directly, but the relay does not"),
    "no_path": _("Neither the direct way nor the relay works"),
    "stopped": _("Not finished"),
}


@admin.register(ConnectionReport)
class ConnectionReportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("spoken_code", "created", "verdict_words", "browser")
    list_filter = ("verdict", "created")
    search_fields = ("code",)
    search_help_text = _("The code that the visitor tells you")
    change_form_template = "admin/rooms/connectionreport/change_form.html"

    @admin.display(description=_("code"), ordering="code")
    def spoken_code(self, report: ConnectionReport) -> str:
        return report.spoken_code

    @admin.display(description=_("verdict"), ordering="verdict")
    def verdict_words(self, report: ConnectionReport) -> str:
        return str(VERDICTS.get(report.verdict, report.verdict))

    @admin.display(description=_("browser"))
    def browser(self, report: ConnectionReport) -> str:
        return str(report.report.get("browser", ""))[:80]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ConnectionReport], search_term: str
    ) -> tuple[QuerySet[ConnectionReport], bool]:
        return super().get_search_results(request, queryset, plain_code(search_term))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        report = self.get_object(request, object_id)
        context = {"connection_report": report, **shown(report)} if report else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def shown(report: ConnectionReport) -> dict[str, Any]:
    return {
        "verdict_words": VERDICTS.get(report.verdict, report.verdict),
        "values": report.report,
        "as_json": json.dumps(report.report, indent=2, ensure_ascii=False),
    }
