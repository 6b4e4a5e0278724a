"""Groups in the admin: a short list of rights that can be read, one for each thing the admin shows."""

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

VERBS = {"add": _("add"), "change": _("change"), "delete": _("delete"), "view": _("see")}


class RightsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Django keeps the names of permissions in English in the database; these are made when shown."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, permission: Permission) -> str:
        verb = VERBS.get(permission.codename.partition("_")[0])
        return f"{capfirst(permission.content_type.name)}: {verb}" if verb else permission.name


class GroupAdmin(DjangoGroupAdmin):
    filter_horizontal = ()

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **options: Any
    ) -> Any:
        if db_field.name != "permissions":
            return super().formfield_for_manytomany(db_field, request, **options)
        return RightsField(self.rights(), label=capfirst(db_field.verbose_name), required=False)

    def rights(self) -> Any:
        shown = [model for model in apps.get_models() if self.admin_site.is_registered(model)]
        types = ContentType.objects.get_for_models(*shown).values()
        return Permission.objects.filter(content_type__in=types).select_related("content_type")


admin.site.unregister(Group)
admin.site.register(Group, GroupAdmin)
