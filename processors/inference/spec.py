"""What a model file does not say about itself: how to make its input and how to read its outputs.

A spec is plain data: it is kept as JSON beside the file, edited in a form, and validated here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..exceptions import BadModelSpec
from .conventions import CONVENTIONS, TASKS
from .labels import LISTS, name_of, names_of
from .spec_values import choice, flat_mapping, names, number, text, three_numbers, whole_number

LAYOUTS = ("nchw", "nhwc")
COLOURS = ("bgr", "rgb", "gray")
TYPES = ("float32", "uint8", "float16", "int32")
FITS = ("stretch", "letterbox", "letterbox-corner")
SMALLEST_SIDE_PIXELS = 8
LARGEST_SIDE_PIXELS = 4096
MAXIMUM_OUTPUTS = 64
MAXIMUM_LABELS = 20_000
LONGEST_NAME_CHARACTERS = 200


@dataclass(frozen=True)
class InputSpec:
    """How a picture becomes the model's input tensor."""

    name: str
    width: int
    height: int
    layout: str = "nchw"
    colours: str = "rgb"
    type: str = "float32"
    # subtracted from and divided into pixels between 0 and 255, in the order of ``colours``
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fit: str = "stretch"
    pad: int = 114

    @classmethod
    def from_json(cls, values: Any) -> "InputSpec":
        known = known_fields(values, cls, "input")
        return cls(
            name=text(known, "name", LONGEST_NAME_CHARACTERS),
            width=whole_number(known, "width", SMALLEST_SIDE_PIXELS, LARGEST_SIDE_PIXELS),
            height=whole_number(known, "height", SMALLEST_SIDE_PIXELS, LARGEST_SIDE_PIXELS),
            layout=choice(known, "layout", LAYOUTS, "nchw"),
            colours=choice(known, "colours", COLOURS, "rgb"),
            type=choice(known, "type", TYPES, "float32"),
            mean=three_numbers(known, "mean", (0.0, 0.0, 0.0)),
            std=divisors(known),
            fit=choice(known, "fit", FITS, "stretch"),
            pad=whole_number(known, "pad", 0, 255, 114),
        )


@dataclass(frozen=True)
class ModelSpec:
    """Everything that is needed to run a model on a picture and to understand what it answers."""

    task: str
    convention: str
    input: InputSpec
    # in the order in which the decoder wants them; empty: as the model has them
    outputs: tuple[str, ...] = ()
    # the name of a well-known list, or the names themselves
    labels: str | tuple[str, ...] = ()
    threshold: float = 0.5
    iou: float = 0.45
    # what one convention needs to know in addition, e.g. {"strides": [8, 16, 32]}
    decoder: Mapping[str, Any] = field(default_factory=dict)
    # other inputs by name: "width-height", "height-width", "scale", "everywhere" or numbers
    extra_inputs: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, values: Any) -> "ModelSpec":
        known = known_fields(values, cls, "spec")
        task = choice(known, "task", TASKS)
        return cls(
            task=task,
            convention=choice(known, "convention", conventions_for(task)),
            input=InputSpec.from_json(known.get("input")),
            outputs=names(known, "outputs", MAXIMUM_OUTPUTS, LONGEST_NAME_CHARACTERS),
            labels=labels_from(known),
            threshold=number(known, "threshold", 0.0, 1.0, 0.5),
            iou=number(known, "iou", 0.0, 1.0, 0.45),
            decoder=flat_mapping(known, "decoder"),
            extra_inputs=flat_mapping(known, "extra_inputs"),
        )

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        values["outputs"] = list(self.outputs)
        values["labels"] = self.labels if isinstance(self.labels, str) else list(self.labels)
        values["input"]["mean"] = list(self.input.mean)
        values["input"]["std"] = list(self.input.std)
        return values

    @property
    def names(self) -> tuple[str, ...]:
        return names_of(self.labels)

    def label(self, number: int) -> str:
        return name_of(self.names, number)


def conventions_for(task: str) -> tuple[str, ...]:
    return tuple(name for name, tasks in CONVENTIONS.items() if task in tasks)


def known_fields(values: Any, of: type, what: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise BadModelSpec(f"The {what} must be an object with named values.")
    unknown = sorted(str(name) for name in values if name not in of.__dataclass_fields__)  # type: ignore[attr-defined]
    if unknown:
        raise BadModelSpec(f"The {what} has values nobody reads: {', '.join(unknown)}. Remove them.")
    return values


def labels_from(values: Mapping[str, Any]) -> str | tuple[str, ...]:
    labels = values.get("labels", ())
    if isinstance(labels, str):
        return choice(values, "labels", tuple(LISTS))
    return names(values, "labels", MAXIMUM_LABELS, LONGEST_NAME_CHARACTERS)


def divisors(values: Mapping[str, Any]) -> tuple[float, float, float]:
    std = three_numbers(values, "std", (1.0, 1.0, 1.0))
    if min(std) <= 0:
        raise BadModelSpec("std must be three numbers above 0: pixels are divided by them.")
    return std


def labels_fit(spec: ModelSpec, classes: int) -> bool:
    """Whether there is a name for every class; an empty list of names fits everything."""
    return not spec.names or len(spec.names) == classes


__all__: Sequence[str] = ("InputSpec", "ModelSpec", "conventions_for", "labels_fit")
