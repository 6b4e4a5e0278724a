"""The inside of a Caffe net, as far as its definition says it in text. Reading the text as a net is OpenCV's."""

import hashlib
import re
from typing import Any

from processors.exceptions import ModelUnusable
from processors.inference import caffe

from .reports import Refused
from .structure import Limits
from .structure_head import HEAD_BYTES, refuse_other_formats

LAYER = re.compile(r"\blayers?\s*\{")
# Deeper than any definition: reading text is recursive, and the stack has an end.
MOST_NESTED = 32


def read_pair(data: bytes, limits: Limits) -> dict[str, Any]:
    """Return the same facts as of an ONNX file; raise ``Refused`` for what the site does not take."""
    try:
        definition, weights = caffe.parts(data)
    except ModelUnusable as error:
        raise Refused("bad-pair") from error
    refuse_other_formats(weights[:HEAD_BYTES])
    nodes = layers_in(text_of(definition), limits)
    hashes = {"definition": definition, "weights": weights}
    return {
        "nodes": nodes,
        "ir_version": 0,
        "opsets": {},
        "producer": "Caffe",
        "metadata": {f"SHA-256 {name}": hashlib.sha256(part).hexdigest() for name, part in hashes.items()},
        "licence": "",
        "author": "",
        "description": "",
    }


def text_of(definition: bytes) -> str:
    try:
        text = definition.decode()
    except UnicodeDecodeError as error:
        raise Refused("bad-definition") from error
    if not all(letter.isprintable() or letter in "\t\r\n" for letter in text):
        raise Refused("bad-definition")
    return text


def layers_in(text: str, limits: Limits) -> int:
    layers = len(LAYER.findall(text))
    if not layers or deepest(text) > MOST_NESTED:
        raise Refused("bad-definition")
    if layers > limits.nodes:
        raise Refused("too-many-nodes", limit=limits.nodes)
    return layers


def deepest(text: str) -> int:
    depth = most = 0
    for bracket in re.findall(r"[{}<>]", text):
        depth += 1 if bracket in "{<" else -1
        most = max(most, depth)
    return most
