"""The form that describes a model: what the file does not say, prefilled with what trying it told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from processors import catalogue
from processors.exceptions import ProcessorError
from processors.inference.conventions import CONVENTIONS, TASKS
from processors.inference.spec import ModelSpec

from . import spec_more
from .task_keys import choices_for, tasks_of

# Mean and deviation by name, in the order red, green, blue.
SCALINGS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "0-255": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "0-1": ((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)),
    "-1-1": ((127.5, 127.5, 127.5), (127.5, 127.5, 127.5)),
    "imagenet": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}
SCALING_TITLES = {
    "0-255": _("0 to 255"),
    "0-1": _("0 to 1"),
    "-1-1": _("−1 to 1"),
    "imagenet": _("Mean and deviation of ImageNet"),
    "own": _("Other"),
}
COLOUR_TITLES = {"rgb": _("Red, green, blue"), "bgr": _("Blue, green, red"), "gray": _("Grey")}
LAYOUT_TITLES = {"nchw": _("Colours, rows, columns"), "nhwc": _("Rows, columns, colours")}
FIT_TITLES = {
    "stretch": _("Stretched"),
    "letterbox": _("With margins, centred"),
    "letterbox-corner": _("With margins, from the corner"),
}
LABEL_TITLES = {
    "": _("None"),
    "coco80": _("COCO, 80 names"),
    "coco91": _("COCO, 91 names"),
    "voc20": _("Pascal VOC, 20 names"),
    "voc21": _("Pascal VOC with background, 21 names"),
    "coco17": _("Joints of COCO, 17 names"),
    "face": _("Face"),
    "person": _("Person"),
    "own": _("Own names"),
}
SIDE_PIXELS: dict[str, Any] = {"min_value": 8, "max_value": 4096}
# Compared as written in exports: 57.1 and 57.12 are the same deviation.
CLOSE = 0.6


class NumbersField(forms.CharField):
    """Three numbers between commas."""

    def clean(self, value: Any) -> list[float]:
        text = super().clean(value)
        try:
            numbers = [float(part) for part in text.split(",")] if text else []
        except ValueError as error:
            raise ValidationError(_("Write three numbers between commas.")) from error
        if numbers and len(numbers) != 3:
            raise ValidationError(_("Write three numbers between commas."))
        return numbers


class MoreField(forms.CharField):
    """JSON with what has no field of its own; empty: as it was recognised."""

    def clean(self, value: Any) -> dict[str, Any]:
        text = super().clean(value)
        try:
            return spec_more.checked(json.loads(text)) if text else {}
        except (ValueError, RecursionError) as error:
            raise ValidationError(_("This cannot be read as JSON.")) from error
        except ProcessorError as error:
            raise ValidationError(str(error)) from error


def task_choices() -> list[tuple[str, str]]:
    """The classes for pictures; those for sound have a form of their own."""
    return choices_for(TASKS)


class SpecForm(forms.Form):
    key = forms.ChoiceField(label=_("Use"), choices=task_choices)
    convention = forms.ChoiceField(
        label=_("Outputs as in"), choices=[(name, name) for name in sorted(CONVENTIONS)]
    )
    width = forms.IntegerField(label=_("Width"), **SIDE_PIXELS)
    height = forms.IntegerField(label=_("Height"), **SIDE_PIXELS)
    layout = forms.ChoiceField(label=_("Order in the file"), choices=[*LAYOUT_TITLES.items()])
    colours = forms.ChoiceField(label=_("Colours"), choices=[*COLOUR_TITLES.items()])
    scaling = forms.ChoiceField(label=_("Values"), choices=[*SCALING_TITLES.items()])
    mean = NumbersField(label=_("Subtracted"), required=False)
    std = NumbersField(label=_("Divided by"), required=False)
    fit = forms.ChoiceField(label=_("Shape of the picture"), choices=[*FIT_TITLES.items()])
    labels = forms.ChoiceField(
        label=_("Names of the classes"), choices=[*LABEL_TITLES.items()], required=False
    )
    own_labels = forms.CharField(
        label=_("Own names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One in each line, in the order of the classes."),
    )
    threshold = forms.FloatField(
        label=_("Threshold"), min_value=0, max_value=1, widget=forms.NumberInput(attrs={"step": 0.05})
    )
    iou = forms.FloatField(
        label=_("Overlap"),
        min_value=0,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": 0.05}),
        help_text=_("Of two boxes that overlap more than this, one goes."),
    )
    more = MoreField(
        label=_("More, as JSON"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_("Names of the input and the outputs, options of the decoder, further inputs."),
    )
    # All of it, as it was proposed.
    base = forms.JSONField(widget=forms.HiddenInput)

    spec: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            self.spec = ModelSpec.from_json(self._described(cleaned)).as_json()
            # The class has its own word about which kinds of models it runs.
            entry = {"name": "model", "sha256": "0" * 64, "spec": self.spec}
            catalogue.load_class(cleaned["key"], {"models": [entry]})
        except ProcessorError as error:
            raise ValidationError(str(error)) from error
        return cleaned

    def _described(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        base = cleaned["base"] if isinstance(cleaned["base"], dict) else {}
        spec = spec_more.with_more(base, cleaned["more"], cleaned["convention"])
        spec["task"] = task_for(cleaned["key"], cleaned["convention"], spec.get("task", ""))
        mean, std = self._scaling(cleaned)
        sizes = {name: cleaned[name] for name in ("width", "height", "layout", "colours", "fit")}
        spec |= {name: cleaned[name] for name in ("convention", "threshold", "iou")}
        spec["input"] |= {**sizes, "mean": mean, "std": std}
        spec["labels"] = (
            own_names(cleaned["own_labels"]) if cleaned["labels"] == "own" else cleaned["labels"] or []
        )
        return spec

    def _scaling(self, cleaned: Mapping[str, Any]) -> tuple[list[float], list[float]]:
        if cleaned["scaling"] == "own":
            return cleaned["mean"] or [0.0] * 3, cleaned["std"] or [1.0] * 3
        return numbers_for(cleaned["base"], cleaned["colours"], cleaned["scaling"])


def initial_for(spec: Mapping[str, Any], key: str = "") -> dict[str, Any]:
    """The form's values for a spec."""
    given = spec["input"]
    labels = spec.get("labels") or ""
    return {
        "key": key or key_for(spec),
        **{name: given[name] for name in ("width", "height", "layout", "colours", "fit")},
        **{name: spec[name] for name in ("convention", "threshold", "iou")},
        "scaling": name_of_scaling(given),
        "mean": ", ".join(f"{value:g}" for value in given["mean"]),
        "std": ", ".join(f"{value:g}" for value in given["std"]),
        "labels": labels if isinstance(labels, str) else "own",
        "own_labels": "" if isinstance(labels, str) else "\n".join(labels),
        "more": json.dumps(spec_more.more_of(spec), indent=2, ensure_ascii=False),
        "base": dict(spec),
    }


def blank_spec(facts: Mapping[str, Any]) -> dict[str, Any]:
    """For a model that nothing recognises: what its first picture says of itself, and no more."""
    pictures = [item for item in facts["inputs"] if len(item["shape"]) == 4] or facts["inputs"]
    shape = facts.get("tried_with", {}).get(pictures[0]["name"], [1, 3, 224, 224])
    nhwc = len(shape) == 4 and shape[3] in (1, 3, 4) and shape[1] not in (1, 3, 4)
    height, width = (shape[1:3] if nhwc else shape[2:4]) if len(shape) == 4 else (224, 224)
    kind = {"tensor(uint8)": "uint8", "tensor(float16)": "float16"}.get(pictures[0]["type"], "float32")
    return ModelSpec.from_json(
        {
            "task": "classification",
            "convention": "scores",
            "input": {
                "name": pictures[0]["name"],
                "width": max(8, width),
                "height": max(8, height),
                "layout": "nhwc" if nhwc else "nchw",
                "type": kind,
            },
        }
    ).as_json()


def key_for(spec: Mapping[str, Any]) -> str:
    """The first class that runs models of this kind."""
    fitting = (key for key in catalogue.TASKS if spec["task"] in tasks_of(key))
    return next(fitting, "classification")


def task_for(key: str, convention: str, preferred: str) -> str:
    """What the model does for this class: a convention may serve several tasks."""
    possible = [task for task in tasks_of(key) if task in CONVENTIONS.get(convention, ())]
    return preferred if preferred in possible or not possible else possible[0]


def variants(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Colours and scaling that cannot be told from the file, to look at side by side."""
    given = spec["input"]
    orders = ["gray"] if given["colours"] == "gray" else ["rgb", "bgr"]
    scalings = ["0-255"] if given["type"] == "uint8" else ["0-255", "0-1"]
    own = name_of_scaling(given)
    for scaling in [*scalings, *([own] if own not in scalings else [])]:
        for colours in orders:
            yield colours, scaling


def with_variant(spec: Mapping[str, Any], colours: str, scaling: str) -> dict[str, Any]:
    given = spec["input"]
    mean, std = (given["mean"], given["std"]) if scaling == "own" else numbers_for(spec, colours, scaling)
    return {**spec, "input": {**given, "colours": colours, "mean": mean, "std": std}}


def numbers_for(base: Any, colours: str, scaling: str) -> tuple[list[float], list[float]]:
    """Mean and deviation by name; exports differ in a digit, and this one's own digits are kept."""
    given = base.get("input") if isinstance(base, dict) else None
    if not isinstance(given, dict) or not {"mean", "std", "colours"} <= given.keys():
        return scaled(scaling, colours)
    if name_of_scaling(given) != scaling:
        return scaled(scaling, colours)
    turned = (given["colours"] == "bgr") != (colours == "bgr")
    return tuple(
        list(numbers)[::-1] if turned else list(numbers) for numbers in (given["mean"], given["std"])
    )  # type: ignore[return-value]


def scaled(name: str, colours: str) -> tuple[list[float], list[float]]:
    mean, std = (list(numbers) for numbers in SCALINGS[name])
    return (mean[::-1], std[::-1]) if colours == "bgr" else (mean, std)


def name_of_scaling(given: Mapping[str, Any]) -> str:
    for name in SCALINGS:
        mean, std = scaled(name, given["colours"])
        differences = [
            abs(a - b) for a, b in zip([*mean, *std], [*given["mean"], *given["std"]], strict=True)
        ]
        if max(differences) < CLOSE:
            return name
    return "own"


def own_names(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
