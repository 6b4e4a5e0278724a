from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import tags
from .models import Processor
from .querysets import ProcessorQuerySet
from .translation import translated


class TagFilter(admin.SimpleListFilter):
    title = _("tag")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        stored = Processor.objects.values_list("tags", flat=True)
        used = {tag for text in stored for tag in tags.split(text)}
        return [(tag, translated(tag)) for tag in sorted(used)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Processor]) -> QuerySet[Processor]:
        tag = self.value()
        return queryset.tagged(tag) if tag and isinstance(queryset, ProcessorQuerySet) else queryset
