"""Runs a checking process and reads its report; whatever the process does, the caller gets an answer in time."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from processors import sandbox

from .reports import Refused

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
# A report holds a few pictures at most; a process that writes more has been taken over.
REPORT_BYTES = 16 * 1024 * 1024
LOG_CHARACTERS = 2000
# The process ends itself first, if it can.
GRACE_SECONDS = 1

OnPhase = Callable[[str], None]


def ignored(_phase: str) -> None:
    """For callers who only want the result."""


@dataclass(frozen=True)
class Allowance:
    seconds: float = 25
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


class LastWords:
    """The end of what a process writes to its error output, which it must never find full."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream
        self._end = ""
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Before its stream is closed."""
        self._thread.join(GRACE_SECONDS)

    def text(self) -> str:
        return self._end

    def _listen(self) -> None:
        while self._stream and (part := self._stream.read(LOG_CHARACTERS)):
            self._end = (self._end + part)[-LOG_CHARACTERS:]


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
        with self._start() as process:
            last_words = LastWords(process.stderr)
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
                last_words.join()
            return self._judged(answer, process.wait(), last_words)

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=sandbox.bare_environment(),
            pass_fds=self._descriptors,
            start_new_session=True,
            text=True,
            errors="replace",
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

    def _judged(self, answer: dict[str, Any] | None, status: int, last_words: LastWords) -> dict[str, Any]:
        if answer and isinstance(answer.get("result"), dict):
            result: dict[str, Any] = answer["result"]
            return result
        raise self._refusal(answer, status, last_words)

    def _refusal(self, answer: dict[str, Any] | None, status: int, last_words: LastWords) -> Refused:
        if self._out_of_time or status == -signal.SIGXCPU:
            return Refused("out-of-time", seconds=round(self._allowance.seconds))
        if answer and "refused" in answer:
            return self._told(answer["refused"])
        said = last_words.text()
        logger.warning("The check of a model ended with status %s: %s", status, said)
        if "MemoryError" in said or "bad_alloc" in said:
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
