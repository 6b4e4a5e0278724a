"""Runs a checking process and reads its report; whatever the process does, the caller gets an answer in time."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from processors.model_files import FOLDER_VARIABLE

from .reports import Refused

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
# A report holds a few pictures at most; a process that writes more has been taken over.
REPORT_BYTES = 16 * 1024 * 1024
LOG_CHARACTERS = 2000
# The process ends itself first, if it can.
GRACE_SECONDS = 1
INHERITED = ("PATH", "PYTHONPATH", "LANG", "HOME", FOLDER_VARIABLE)

OnPhase = Callable[[str], None]


def ignored(_phase: str) -> None:
    """For callers who only want the result."""


@dataclass(frozen=True)
class Allowance:
    seconds: float = 30
    memory_bytes: int = 1024 * 1024 * 1024


def ask(
    module: str,
    order: dict[str, Any],
    allowance: Allowance,
    model: Path | None = None,
    on_phase: OnPhase = ignored,
) -> dict[str, Any]:
    """Return the result of the child, or raise ``Refused`` with the reason there is none."""
    limits = {"seconds": int(allowance.seconds) + GRACE_SECONDS, "memory_bytes": allowance.memory_bytes}
    if model is None:
        return _Conversation(module, order | limits, allowance, ()).result(on_phase)
    with model.open("rb") as file:
        given = {"descriptor": file.fileno()}
        return _Conversation(module, order | limits | given, allowance, (file.fileno(),)).result(on_phase)


class _Conversation:
    def __init__(
        self, module: str, order: dict[str, Any], allowance: Allowance, descriptors: tuple[int, ...]
    ) -> None:
        self._module = module
        self._order = order
        self._allowance = allowance
        self._descriptors = descriptors
        self._out_of_time = False

    def result(self, on_phase: OnPhase) -> dict[str, Any]:
        with tempfile.TemporaryFile() as errors:
            process = self._start(errors)
            timer = threading.Timer(self._allowance.seconds, self._end, [process])
            timer.start()
            try:
                answer = self._answer(process, on_phase)
                if answer is None:
                    # It is ending: how it ends is the reason.
                    process.wait()
            finally:
                timer.cancel()
                _kill(process)
            return self._judged(answer, process.wait(), errors)

    def _start(self, errors: IO[bytes]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
            pass_fds=self._descriptors,
            start_new_session=True,
            text=True,
        )

    def _answer(self, process: "subprocess.Popen[str]", on_phase: OnPhase) -> dict[str, Any] | None:
        """The last line, which is the result; None if the process ended without one."""
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(self._order))
            process.stdin.close()
        except BrokenPipeError:
            return None
        while line := process.stdout.readline(REPORT_BYTES):
            said = _understood(line)
            if said is None or "phase" not in said:
                return said
            on_phase(str(said["phase"])[:40])
        return None

    def _judged(self, answer: dict[str, Any] | None, status: int, errors: IO[bytes]) -> dict[str, Any]:
        if answer and isinstance(answer.get("result"), dict):
            result: dict[str, Any] = answer["result"]
            return result
        raise self._refusal(answer, status, errors)

    def _refusal(self, answer: dict[str, Any] | None, status: int, errors: IO[bytes]) -> Refused:
        if self._out_of_time or status == -signal.SIGXCPU:
            return Refused("out-of-time", seconds=round(self._allowance.seconds))
        if answer and "refused" in answer:
            return self._told(answer["refused"])
        errors.seek(0)
        last_words = errors.read()[-LOG_CHARACTERS:].decode(errors="replace")
        logger.warning("The check of a model ended with status %s: %s", status, last_words)
        if "MemoryError" in last_words or "bad_alloc" in last_words:
            return self._out_of_memory()
        # A process that has not been ended by a signal has failed by a mistake of ours.
        if status < 0 and status != -signal.SIGKILL:
            return Refused("crashed", signal=signal.Signals(-status).name)
        return self._out_of_memory() if status < 0 else Refused("failed")

    def _told(self, said: dict[str, Any]) -> Refused:
        if said["code"] == "out-of-memory":
            return self._out_of_memory()
        return Refused(said["code"], **said["values"])

    def _out_of_memory(self) -> Refused:
        return Refused("out-of-memory", limit=f"{self._allowance.memory_bytes / 1024**3:.1f} GB")

    def _end(self, process: "subprocess.Popen[str]") -> None:
        self._out_of_time = True
        _kill(process)


def _kill(process: "subprocess.Popen[str]") -> None:
    """With all that it may have started."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _understood(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
