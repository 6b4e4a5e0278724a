"""The form that describes a model that hears: nearly everything about it is known once it is recognised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from processors import catalogue
from processors.exceptions import ProcessorError
from processors.inference.conventions import SOUND_TASKS
from processors.inference.sound_spec import SoundSpec

from .task_keys import choices_for


def sound_choices() -> list[tuple[str, str]]:
    return choices_for(SOUND_TASKS)


class SoundForm(forms.Form):
    key = forms.ChoiceField(label=_("Use"), choices=sound_choices)
    threshold = forms.FloatField(
        label=_("Threshold"), min_value=0, max_value=1, widget=forms.NumberInput(attrs={"step": 0.05})
    )
    # Names and sizes as they were recognised.
    base = forms.JSONField(widget=forms.HiddenInput)

    spec: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        base = cleaned["base"] if isinstance(cleaned["base"], dict) else {}
        try:
            self.spec = SoundSpec.from_json({**base, "threshold": cleaned["threshold"]}).as_json()
            entry = {"name": "model", "sha256": "0" * 64, "spec": self.spec}
            catalogue.load_class(cleaned["key"], {"models": [entry]})
        except ProcessorError as error:
            raise ValidationError(str(error)) from error
        return cleaned


def initial_for_sound(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": sound_choices()[0][0], "threshold": spec["threshold"], "base": dict(spec)}
