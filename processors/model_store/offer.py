"""From a model and its description to a processor in the catalogue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from processors.models import Processor
from processors.visibility import Visibility

from .install import MENUS
from .rows import ModelFile
from .slugs import free_slug

NEW = ""


class OfferForm(forms.Form):
    """Where the model goes: a processor of its own, or one that is there already."""

    target = forms.ChoiceField(label=_("Goes to"), required=False)
    title = forms.CharField(
        label=_("Title"),
        max_length=80,
        help_text=_("Of the new processor, or of the style in a menu of styles."),
    )

    def __init__(self, *args: Any, key: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.key = key
        rows = list(Processor.objects.filter(key=key).order_by("order", "title"))
        self.fields["target"].choices = target_choices(rows)  # type: ignore[attr-defined]
        # Who brings the first model of its kind wants the card that says "not installed" to come alive.
        self.fields["target"].initial = next((str(row.pk) for row in rows if is_empty(row)), NEW)

    def clean_target(self) -> Processor | None:
        chosen = self.cleaned_data["target"]
        if not chosen:
            return None
        row = Processor.objects.filter(pk=chosen, key=self.key).first()
        if row is None:
            raise ValidationError(_("This processor is for models of another kind."))
        return row


def target_choices(rows: list[Processor]) -> list[tuple[str, Any]]:
    return [(NEW, _("A new processor")), *((str(row.pk), target_title(row)) for row in rows)]


def target_title(row: Processor) -> Any:
    if is_empty(row):
        return _("“%(title)s”, which has no model yet") % {"title": row.title}
    if row.key in MENUS:
        return _("One more style of “%(title)s”") % {"title": row.title}
    return _("A new version of “%(title)s”") % {"title": row.title}


def is_empty(row: Processor) -> bool:
    return not row.configuration.get("models")


@transaction.atomic
def offer(file: ModelFile, key: str, spec: dict[str, Any], title: str, target: Processor | None) -> Processor:
    """Return the processor, saved. A new one begins as a draft; what is on offer changes with its next session."""
    entry = file.entry(slugify(title)[:60] or f"model-{file.pk}", title, spec)
    row = target or Processor(key=key, title=title, slug=free_slug(title), visibility=Visibility.DRAFT)
    others = row.configuration.get("models", []) if key in MENUS else []
    models = [item for item in others if item["name"] != entry["name"]]
    row.configuration = {**row.configuration, "models": [*models, entry]}
    row.save()
    return row
