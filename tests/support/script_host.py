"""Runs scripts beside a site in copies of one process, which has imported Django and the site's code already."""

import json
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from .processes import ROOT


class ScriptHost:
    """Ends with its pipe, so it cannot outlive the tests."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, script: Path, arguments: Sequence[str]) -> Any:
        """Return the JSON that the script prints."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps([str(script), *arguments]), file=self._process.stdin, flush=True)
        done = json.loads(self._process.stdout.readline() or '{"problem": "its host has ended"}')
        assert not done["problem"], f"{script.name} failed:\n{done['problem'][-4000:]}"
        return json.loads(done["printed"])

    def close(self) -> None:
        self._process.communicate()


def serve() -> None:
    import django

    django.setup()
    for line in sys.stdin:
        print(json.dumps(run_in_copy(json.loads(line))), flush=True)  # noqa: T201


def run_in_copy(command: list[str]) -> dict[str, str]:
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as problem:
        pid = os.fork()
        if pid == 0:
            os.dup2(printed.fileno(), 1)
            os.dup2(problem.fileno(), 2)
            os._exit(exit_code_of(command))
        _, status = os.waitpid(pid, 0)
        printed.seek(0)
        problem.seek(0)
        return {"printed": printed.read(), "problem": problem.read() or "?" if status else ""}


def exit_code_of(command: list[str]) -> int:
    sys.argv = command
    try:
        runpy.run_path(command[0], run_name="__main__")
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    serve()
