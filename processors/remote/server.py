"""What a host must know of an inference server to speak to it, and what the server says of its models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .addresses import Allowed, Place, parse_url
from .limits import DEADLINE_SECONDS, RESPONSE_BYTES
from .tensors import MOST_TENSORS, Array, Mismatch, TensorFacts


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """One server of the admin's list, with the limits of the site."""

    name: str
    url: str
    deadline_seconds: float = DEADLINE_SECONDS
    # Never in a log or an error: not part of the representation.
    token: str = field(default="", repr=False)
    # The authority that signed the server's certificate, as PEM; empty: those that everybody trusts.
    ca: str = field(default="", repr=False)
    allowed_hosts: tuple[str, ...] = ()
    response_bytes: int = RESPONSE_BYTES

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "RemoteServer":
        return cls(
            name=str(data["name"]),
            url=str(data["url"]),
            deadline_seconds=float(data.get("deadline_seconds") or DEADLINE_SECONDS),
            token=str(data.get("token") or ""),
            ca=str(data.get("ca") or ""),
            allowed_hosts=tuple(data.get("allowed_hosts") or ()),
            response_bytes=int(data.get("response_bytes") or RESPONSE_BYTES),
        )

    @property
    def place(self) -> Place:
        """Raises AddressRefused."""
        return parse_url(self.url)

    @property
    def allowed(self) -> Allowed:
        return Allowed.parse(self.allowed_hosts)


@dataclass(frozen=True, slots=True)
class ServerFacts:
    name: str
    version: str
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, name: Any, version: Any, extensions: Any) -> "ServerFacts":
        known = tuple(str(each)[:60] for each in list(extensions or ())[:40])
        return cls(str(name)[:80], str(version)[:40], known)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The metadata of a model: what it takes and gives."""

    name: str
    inputs: tuple[TensorFacts, ...]
    outputs: tuple[TensorFacts, ...]
    platform: str = ""

    @classmethod
    def parse(cls, name: Any, inputs: list[Any], outputs: list[Any], platform: Any = "") -> "ModelFacts":
        if len(inputs) > MOST_TENSORS or len(outputs) > MOST_TENSORS:
            raise Mismatch(f"the metadata name more than {MOST_TENSORS} tensors")
        return cls(
            str(name)[:200],
            tuple(TensorFacts.parse(*each) for each in inputs),
            tuple(TensorFacts.parse(*each) for each in outputs),
            str(platform)[:80],
        )

    def output(self, name: str) -> TensorFacts:
        for facts in self.outputs:
            if facts.name == name:
                return facts
        raise Mismatch(f"the model {self.name} has no output {name}")


@dataclass(frozen=True, slots=True)
class Call:
    """One inference: which model, with what, for which outputs, and by when."""

    model: str
    version: str
    inputs: Mapping[str, Array]
    # What we ask for, and the shape and type that it must have. Empty: everything, and any shape (a first look).
    outputs: tuple[TensorFacts, ...]
    deadline_seconds: float
