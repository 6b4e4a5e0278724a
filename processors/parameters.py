"""Parameters: declared once on a class, they validate, render (as manifest) and export JSON Schema.

A parameter is a descriptor: ``self.low`` is its current value, always valid, the same during a whole frame.
"""

import base64
import binascii
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

from .exceptions import DeclarationError

if TYPE_CHECKING:
    from .base import Processor

T = TypeVar("T")

TEXT_CHARACTERS = 200
FILE_BYTES = 2 * 1024 * 1024
VALUES = (
    "_parameter_values"  # where an instance keeps its values; replaced as a whole, never changed in place
)


class Refused(ValueError):
    """A value that the parameter does not take; the sentence is for the visitor."""


class Parameter(Generic[T]):
    """Base of all parameters. ``live=False`` means: a change is applied at the next start."""

    kind: ClassVar[str] = ""

    def __init__(self, label: str, default: T, *, help: str = "", unit: str = "", live: bool = True) -> None:
        self.name = ""
        self.label = label
        self.help = help
        self.unit = unit
        self.live = live
        try:
            self.default = self.clean(default)
        except Refused as error:
            raise DeclarationError(f"The default of the parameter {label!r} does not fit: {error}") from error

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        value: T = vars(instance).get(VALUES, {}).get(self.name, self.default)
        return value

    def __set__(self, instance: object, value: T) -> None:
        set_values(instance, {self.name: self.clean(value)})

    def clean(self, value: Any) -> T:
        """Return the value to use, or raise ``Refused`` with a sentence that says what fits."""
        raise NotImplementedError

    def to_json(self, value: T) -> Any:
        """Return the value as the page gets it back."""
        return value

    def describe(self) -> dict[str, Any]:
        """Return the entry of the manifest: all that a page needs to draw the control."""
        return {
            "name": self.name,
            "type": self.kind,
            "label": self.label,
            "help": self.help,
            "default": self.to_json(self.default),
            "unit": self.unit,
            "live": self.live,
        }

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a value."""
        extra = {"description": self.help} if self.help else {}
        return {"title": self.label, "default": self.to_json(self.default), **extra}


class RangeParameter(Parameter[T]):
    """Shared by sliders and number fields: a finite number between limits, on a grid of steps."""

    def __init__(
        self,
        label: str,
        default: T,
        *,
        minimum: float | None,
        maximum: float | None,
        step: float,
        **options: Any,
    ) -> None:
        if step <= 0 or (minimum is not None and maximum is not None and minimum >= maximum):
            raise DeclarationError(f"The parameter {label!r} needs minimum < maximum and a step above 0.")
        self.minimum = minimum
        self.maximum = maximum
        self.step = step
        super().__init__(label, default, **options)

    def describe(self) -> dict[str, Any]:
        limits = {"minimum": self.minimum, "maximum": self.maximum, "step": self.step}
        return super().describe() | limits

    def schema(self) -> dict[str, Any]:
        limits = {"minimum": self.minimum, "maximum": self.maximum}
        known = {name: limit for name, limit in limits.items() if limit is not None}
        return super().schema() | {"type": "number"} | known

    def _finite_number(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refused("This needs a number.")
        try:
            number = float(value)
        except OverflowError as error:
            raise Refused("This number is too large.") from error
        if not math.isfinite(number):
            raise Refused("This needs a finite number.")
        if self.minimum is not None and number < self.minimum:
            raise Refused(f"The least is {self.minimum:g}.")
        if self.maximum is not None and number > self.maximum:
            raise Refused(f"The most is {self.maximum:g}.")
        return number

    def _on_grid(self, number: float) -> float:
        """Snap to the nearest step, counted from the minimum, without leaving the limits."""
        origin = self.minimum or 0.0
        snapped = round(origin + round((number - origin) / self.step) * self.step, 10)
        return snapped if self.maximum is None else min(snapped, self.maximum)


class IntegerParameter(RangeParameter[int]):
    """A slider over whole numbers."""

    kind = "slider"

    def __init__(
        self, label: str, *, default: int, minimum: int = 0, maximum: int = 100, step: int = 1, **options: Any
    ) -> None:
        super().__init__(label, default, minimum=minimum, maximum=maximum, step=step, **options)

    def clean(self, value: Any) -> int:
        number = self._finite_number(value)
        if not number.is_integer():
            raise Refused("This needs a whole number.")
        return int(self._on_grid(number))

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"type": "integer"}


class FloatParameter(RangeParameter[float]):
    """A slider over decimal numbers."""

    kind = "slider"

    def __init__(
        self,
        label: str,
        *,
        default: float,
        minimum: float = 0.0,
        maximum: float = 1.0,
        step: float = 0.01,
        **options: Any,
    ) -> None:
        super().__init__(label, default, minimum=minimum, maximum=maximum, step=step, **options)

    def clean(self, value: Any) -> float:
        return self._on_grid(self._finite_number(value))


class NumberParameter(RangeParameter[float]):
    """A number field: typed rather than dragged, limits are optional; ``integer`` wants whole numbers."""

    kind = "number"

    def __init__(
        self,
        label: str,
        *,
        default: float,
        minimum: float | None = None,
        maximum: float | None = None,
        step: float | None = None,
        integer: bool = False,
        **options: Any,
    ) -> None:
        self.integer = integer
        step = step or (1 if integer else 0.01)
        super().__init__(label, default, minimum=minimum, maximum=maximum, step=step, **options)

    def clean(self, value: Any) -> float:
        number = self._finite_number(value)
        if not self.integer:
            return number
        if not number.is_integer():
            raise Refused("This needs a whole number.")
        return int(number)

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"type": "integer" if self.integer else "number"}


class SwitchParameter(Parameter[bool]):
    """On or off."""

    kind = "switch"

    def __init__(self, label: str, *, default: bool = False, **options: Any) -> None:
        super().__init__(label, default, **options)

    def clean(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Refused("This is either on (true) or off (false).")
        return value

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"type": "boolean"}


class ChoiceParameter(Parameter[str]):
    """One of several named values; ``choices`` maps each value to its label, or lists values."""

    def __init__(
        self,
        label: str,
        *,
        choices: Mapping[str, str] | Sequence[str],
        default: str | None = None,
        **options: Any,
    ) -> None:
        self.choices = named_choices(label, choices)
        super().__init__(label, next(iter(self.choices)) if default is None else default, **options)

    def clean(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise Refused(f"Choose one of: {', '.join(self.choices)}.")
        return value

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"choices": listed(self.choices)}

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"type": "string", "enum": list(self.choices)}


class MenuParameter(ChoiceParameter):
    """A drop-down menu, for more than four choices."""

    kind = "menu"


class RadioParameter(ChoiceParameter):
    """Radio buttons, for two to four choices."""

    kind = "radio"


class ChoicesParameter(Parameter[tuple[str, ...]]):
    """Any number of several named values, in the order of ``choices``; also none, which the page shows as
    ``none_label``: where nothing chosen means everything, say so with "All"."""

    kind = "choices"

    def __init__(
        self,
        label: str,
        *,
        choices: Mapping[str, str] | Sequence[str],
        default: Sequence[str] = (),
        none_label: str = "None",
        **options: Any,
    ) -> None:
        self.choices = named_choices(label, choices)
        self.none_label = none_label
        super().__init__(label, tuple(default), **options)

    def clean(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or len(value) > len(self.choices):
            raise Refused("This needs a list of choices.")
        if strange := [each for each in value if not isinstance(each, str) or each not in self.choices]:
            raise Refused(f"There is no choice {str(strange[0])[:TEXT_CHARACTERS]!r}.")
        return tuple(each for each in self.choices if each in value)

    def to_json(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"choices": listed(self.choices), "none_label": self.none_label}

    def schema(self) -> dict[str, Any]:
        items = {"type": "string", "enum": list(self.choices)}
        return super().schema() | {"type": "array", "uniqueItems": True, "items": items}


class TextParameter(Parameter[str]):
    """One line of text without control characters."""

    kind = "text"

    def __init__(
        self, label: str, *, default: str = "", maximum_characters: int = TEXT_CHARACTERS, **options: Any
    ) -> None:
        self.maximum_characters = maximum_characters
        super().__init__(label, default, **options)

    def clean(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Refused("This needs a text.")
        if len(value) > self.maximum_characters:
            raise Refused(f"The text is too long; the most is {self.maximum_characters} characters.")
        if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in value):
            raise Refused("The text contains a character that cannot be shown; write it on one line.")
        return value

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"maximum": self.maximum_characters}

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"type": "string", "maxLength": self.maximum_characters}


class ColourParameter(Parameter[str]):
    """A colour as ``#rrggbb``; ``bgr(self.colour)`` gives what OpenCV draws with."""

    kind = "colour"
    PATTERN: ClassVar[str] = r"#[0-9a-fA-F]{6}"

    def __init__(self, label: str, *, default: str = "#4cc79a", **options: Any) -> None:
        super().__init__(label, default, **options)

    def clean(self, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(self.PATTERN, value):
            raise Refused("Write the colour like #4cc79a.")
        return value.lower()

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"type": "string", "pattern": f"^{self.PATTERN}$"}


@dataclass(frozen=True, slots=True)
class FileValue:
    """What a visitor uploaded. The bytes are unchecked: open them with care, in ``process`` or ``start``."""

    name: str
    type: str
    data: bytes


class FileParameter(Parameter[FileValue | None]):
    """A file of the visitor's own; the value is ``None`` until there is one."""

    kind = "file"

    def __init__(
        self,
        label: str,
        *,
        accept: Sequence[str] = ("image/png", "image/jpeg"),
        maximum_bytes: int = FILE_BYTES,
        **options: Any,
    ) -> None:
        self.accept = tuple(accept)
        self.maximum_bytes = maximum_bytes
        super().__init__(label, None, **options)

    def clean(self, value: Any) -> FileValue | None:
        if value is None or isinstance(value, FileValue):
            return self._fitting(value)
        if not isinstance(value, Mapping) or set(value) != {"name", "type", "data"}:
            raise Refused("This needs a file; choose one to upload.")
        if not all(isinstance(part, str) for part in value.values()):
            raise Refused("This file did not arrive whole; choose it again.")
        return self._fitting(FileValue(value["name"][-100:], value["type"], self._decoded(value["data"])))

    def to_json(self, value: FileValue | None) -> dict[str, Any] | None:
        if value is None:
            return None
        return {"name": value.name, "type": value.type, "bytes": len(value.data)}

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"accept": list(self.accept), "max_bytes": self.maximum_bytes}

    def schema(self) -> dict[str, Any]:
        text = {"type": "string"}
        data = {
            "type": "string",
            "contentEncoding": "base64",
            "maxLength": 4 * math.ceil(self.maximum_bytes / 3),
        }
        properties = {"name": text, "type": {"enum": list(self.accept)}, "data": data}
        return super().schema() | {
            "type": ["object", "null"],
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def _decoded(self, data: str) -> bytes:
        if len(data) > 4 * math.ceil(self.maximum_bytes / 3):
            raise Refused(self._too_large())
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused("This file did not arrive whole; choose it again.") from error

    def _fitting(self, value: FileValue | None) -> FileValue | None:
        if value is not None and value.type not in self.accept:
            raise Refused(f"This kind of file does not fit; choose one of: {', '.join(self.accept)}.")
        if value is not None and len(value.data) > self.maximum_bytes:
            raise Refused(self._too_large())
        return value

    def _too_large(self) -> str:
        return f"The file is too large; the most is {self.maximum_bytes / 1024 / 1024:.3g} MiB."


def named_choices(label: str, choices: Mapping[str, str] | Sequence[str]) -> dict[str, str]:
    if not choices or isinstance(choices, str):
        raise DeclarationError(f"The parameter {label!r} needs choices: a list of values or value to label.")
    return dict(choices) if isinstance(choices, Mapping) else {value: value for value in choices}


def listed(choices: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in choices.items()]


def clean_parameters(
    cls: "type[Processor]", values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Check values from outside; return what fits and, by name, a sentence for each that does not."""
    accepted: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in values.items():
        parameter = cls.parameters.get(name)
        if parameter is None:
            errors[str(name)] = "This processor has no such parameter."
            continue
        try:
            accepted[name] = parameter.clean(value)
        except Refused as error:
            errors[name] = str(error)
    return accepted, errors


def default_values(cls: "type[Processor]") -> dict[str, Any]:
    return {name: parameter.default for name, parameter in cls.parameters.items()}


def values_as_json(cls: "type[Processor]", values: Mapping[str, Any]) -> dict[str, Any]:
    """Return cleaned values as the page may see them (a file becomes its name, type and size)."""
    return {name: cls.parameters[name].to_json(value) for name, value in values.items()}


def json_schema(cls: "type[Processor]") -> dict[str, Any]:
    """Return the JSON Schema of a whole set of values; every one may be left out."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": cls.label,
        "type": "object",
        "properties": {name: parameter.schema() for name, parameter in cls.parameters.items()},
        "additionalProperties": False,
    }


def set_values(instance: object, values: Mapping[str, Any]) -> None:
    """Give an instance cleaned values in one step: no frame ever sees half of a change."""
    vars(instance)[VALUES] = {**vars(instance).get(VALUES, {}), **values}


def bgr(colour: str) -> tuple[int, int, int]:
    """Turn ``#rrggbb`` into the (blue, green, red) that OpenCV draws with."""
    red, green, blue = bytes.fromhex(colour[1:])
    return blue, green, red
