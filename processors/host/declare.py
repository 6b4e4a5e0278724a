"""``python -m processors.host --declare``: import one class in the sandbox, write down what it is, end."""

import json
from collections.abc import Mapping
from typing import Any, TextIO

from .. import catalogue
from ..exceptions import ProcessorError
from ..written_class import written
from .wire import error_to_wire


def declare(order: Mapping[str, Any], answers: TextIO) -> None:
    try:
        told = written(catalogue.load_class(order["key"], order["configuration"]))
        text = json.dumps(told, allow_nan=False)
    except ProcessorError as error:
        text = json.dumps({"failed": error_to_wire(error), "cause": repr(error.__cause__ or "")})
    answers.write(text)
    answers.flush()
