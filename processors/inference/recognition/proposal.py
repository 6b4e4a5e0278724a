"""A guess is what the outputs look like; a proposal is a guess with an input that was tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..decoded import Decoded
from ..reasons import Reason, Reasoned
from ..spec import ModelSpec
from .inputs import InputChoice


@dataclass(frozen=True)
class Guess:
    task: str
    convention: str
    outputs: tuple[str, ...]
    reason: Reason
    sureness: float  # how seldom something else looks like this, 0 to 1
    inputs: tuple[InputChoice, ...]  # the usual one first
    labels: str | tuple[str, ...] = ()
    threshold: float = 0.5
    iou: float = 0.45
    decoder: Mapping[str, Any] = field(default_factory=dict)
    open_size: tuple[int, int] | None = None  # width, height that suit this kind if the file leaves them open
    alternative: bool = False  # another use of the same file: stays beside what is surer


@dataclass(frozen=True)
class Proposal(Reasoned):
    spec: ModelSpec
    decoded: tuple[Decoded, ...] = ()  # what it gives for each photo

    def as_json(self) -> dict[str, Any]:
        return {"spec": self.spec.as_json(), **self.reasons_as_json()}
