"""A small form over the ``getUserMedia`` constraints of a row, so that nobody has to write JSON."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

Constraints = dict[str, dict[str, Any]]

FACING = (
    ("", _("As the class says")),
    ("user", _("Towards the visitor")),
    ("environment", _("Away from the visitor")),
)
ON_OFF = (("", _("As the class says")), ("on", _("On")), ("off", _("Off")))


class Constraint(NamedTuple):
    kind: str
    name: str
    field: Callable[[], forms.Field]


def whole(label: Any, minimum: int, maximum: int, unit: str) -> Callable[[], forms.Field]:
    # `%` ends the laziness, so it happens when the field is made: then the language is known.
    return lambda: forms.IntegerField(
        label=label,
        required=False,
        min_value=minimum,
        max_value=maximum,
        help_text=_("%(unit)s; empty: as the class says") % {"unit": unit},
    )


def menu(label: Any, choices: tuple[tuple[str, Any], ...]) -> Callable[[], forms.Field]:
    return lambda: forms.ChoiceField(label=label, required=False, choices=choices)


FIELDS = {
    "camera_width": Constraint("video", "width", whole(_("Width"), 160, 1920, "px")),
    "camera_height": Constraint("video", "height", whole(_("Height"), 120, 1080, "px")),
    "camera_rate": Constraint("video", "frameRate", whole(_("Pictures per second"), 1, 60, "fps")),
    "camera_facing": Constraint("video", "facingMode", menu(_("Camera"), FACING)),
    "microphone_echo": Constraint("audio", "echoCancellation", menu(_("Echo cancellation"), ON_OFF)),
    "microphone_noise": Constraint("audio", "noiseSuppression", menu(_("Noise suppression"), ON_OFF)),
    "microphone_gain": Constraint("audio", "autoGainControl", menu(_("Automatic volume"), ON_OFF)),
}


def fields_for(kinds: frozenset[str], constraints: Mapping[str, Any]) -> dict[str, forms.Field]:
    """The fields for what a class takes, filled with what the row says."""
    return {
        name: _filled(constraint, constraints.get(constraint.kind) or {})
        for name, constraint in FIELDS.items()
        if constraint.kind in kinds
    }


def constraints_from(cleaned: Mapping[str, Any], before: Constraints) -> Constraints:
    """The row's constraints after the form; what the form does not know stays."""
    after = {kind: dict(values) for kind, values in before.items()}
    for name, constraint in FIELDS.items():
        if name in cleaned:
            _put(after.setdefault(constraint.kind, {}), constraint.name, cleaned[name])
    return {kind: values for kind, values in after.items() if values}


def _filled(constraint: Constraint, stored: Mapping[str, Any]) -> forms.Field:
    field = constraint.field()
    field.initial = _shown(stored.get(constraint.name))
    return field


def _shown(stored: Any) -> Any:
    """``{"ideal": 640}`` is shown as 640 and ``True`` as on."""
    if isinstance(stored, bool):
        return "on" if stored else "off"
    return stored.get("ideal") if isinstance(stored, Mapping) else stored


def _put(values: dict[str, Any], name: str, cleaned: Any) -> None:
    """Wishes, not demands: with ``ideal`` a camera that cannot do it still opens."""
    if cleaned in (None, ""):
        values.pop(name, None)
    elif cleaned in ("on", "off"):
        values[name] = cleaned == "on"
    else:
        values[name] = {"ideal": cleaned}
