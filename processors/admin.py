"""The catalogue in the admin: create, edit, try, publish, retire, put in order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from . import worker_reports
from .admin_fieldsets import ADD_FIELDSETS, change_fieldsets, view_fieldsets
from .admin_filters import TagFilter
from .bench_view import bench_view
from .check_view import check_view
from .forms import ProcessorForm, ProcessorInListForm, form_for
from .model_store import admin as model_admin  # noqa: F401 (registers itself)
from .model_store import gate
from .model_store.versions_view import versions_view
from .models import Processor
from .remote import admin as remote_admin  # noqa: F401 (registers itself)

# Django's class takes a type only for the type checker.
if TYPE_CHECKING:
    RowAdmin = admin.ModelAdmin[Processor]
else:
    RowAdmin = admin.ModelAdmin

Fieldsets = Any  # what django-stubs calls _FieldsetSpec, which it does not export


admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME
# The front page lists everything; the room beside a table is the table's.
admin.site.enable_nav_sidebar = False


@admin.register(Processor)
class ProcessorAdmin(RowAdmin):
    form = ProcessorForm
    list_display = (
        "picture",
        "title",
        "visibility",
        "state",
        "tags_shown",
        "order",
        "open_link",
    )
    list_display_links = ("title",)
    list_editable = ("visibility", "order")
    list_filter = ("visibility", "state", TagFilter)
    search_fields = ("title", "slug", "description", "tags", "key")
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("state", "version", "created", "updated", "picture_large", "kept_apart")
    actions = ("publish", "retire")
    save_on_top = False
    list_per_page = 100
    # The row has its own "Open" link; Django's would lead to the same page under a longer name.
    view_on_site = False
    change_form_template = "admin/processors/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        try_it = self.admin_site.admin_view(bench_view)
        versions = self.admin_site.admin_view(versions_view)
        check = self.admin_site.admin_view(check_view)
        return [
            path("<int:pk>/try/", try_it, name="processors_processor_try"),
            path("<int:pk>/check/", check, name="processors_processor_check"),
            path("<int:pk>/versions/", versions, name="processors_processor_versions"),
            *super().get_urls(),
        ]

    def get_form(
        self, request: HttpRequest, obj: Processor | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Processor]]:
        return super().get_form(request, obj, change, **{**kwargs, "form": form_for(obj)})

    def get_changelist_form(self, request: HttpRequest, **options: Any) -> type[ModelForm[Processor]]:
        return super().get_changelist_form(request, **{**options, "form": ProcessorInListForm})

    def get_fieldsets(self, request: HttpRequest, obj: Processor | None = None) -> Fieldsets:
        if obj is None:
            return ADD_FIELDSETS
        if not self.has_change_permission(request, obj):
            return view_fieldsets(obj)
        return change_fieldsets(form_for(obj), obj)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Processor | None = None) -> Any:
        """An address that people have bookmarked does not follow a new title."""
        return {} if obj else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: Processor | None = None) -> bool:
        """A built-in is retired, not deleted: the next start would bring it back."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.seed is None)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **options: Any
    ) -> HttpResponse:
        """The title of the page is the title of the row, once."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": options.get("change")}
        if row := options.get("obj"):
            context |= {"title": row.title, "subtitle": None}
        return super().render_change_form(request, context, *args, **options)

    def save_model(self, request: HttpRequest, obj: Processor, form: Any, change: bool) -> None:
        if "_publish" in request.POST:
            obj.publish()
        elif "_retire" in request.POST:
            obj.retire()
        else:
            obj.save()
        if "thumbnail" in form.changed_data:
            forget_file(form.initial.get("thumbnail"))

    def response_add(
        self, request: HttpRequest, obj: Processor, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to the parameters, which could not be shown before the class was known."""
        return self._continue(request, obj, _("Saved. Now choose its default parameters, then publish it."))

    def response_change(self, request: HttpRequest, obj: Processor) -> HttpResponse:
        if "_publish" in request.POST:
            return self._continue(request, obj, _("“%(title)s” is on offer.") % {"title": obj.title})
        if "_retire" in request.POST:
            gone = _("“%(title)s” is retired. Sessions that run go on to their end.")
            return self._continue(request, obj, gone % {"title": obj.title})
        if obj.class_changed:
            return self._continue(
                request, obj, _("Saved. The new class has other parameters; look them over.")
            )
        return super().response_change(request, obj)

    @admin.display(description=_("Picture"))
    def picture(self, row: Processor) -> SafeString:
        return format_html(
            '<img class="showroom-still" src="{}" alt="" width="80" height="45" loading="lazy">',
            row.still_url,
        )

    @admin.display(description=_("Now"))
    def picture_large(self, row: Processor) -> SafeString:
        return format_html(
            '<img class="showroom-still" src="{}" alt="" width="320" height="180">', row.still_url
        )

    @admin.display(description=_("Kept apart by"))
    def kept_apart(self, row: Processor) -> str:
        """How well the weakest of the workers keeps hosts apart, and what follows for this row."""
        weakest = worker_reports.weakest_isolation()
        if weakest is None:
            return gettext("not known: no media worker is running")
        level = f"{weakest.level}, {gettext('files hidden')}" if weakest.files_hidden else weakest.level
        problem = gate.weak_isolation() if gate.needs_strong_isolation(row) else ""
        return f"{level}. {problem}" if problem else level

    @admin.display(description=_("Tags"), ordering="tags")
    def tags_shown(self, row: Processor) -> str:
        return ", ".join(row.tag_list)

    @admin.display(description=_("Page"))
    def open_link(self, row: Processor) -> SafeString:
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), _("Open"))

    @admin.action(description=_("Publish the selected processors"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Processor]) -> None:
        ready = [row for row in queryset if not self._warned(request, row)]
        count = self._each(request, ready, Processor.publish)
        text = ngettext("%(count)d processor is on offer.", "%(count)d processors are on offer.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Retire the selected processors"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Processor]) -> None:
        count = self._each(request, queryset, Processor.retire)
        text = ngettext("%(count)d processor is retired.", "%(count)d processors are retired.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def _warned(self, request: HttpRequest, row: Processor) -> bool:
        """A model that was uploaded and cannot be offered stays what it is."""
        problem = gate.hindrance(row) if row.may_meet_visitors else ""
        if problem:
            self.message_user(request, f"{row.title}: {problem}", messages.WARNING)
        return bool(problem)

    def _each(self, request: HttpRequest, queryset: Iterable[Processor], act: Any) -> int:
        rows = list(queryset)
        for row in rows:
            act(row)
            self.log_change(request, row, act.__name__)
        return len(rows)

    def _continue(self, request: HttpRequest, row: Processor, text: Any) -> HttpResponse:
        self.message_user(request, text, messages.SUCCESS)
        return redirect(reverse("admin:processors_processor_change", args=[row.pk]))


def forget_file(old: FieldFile | None) -> None:
    """Django keeps replaced files for ever. Only after the commit: until then the row still names it."""
    if old and old.name:
        transaction.on_commit(partial(old.storage.delete, old.name))
