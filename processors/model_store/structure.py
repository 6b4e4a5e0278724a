"""The inside of an ONNX file, read without running anything and without opening a second file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import onnx
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]

from .reports import Refused
from .structure_head import HEAD_BYTES, refuse_other_formats

OWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})
LEAST_IR_VERSION = 3
FACT_CHARACTERS = 2000
METADATA_ENTRIES = 40


@dataclass(frozen=True)
class Limits:
    nodes: int = 20_000
    domains: frozenset[str] = field(default_factory=frozenset)


def read_model(data: bytes, limits: Limits) -> dict[str, Any]:
    """Return the facts an admin wants to see; raise ``Refused`` for what the site does not take."""
    refuse_other_formats(data[:HEAD_BYTES])
    model = parsed(data)
    nodes = refuse_dangers(model, limits)
    refuse_versions(model)
    return {
        "nodes": nodes,
        "ir_version": model.ir_version,
        "opsets": {entry.domain or "ai.onnx": entry.version for entry in model.opset_import},
        "producer": shortened(f"{model.producer_name} {model.producer_version}".strip()),
        **described(model),
    }


def parsed(data: bytes) -> onnx.ModelProto:
    try:
        model = onnx.load_model_from_string(data)
    except (DecodeError, ValueError) as error:
        raise Refused("not-onnx") from error
    if not model.HasField("graph") or not model.ir_version:
        raise Refused("not-onnx")
    if not model.graph.node or not model.graph.output:
        raise Refused("no-graph")
    return model


def refuse_dangers(model: onnx.ModelProto, limits: Limits) -> int:
    """Look at every part, wherever it is nested: graphs, functions, attributes, sparse tensors."""
    taken = OWN_DOMAINS | limits.domains | own_functions(model)
    nodes = 0
    for part in all_parts(model):
        if isinstance(part, onnx.TensorProto):
            refuse_external_data(part)
        elif isinstance(part, onnx.NodeProto):
            nodes += 1
            if nodes > limits.nodes:
                raise Refused("too-many-nodes", limit=limits.nodes)
            if part.domain not in taken:
                raise Refused(
                    "operator-domain", operator=shortened(part.op_type), domain=shortened(part.domain)
                )
    return nodes


def own_functions(model: onnx.ModelProto) -> frozenset[str]:
    """A function in the file is made of nodes in the file, which are looked at themselves."""
    return frozenset(function.domain for function in model.functions)


def refuse_external_data(tensor: onnx.TensorProto) -> None:
    if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
        location = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
        raise Refused("external-data", tensor=shortened(tensor.name), location=shortened(location))


def all_parts(message: Message) -> Iterator[Message]:
    """Every message in the file, by reflection: a field that a later ONNX adds is not overlooked."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        yield part
        for description, value in part.ListFields():
            if description.message_type is not None:
                waiting.extend(value if isinstance(value, list) or hasattr(value, "__len__") else [value])


def refuse_versions(model: onnx.ModelProto) -> None:
    if not LEAST_IR_VERSION <= model.ir_version <= onnx.IR_VERSION:
        raise Refused(
            "ir-version", version=model.ir_version, least=LEAST_IR_VERSION, most=int(onnx.IR_VERSION)
        )
    most = onnx.defs.onnx_opset_version()
    for entry in model.opset_import:
        if entry.domain in {"", "ai.onnx"} and entry.version > most:
            raise Refused("opset", version=entry.version, most=most)


def described(model: onnx.ModelProto) -> dict[str, Any]:
    entries = list(model.metadata_props)[:METADATA_ENTRIES]
    metadata = {shortened(entry.key, 80): shortened(entry.value) for entry in entries}
    folded = {key.lower(): value for key, value in metadata.items()}
    return {
        "metadata": metadata,
        "licence": folded.get("license") or folded.get("licence") or "",
        "author": folded.get("author", ""),
        "description": shortened(model.doc_string) or folded.get("description", ""),
    }


def shortened(text: str, characters: int = FACT_CHARACTERS) -> str:
    return "".join(letter for letter in text[:characters] if letter.isprintable() or letter == "\n")
