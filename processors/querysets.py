"""Questions to the catalogue: ``Processor.objects.for_gallery(user).search("face")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat

from . import translation
from .visibility import Visitor, open_to, shown_to

if TYPE_CHECKING:
    from .models import Processor  # noqa: F401 (named in a string below)


class ProcessorQuerySet(models.QuerySet["Processor"]):
    def published(self) -> ProcessorQuerySet:
        return self.exclude(state="retired")

    def visible_to(self, user: Visitor) -> ProcessorQuerySet:
        """What this visitor may open; for staff this includes drafts."""
        return self.published().filter(visibility__in=open_to(user))

    def for_gallery(self, user: Visitor) -> ProcessorQuerySet:
        """What hangs on this visitor's wall: never a draft."""
        return self.published().filter(visibility__in=shown_to(user))

    def search(self, text: str) -> ProcessorQuerySet:
        """Rows that contain every word, in the language of the row or in the visitor's."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(_contains(word))
        return found

    def tagged(self, tag: str) -> ProcessorQuerySet:
        comma = Value(",")
        return self.alias(bounded_tags=Concat(comma, "tags", comma)).filter(bounded_tags__contains=f",{tag},")


def _contains(word: str) -> Q:
    translated = translation.whose_translation_contains(word)
    return (
        Q(title__icontains=word)
        | Q(description__icontains=word)
        | Q(tags__icontains=word)
        | Q(slug__icontains=word)
        | Q(title__in=translated)
        | Q(description__in=translated)
    )
