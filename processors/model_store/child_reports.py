"""What checking processes report, read without belief: a hostile model may have taken one over.

A report that is none becomes ``Refused("failed")``, which has a sentence, and the log says what was wrong with it.
"""

import logging
from collections.abc import Mapping
from typing import Any

from processors.bench_report import NoReport, amount, mapping, picture
from processors.exceptions import ProcessorError
from processors.inference.reasons import REASONS
from processors.inference.sound_spec import any_spec

from .reports import Refused

logger = logging.getLogger(__name__)

Json = dict[str, Any]
TEXTS = ("licence", "author", "description", "producer")
TEXT_CHARACTERS = 4000
ITEMS = 1000
PROPOSALS = 20


def facts(said: Json) -> tuple[Json, Json]:
    """What the file says of itself, and what was measured."""
    try:
        found: Json = {name: text(said, name) for name in TEXTS}
        found |= {name: int(amount(said, name)) for name in ("nodes", "ir_version")}
        found |= {name: [tensor(each) for each in listed(said, name)] for name in ("inputs", "outputs")}
        found |= {name: mapping(said, name) for name in ("opsets", "metadata", "tried_with")}
        if not found["inputs"] or not all(is_shape(shape) for shape in found["tried_with"].values()):
            raise NoReport("the model was tried with nothing")
        measured = mapping(said, "measured")
        return found, {name: amount(measured, name) for name in ("load_ms", "frame_ms", "memory_bytes")}
    except NoReport as error:
        raise refused(error) from error


def proposals(said: Json) -> list[Json]:
    """What it may be; every description has passed through our own constructors."""
    try:
        return [proposal(each) for each in listed(said, "proposals")[:PROPOSALS]]
    except (NoReport, ProcessorError) as error:
        raise refused(error) from error


def trial(said: Json) -> Json:
    """What came of a trial: a picture and figures, or a mistake in the description."""
    if "error" in said:
        return {"error": str(said["error"])[:TEXT_CHARACTERS]}
    try:
        figures = ["start_ms", "frame_ms", "fps", "memory_bytes"]
        figures += ["times_real_time"] if "times_real_time" in said else []
        report: Json = {name: amount(said, name) for name in figures}
        return report | {"picture": picture(said, "picture"), "data": mapping(said, "data")}
    except NoReport as error:
        raise refused(error) from error


def refused(error: Exception) -> Refused:
    logger.warning("The process that checks a model reported what is no report: %s", error)
    return Refused("failed")


def proposal(said: Any) -> Json:
    if not isinstance(said, Mapping):
        raise NoReport("a proposal is none")
    confidence = amount(dict(said), "confidence")
    if confidence > 1:
        raise NoReport("a confidence is over 1")
    spec = any_spec(said.get("spec")).as_json()
    return {
        "spec": spec,
        "confidence": confidence,
        "reason": text(dict(said), "reason"),
        "reasons": [one_reason(each) for each in listed(dict(said), "reasons")],
    }


def one_reason(said: Any) -> Json:
    if not isinstance(said, Mapping) or not isinstance(said.get("values"), Mapping):
        raise NoReport("a reason is none")
    code, values = text(dict(said), "code"), dict(list(said["values"].items())[:ITEMS])
    if code not in REASONS:
        raise NoReport("a reason is unheard of")
    return {"code": code, "values": {str(name): text(values, name) for name in values}}


def tensor(said: Any) -> Json:
    if not isinstance(said, Mapping) or not isinstance(said.get("shape"), list):
        raise NoReport("an input or output is none")
    return {
        "name": text(dict(said), "name"),
        "type": text(dict(said), "type"),
        "shape": [side if isinstance(side, int | None) else str(side)[:80] for side in said["shape"][:ITEMS]],
    }


def is_shape(value: Any) -> bool:
    return isinstance(value, list) and all(type(side) is int for side in value)


def text(said: Json, name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise NoReport(f"{name} is no text")
    return value[:TEXT_CHARACTERS]


def listed(said: Json, name: str) -> list[Any]:
    value = said.get(name)
    if not isinstance(value, list) or len(value) > ITEMS:
        raise NoReport(f"{name} is no list")
    return value
