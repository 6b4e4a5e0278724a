"""The form of a catalogue row: the row's own fields, and those that its class asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from . import catalogue, constraint_fields, images
from .class_choices import class_choices
from .exceptions import ProcessorError
from .manifest import manifest
from .model_store import gate
from .models import Processor
from .parameter_fields import field_for
from .parameter_values import ParameterValues
from .parameters import clean_parameters

PREFIX = "parameter_"

# Django's class takes a type only for the type checker.
if TYPE_CHECKING:
    RowForm = forms.ModelForm[Processor]
else:
    RowForm = forms.ModelForm


class ProcessorForm(RowForm):
    """Fields of the row itself. ``form_for`` adds those of its class."""

    # The entries of the manifest that this form has fields for, by name.
    entries: dict[str, dict[str, Any]] = {}

    key = forms.ChoiceField(
        label=_("Class"),
        choices=class_choices,
        help_text=_("What runs. Its parameters and devices appear after saving."),
    )

    class Meta:
        model = Processor
        fields = (
            "title",
            "slug",
            "description",
            "tags",
            "thumbnail",
            "key",
            "configuration",
            "visibility",
            "session_limit",
            "order",
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        stored = self.instance.parameters
        for name in self.entries.keys() & stored.keys():
            self.initial[PREFIX + name] = stored[name]
        if "key" in self.fields:
            self.fields["key"].choices = class_choices(self.instance.key)  # type: ignore[attr-defined]

    def clean_key(self) -> str:
        """Refuse a class that cannot run here, unless the row has it already: its package may come back."""
        key: str = self.cleaned_data["key"]
        if key != self.instance.key:
            try:
                catalogue.load_class(key)
            except ProcessorError as error:
                raise ValidationError(
                    _("This class cannot be loaded: %(reason)s") % {"reason": error}
                ) from error
        return key

    def clean_configuration(self) -> dict[str, Any]:
        configuration = self.cleaned_data["configuration"] or {}
        if not isinstance(configuration, dict):
            raise ValidationError(_('Write names and values in braces, such as {"size": 3}.'))
        return configuration

    def clean_thumbnail(self) -> Any:
        upload = self.cleaned_data.get("thumbnail")
        if not isinstance(upload, UploadedFile):
            return upload
        try:
            upload.seek(0)
            return ContentFile(images.thumbnail(upload.read()), name="picture.jpg")
        except images.UnreadableImage as error:
            raise ValidationError(_("This picture cannot be read. Choose a PNG, JPEG or WebP.")) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_configuration(cleaned)
        self._check_publishing(cleaned)
        self.instance.constraints = constraint_fields.constraints_from(cleaned, self.instance.constraints)
        if cleaned.get("key") == self.initial.get("key"):
            self._take_parameters(cleaned)
        elif "key" in cleaned and self.instance.pk:
            self._keep_what_fits(cleaned)
        return cleaned

    def save(self, commit: bool = True) -> Processor:
        if self._values:
            self._values.keep_files(self.instance)
        return super().save(commit)

    def _check_configuration(self, cleaned: dict[str, Any]) -> None:
        """A class says itself what is wrong with its configuration; one that is not here cannot."""
        key, configuration = cleaned.get("key"), cleaned.get("configuration")
        same = (key, configuration) == (self.instance.key, self.instance.configuration)
        if same or key is None or configuration is None:
            return
        try:
            catalogue.load_class(key, configuration)
        except ProcessorError as error:
            self.add_error("configuration", str(error))

    def _check_publishing(self, cleaned: dict[str, Any]) -> None:
        """The button sets the visibility after this form: ask here what would keep the row from visitors."""
        if "_publish" in self.data and not self.errors:
            wanted = Processor(key=cleaned["key"], configuration=cleaned["configuration"])
            if wanted.may_meet_visitors and (problem := gate.hindrance(wanted)):
                self.add_error(None, problem)

    def _keep_what_fits(self, cleaned: dict[str, Any]) -> None:
        configuration = cleaned.get("configuration", {})
        self.instance.parameters = _still_fitting(cleaned["key"], configuration, self.instance.parameters)

    # The values of the parameter fields, once they are known to fit.
    _values: ParameterValues | None = None

    def _take_parameters(self, cleaned: dict[str, Any]) -> None:
        if not self.entries:
            return
        posted = {name: cleaned[PREFIX + name] for name in self.entries if PREFIX + name in cleaned}
        values = ParameterValues(self.entries, posted, self.instance.parameters)
        values.check(catalogue.load_class(self.instance.key, self.instance.configuration))
        for name, message in values.errors.items():
            self.add_error(PREFIX + name, message)
        self._values = values


class ProcessorInListForm(RowForm):
    """What can be changed in the list; a screen reader hears which row a control belongs to."""

    class Meta:
        model = Processor
        fields = ("visibility", "order")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{self.instance.title}: {field.label}"


def form_for(row: Processor | None) -> type[ProcessorForm]:
    """The form class for this row, with a field for each parameter and each device of its class."""
    described = described_class(row.key, row.configuration) if row else None
    if row is None or described is None:
        return ProcessorForm
    entries = {entry["name"]: entry for entry in described["parameters"]}
    fields = {PREFIX + name: field_for(entry) for name, entry in entries.items()}
    devices = constraint_fields.fields_for(frozenset(described["takes"]), row.constraints)
    return type("ProcessorRowForm", (ProcessorForm,), {"entries": entries, **fields, **devices})


def described_class(key: str, configuration: dict[str, Any]) -> dict[str, Any] | None:
    """The manifest of a class, or nothing if it cannot be loaded here."""
    try:
        return manifest(catalogue.load_class(key, configuration))
    except ProcessorError:
        return None


def _still_fitting(key: str, configuration: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """Defaults that the new class understands as well; files belong to the old one."""
    described = described_class(key, configuration) or {"parameters": []}
    plain = {entry["name"] for entry in described["parameters"] if entry["type"] != "file"}
    candidates = {name: value for name, value in parameters.items() if name in plain}
    return clean_parameters(catalogue.load_class(key, configuration), candidates)[0]
