"""Model files in the admin: upload, check, describe, offer; and the known models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from . import checking, known_views, store, upload_views, uploads, wizard
from .rows import ModelFile

# Django's class takes a type only for the type checker.
if TYPE_CHECKING:
    FileAdmin = admin.ModelAdmin[ModelFile]
else:
    FileAdmin = admin.ModelAdmin


@admin.register(ModelFile)
class ModelFileAdmin(FileAdmin):
    list_display = ("name", "state", "size_shown", "licence", "used_by", "uploaded")
    list_filter = ("state",)
    search_fields = ("name", "sha256", "licence", "known")
    change_list_template = "admin/processors/modelfile/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        def named(route: str, view: Any, name: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"processors_modelfile_{name}")

        return [
            named("uploads/", upload_views.begin, "begin"),
            named("uploads/<uuid:pk>/", upload_views.slice_of, "slice"),
            named("uploads/<uuid:pk>/finish/", upload_views.finish, "finish"),
            named("uploads/<uuid:pk>/cancel/", upload_views.cancel, "cancel"),
            named("known/", known_views.list_view, "known"),
            named("known/states/", known_views.states, "known_states"),
            named("known/<slug:name>/<str:action>/", known_views.act, "known_act"),
            named("<int:pk>/progress/", self.progress_view, "progress"),
            named("<int:pk>/trials/", wizard.trials_view, "trials"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        unfinished = list(uploads.cancelable_by(request.user).select_related("user"))
        context = {
            "title": _("Upload a model"),
            "opts": self.opts,
            "unfinished": [
                (each, uploads.received(each)) for each in unfinished if each.user == request.user
            ],
            "of_others": [(each, uploads.received(each)) for each in unfinished if each.user != request.user],
        }
        page = "admin/processors/modelfile/upload.html"
        return TemplateResponse(request, page, {**self.admin_site.each_context(request), **context})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        file = self.get_object(request, object_id)
        if file is None:
            raise Http404
        if not self.has_view_or_change_permission(request, file):
            raise PermissionDenied
        checking.begin_again_if_lost(file)
        return wizard.wizard_view(request, file, self.admin_site.each_context(request))

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = get_object_or_404(ModelFile, pk=pk)
        if not self.has_view_or_change_permission(request, file):
            raise PermissionDenied
        checking.begin_again_if_lost(file)
        return JsonResponse(checking.progress(file))

    def has_delete_permission(self, request: HttpRequest, obj: ModelFile | None = None) -> bool:
        """What a processor runs stays; take it out of the processor first."""
        return super().has_delete_permission(request, obj) and (
            obj is None or not store.used_by(obj).exists()
        )

    def delete_model(self, request: HttpRequest, obj: ModelFile) -> None:
        store.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for file in queryset:
            if store.used_by(file).exists():
                self.message_user(request, _("“%s” is in use and stays.") % file.name, messages.WARNING)
            else:
                store.remove(file)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponseRedirect:
        self.message_user(request, _("“%s” is deleted.") % obj_display, messages.SUCCESS)
        return redirect("admin:processors_modelfile_changelist")

    @admin.display(description=_("Size"), ordering="size")
    def size_shown(self, file: ModelFile) -> str:
        return f"{file.size / 1e6:.1f}\u202fMB"

    @admin.display(description=_("Used by"))
    def used_by(self, file: ModelFile) -> SafeString:
        links = (
            (reverse("admin:processors_processor_change", args=[row.pk]), row.title)
            for row in store.used_by(file)
        )
        return format_html_join(", ", '<a href="{}">{}</a>', links) or format_html("–")
