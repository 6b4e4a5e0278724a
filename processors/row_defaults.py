"""What a session of a row starts with, as far as the class still understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import catalogue
from .parameters import FileParameter, clean_parameters, values_as_json

if TYPE_CHECKING:
    from .models import Processor


def row_defaults(row: Processor) -> dict[str, Any]:
    """The row's own values. A package update may have renamed a parameter or moved a limit: what no longer fits
    is left out, and the class's default holds. Raises ProcessorUnavailable."""
    cls = catalogue.load_class(row.key, row.configuration)
    files = {name for name, parameter in cls.parameters.items() if isinstance(parameter, FileParameter)}
    plain = {name: value for name, value in row.parameters.items() if name not in files}
    accepted, _ = clean_parameters(cls, plain)
    return values_as_json(cls, accepted) | {
        name: row.parameters[name] for name in files & row.parameters.keys()
    }
