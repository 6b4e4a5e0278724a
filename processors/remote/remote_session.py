"""What onnxruntime's session would say and do, said and done by a model on another server."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..inference import providers
from .server import ModelFacts
from .tensors import Array, TensorFacts

# The protocol's names of types, and onnxruntime's.
TYPES = {
    "BOOL": "tensor(bool)",
    "UINT8": "tensor(uint8)",
    "INT32": "tensor(int32)",
    "INT64": "tensor(int64)",
    "FP16": "tensor(float16)",
    "FP32": "tensor(float)",
    "FP64": "tensor(double)",
}

Ask = Callable[[Mapping[str, Array]], Mapping[str, Array]]


@dataclass(frozen=True)
class Described:
    name: str
    type: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class About:
    producer_name: str
    custom_metadata_map: Mapping[str, str] = field(default_factory=dict)


class RemoteSession:
    def __init__(self, facts: ModelFacts, ask: Ask | None = None) -> None:
        self._facts = facts
        self._ask = ask

    def get_inputs(self) -> list[Described]:
        return [described(facts) for facts in self._facts.inputs]

    def get_outputs(self) -> list[Described]:
        return [described(facts) for facts in self._facts.outputs]

    def get_modelmeta(self) -> About:
        return About(self._facts.platform)

    def get_providers(self) -> list[str]:
        return providers.wanted()  # where it runs is the server's affair

    def run(self, names: Sequence[str] | None, inputs: Mapping[str, Array]) -> list[Array]:
        assert self._ask is not None, "This session only describes."
        answer = self._ask(inputs)
        return [answer[name] for name in names or [each.name for each in self._facts.outputs]]


def described(facts: TensorFacts) -> Described:
    sides = tuple(None if side < 0 else side for side in facts.shape)
    return Described(facts.name, TYPES.get(facts.datatype, facts.datatype), sides)
