"""How the admin's page of a row is divided: first what people read, then what runs, then who may."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .constraint_fields import FIELDS as DEVICE_FIELDS
from .forms import PREFIX, ProcessorForm
from .models import Processor

Fieldset = tuple[Any, dict[str, Any]]

WHO: Fieldset = (_("Who may use it"), {"fields": ("visibility", ("session_limit", "order"))})
HISTORY: Fieldset = (
    _("History"),
    {"fields": (("state", "version"), ("created", "updated")), "classes": ("collapse",)},
)

ADD_FIELDSETS: list[Fieldset] = [
    (None, {"fields": ("title", "slug", "key", "description", "tags", "thumbnail")}),
    WHO,
]


def change_fieldsets(form: type[ProcessorForm], row: Processor) -> list[Fieldset]:
    return [
        (None, {"fields": ("title", "slug", "description", "tags", ("thumbnail", "picture_large"))}),
        WHO,
        (_("What runs"), {"fields": ("key", "kept_apart"), "description": _unavailable(form, row)}),
        *_parameters(form),
        *_devices(form),
        (_("Configuration"), {"fields": ("configuration",), "classes": ("collapse",)}),
        HISTORY,
    ]


def view_fieldsets(row: Processor) -> list[Fieldset]:
    """For staff who may look and not change: values as they are kept, since there is no form."""
    return [
        (None, {"fields": ("title", "slug", "description", "tags", "picture_large")}),
        WHO,
        (_("What runs"), {"fields": ("key", "kept_apart", "parameters", "constraints", "configuration")}),
        HISTORY,
    ]


def _unavailable(form: type[ProcessorForm], row: Processor) -> Any:
    if form is not ProcessorForm:
        return ""
    return _("The class “%(key)s” cannot be loaded here, so its parameters cannot be shown.") % {
        "key": row.key
    }


def _parameters(form: type[ProcessorForm]) -> list[Fieldset]:
    names = tuple(name for name in form.base_fields if name.startswith(PREFIX))
    text = _("What each visitor starts with.")
    return [(_("Default parameters"), {"fields": names, "description": text})] if names else []


def _devices(form: type[ProcessorForm]) -> list[Fieldset]:
    names = tuple(name for name in form.base_fields if name in DEVICE_FIELDS)
    text = _("What the page asks of the browser. A device that cannot do it gives what it can.")
    options = {"fields": names, "description": text, "classes": ("collapse",)}
    return [(_("Camera and microphone"), options)] if names else []
