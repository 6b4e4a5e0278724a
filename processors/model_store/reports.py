"""What a checking process says on its output: a line of JSON for each phase, then one for the result."""

import json
import os
import sys
from typing import Any, TextIO


class Refused(Exception):
    """The file is not taken; ``refusals.py`` has a sentence for each code."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Reporter:
    """The way back to the process that asked. What a library prints goes to the error output instead."""

    def __init__(self) -> None:
        self._answers: TextIO = os.fdopen(os.dup(sys.stdout.fileno()), "w")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def phase(self, name: str) -> None:
        self._write({"phase": name})

    def result(self, value: dict[str, Any]) -> None:
        self._write({"result": value})

    def refused(self, refusal: Refused) -> None:
        self._write({"refused": {"code": refusal.code, "values": refusal.values}})

    def _write(self, value: dict[str, Any]) -> None:
        self._answers.write(json.dumps(value) + "\n")
        self._answers.flush()
