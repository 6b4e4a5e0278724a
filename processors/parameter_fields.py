"""A form field for each kind of parameter, so that a class needs no form of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .files import readable, size_limit
from .translation import translated

Entry = Mapping[str, Any]  # one parameter as the manifest describes it


def field_for(parameter: Entry) -> forms.Field:
    """Build the field for one parameter; ``initial`` is the class's own default."""
    field = FIELDS[parameter["type"]](parameter)
    field.label = with_unit(parameter)
    field.help_text = translated(parameter["help"])
    field.initial = parameter["default"]
    return field


def with_unit(parameter: Entry) -> str:
    label, unit = translated(parameter["label"]), translated(parameter["unit"])
    return f"{label} ({unit})" if unit else label


class SliderInput(forms.NumberInput):
    """A number beside a slider. The script joins them; without it the number alone is enough."""

    template_name = "admin/processors/slider.html"


class ColourInput(forms.TextInput):
    input_type = "color"


class ParameterFileInput(forms.ClearableFileInput):
    """Names the file that is the default now; the box takes it away."""

    template_name = "admin/processors/parameter_file.html"
    initial_text = _("Now")  # type: ignore[assignment]  # translated when shown, as Django's own
    clear_checkbox_label = _("No default file")  # type: ignore[assignment]

    def is_initial(self, value: Any) -> bool:
        return bool(value)


def slider(parameter: Entry) -> forms.Field:
    return number(parameter, SliderInput)


def number(parameter: Entry, widget: type[forms.NumberInput] = forms.NumberInput) -> forms.Field:
    attributes = {"min": parameter["minimum"], "max": parameter["maximum"], "step": parameter["step"]}
    known = {name: limit for name, limit in attributes.items() if limit is not None}
    field = forms.IntegerField if is_whole(parameter) else forms.FloatField
    return field(min_value=parameter["minimum"], max_value=parameter["maximum"], widget=widget(attrs=known))


def is_whole(parameter: Entry) -> bool:
    """Whole steps from a whole start only ever meet whole numbers."""
    return isinstance(parameter["default"], int) and float(parameter["step"]).is_integer()


def switch(parameter: Entry) -> forms.Field:
    return forms.BooleanField(required=False)


def radio(parameter: Entry) -> forms.Field:
    return forms.ChoiceField(choices=choices(parameter), widget=forms.RadioSelect)


def menu(parameter: Entry) -> forms.Field:
    return forms.ChoiceField(choices=choices(parameter))


def several(parameter: Entry) -> forms.Field:
    return forms.MultipleChoiceField(
        required=False, choices=choices(parameter), widget=forms.CheckboxSelectMultiple
    )


def choices(parameter: Entry) -> list[tuple[str, str]]:
    return [(choice["value"], translated(choice["label"])) for choice in parameter["choices"]]


def text(parameter: Entry) -> forms.Field:
    return forms.CharField(required=False, max_length=parameter.get("maximum"), strip=False)


def colour(parameter: Entry) -> forms.Field:
    message = _("Write the colour like #4cc79a.")
    return forms.RegexField(r"^#[0-9a-fA-F]{6}$", widget=ColourInput, error_messages={"invalid": message})


def file(parameter: Entry) -> forms.Field:
    accept = ",".join(parameter["accept"])
    field = forms.FileField(required=False, widget=ParameterFileInput(attrs={"accept": accept}))
    field.widget.attrs["data-limit"] = readable(size_limit(parameter))
    return field


FIELDS: dict[str, Callable[[Entry], forms.Field]] = {
    "slider": slider,
    "number": number,
    "switch": switch,
    "radio": radio,
    "menu": menu,
    "choices": several,
    "text": text,
    "colour": colour,
    "file": file,
}
