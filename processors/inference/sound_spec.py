"""The same as ``spec`` for models that hear: how sound becomes their input, and what their answer means."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..exceptions import BadModelSpec
from .conventions import SOUND_CONVENTIONS, SOUND_TASKS
from .spec import LONGEST_NAME_CHARACTERS, ModelSpec, known_fields
from .spec_values import choice, number, text, whole_number

RATES_HERTZ = (8000, 16000)
LONGEST_PIECE_SAMPLES = 16_000


@dataclass(frozen=True)
class SoundInput:
    """Sound goes in piece by piece, each with the end of the one before in front of it."""

    name: str
    rate: int = 16000
    samples: int = 512
    context: int = 64

    @classmethod
    def from_json(cls, values: Any) -> "SoundInput":
        known = known_fields(values, cls, "input")
        if (rate := known.get("rate", 16000)) not in RATES_HERTZ:
            raise BadModelSpec(f"rate must be one of {', '.join(map(str, RATES_HERTZ))}.")
        return cls(
            name=text(known, "name", LONGEST_NAME_CHARACTERS),
            rate=int(rate),
            samples=whole_number(known, "samples", 32, LONGEST_PIECE_SAMPLES, 512),
            context=whole_number(known, "context", 0, LONGEST_PIECE_SAMPLES, 64),
        )


@dataclass(frozen=True)
class SoundSpec:
    """Everything that is needed to let a model hear."""

    task: str
    convention: str
    input: SoundInput
    # how sure it must be that somebody speaks
    threshold: float = 0.5

    @classmethod
    def from_json(cls, values: Any) -> "SoundSpec":
        known = known_fields(values, cls, "spec")
        task = choice(known, "task", SOUND_TASKS)
        fitting = tuple(name for name, tasks in SOUND_CONVENTIONS.items() if task in tasks)
        return cls(
            task=task,
            convention=choice(known, "convention", fitting),
            input=SoundInput.from_json(known.get("input")),
            threshold=number(known, "threshold", 0.0, 1.0, 0.5),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


AnySpec = ModelSpec | SoundSpec


def any_spec(values: Any) -> AnySpec:
    """Return the spec that these values describe, of a model that sees or of one that hears."""
    return SoundSpec.from_json(values) if is_of_sound(values) else ModelSpec.from_json(values)


def is_of_sound(values: Any) -> bool:
    return isinstance(values, Mapping) and values.get("task") in SOUND_TASKS


__all__: Sequence[str] = ("AnySpec", "SoundInput", "SoundSpec", "any_spec", "is_of_sound")
