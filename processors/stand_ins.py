"""Classes of other packages, for processes that must not run their code: a child imports each and writes it down.

The web and media workers do this (``processors.apps``); hosts and tools import the class itself.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from . import catalogue
from .base import Processor
from .exceptions import ProcessorError, ProcessorUnavailable
from .host.wire import error_from_wire
from .sandbox import CODE, Limits, bare_environment, code_folders
from .written_class import read

logger = logging.getLogger(__name__)

DECLARE_SECONDS = 30.0
DECLARATION_BYTES = 1024**2
KEPT = 512
# A child that could not be started, or took too long on a busy machine, may do better later.
TRY_AGAIN_SECONDS = 60.0


class ChildSilent(ValueError):
    """It took too long, and was ended."""


class Wanted(NamedTuple):
    """The same package in the same version says the same of itself."""

    key: str
    package: str
    configuration: str


@dataclass
class Answer:
    cls: type[Processor] | None = None
    error: ProcessorError | None = None
    at: float = field(default_factory=time.monotonic)

    @property
    def is_stale(self) -> bool:
        return self.error is not None and time.monotonic() - self.at > TRY_AGAIN_SECONDS


class StandIns:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._answers: dict[Wanted, Answer] = {}
        # One child at a time: a gallery asks for all at once.
        self._lock = threading.Lock()

    def class_for(self, key: str, configuration: Mapping[str, Any]) -> type[Processor]:
        """Return the stand-in; the same one for the same configuration, so that sessions share."""
        cls = self._answer(key, {})
        return self._answer(key, configuration) if configuration and is_configurable(cls) else cls

    def _answer(self, key: str, configuration: Mapping[str, Any]) -> type[Processor]:
        wanted = Wanted(key, package_of(key), json.dumps(dict(configuration), sort_keys=True))
        answer = self._answers.get(wanted)
        if answer is None or answer.is_stale:
            answer = self._asked_once(wanted)
        if answer.cls is None:
            raise (answer.error or unavailable(key)).with_traceback(None)
        return answer.cls

    def _asked_once(self, wanted: Wanted) -> Answer:
        with self._lock:
            answer = self._answers.get(wanted)
            if answer is None or answer.is_stale:
                answer = self._answers[wanted] = self._asked(wanted)
                self._forget_oldest()
            return answer

    def _asked(self, wanted: Wanted) -> Answer:
        try:
            told = ask_child(wanted, self._limits)
            if "failed" in told:
                logger.warning(
                    "The processor %r cannot be had: %s", wanted.key, str(told.get("cause"))[:2000]
                )
                reason = error_from_wire(wanted.key, told["failed"]).message
                return Answer(error=ProcessorUnavailable(reason))
            return Answer(cls=read(told))
        except ProcessorError as error:
            return Answer(error=error)
        except (OSError, ValueError, TypeError, AttributeError):
            logger.warning("The processor %r did not say what it is", wanted.key, exc_info=True)
            return Answer(error=unavailable(wanted.key))

    def _forget_oldest(self) -> None:
        while len(self._answers) > KEPT:
            del self._answers[next(iter(self._answers))]


def is_configurable(cls: type[Processor]) -> bool:
    return getattr(cls, "_is_configurable", False)


def package_of(key: str) -> str:
    package = catalogue.installed()[key].dist
    return f"{package.name} {package.version}" if package else ""


def unavailable(key: str) -> ProcessorUnavailable:
    return ProcessorUnavailable(
        f"The processor {key!r} cannot be imported; the host finds the reason in the log."
    )


def ask_child(wanted: Wanted, limits: Limits) -> dict[str, Any]:
    """Import the class in a process without network, files and secrets, and return what that writes."""
    folders = code_folders()
    order = {
        "limits": asdict(replace(limits, readable=(*limits.readable, *folders))),
        "parent": os.getpid(),
        "folders": folders,
        "key": wanted.key,
        "configuration": json.loads(wanted.configuration),
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "processors.host", "--declare"],
        cwd=CODE.parent,
        env=bare_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    began = time.monotonic()
    patience = threading.Timer(DECLARE_SECONDS, child.kill)
    patience.start()
    try:
        return answer_of(child, order)
    except (OSError, ValueError) as error:
        if time.monotonic() - began < DECLARE_SECONDS:
            raise
        raise ChildSilent(f"no answer within {DECLARE_SECONDS:g} s") from error
    finally:
        patience.cancel()
        child.kill()
        child.wait()


def answer_of(child: "subprocess.Popen[bytes]", order: Mapping[str, Any]) -> dict[str, Any]:
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        child.stdin.write(json.dumps(order).encode())
        child.stdin.close()
        written = child.stdout.read(DECLARATION_BYTES + 1)
    if len(written) > DECLARATION_BYTES:
        raise ValueError(f"what it says of itself is longer than {DECLARATION_BYTES} bytes")
    told = json.loads(written)
    if not isinstance(told, dict):
        raise TypeError("what it says of itself is no JSON object")
    return told
