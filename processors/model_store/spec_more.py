"""What the form of a model has no field for, as JSON: names of input and outputs, options of the decoder, and so on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from processors.exceptions import BadModelSpec
from processors.inference.spec import LONGEST_NAME_CHARACTERS, MAXIMUM_OUTPUTS, TYPES
from processors.inference.spec_values import choice, flat_mapping, names, text, whole_number

PARTS = ("outputs", "decoder", "extra_inputs")
INPUT_PARTS = ("name", "type", "pad")
# Another convention has outputs and options of its own.
OF_A_CONVENTION = ("outputs", "decoder")


def more_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    given = spec["input"] if isinstance(spec.get("input"), dict) else {}
    return {
        "input": {name: given[name] for name in INPUT_PARTS if name in given},
        **{name: spec[name] for name in PARTS if name in spec},
    }


def checked(more: Any) -> dict[str, Any]:
    """Return it; ``BadModelSpec`` says what is wrong with it."""
    values = only(more, ("input", *PARTS), "This")
    names(values, "outputs", MAXIMUM_OUTPUTS, LONGEST_NAME_CHARACTERS)
    for name in ("decoder", "extra_inputs"):
        flat_mapping(values, name)
    given = only(values.get("input", {}), INPUT_PARTS, "input")
    if "name" in given:
        text(given, "name", LONGEST_NAME_CHARACTERS)
    choice(given, "type", TYPES, "float32")
    whole_number(given, "pad", 0, 255, 114)
    return dict(values)


def only(values: Any, known: Collection[str], what: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise BadModelSpec(f"{what} must be an object with named values.")
    if strange := sorted(str(name) for name in values if name not in known):
        raise BadModelSpec(f"{what} may have {', '.join(known)}, and not {', '.join(strange)}.")
    return values


def with_more(base: Mapping[str, Any], more: Mapping[str, Any], convention: str) -> dict[str, Any]:
    """Return the description with these values. With another convention, what belonged to the former one goes,

    unless somebody wrote it: what stands there as it was proposed nobody wrote.
    """
    spec = deepcopy(dict(base))
    given = spec["input"] if isinstance(spec.get("input"), dict) else {}
    spec["input"] = {**given, **more.get("input", {})}
    spec |= {name: more[name] for name in PARTS if name in more}
    if convention != base.get("convention"):
        written = {} if more == more_of(base) else more
        for name in OF_A_CONVENTION:
            if name not in written:
                spec.pop(name, None)
    return spec
