"""A real PostgreSQL on a free port, with data that are thrown away. It refuses to run as root, so it does not."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from .patience import wait_until
from .processes import RunningProgram, free_port, program

FOLDERS = Path("/usr/lib/postgresql")  # where Debian has it, by version and beside the path


class PostgresServer:
    def __init__(self) -> None:
        # Not among pytest's folders, which are for one user only.
        self._folder = Path(tempfile.mkdtemp(prefix="showroom-postgres-"))
        self._data = self._folder / "data"
        self.port = free_port()
        self._program: RunningProgram | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgres://showroom@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres")
        initdb = [
            binary("initdb"),
            "-D",
            str(self._data),
            "-U",
            "showroom",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(as_nobody_special(initdb), check=True, capture_output=True, cwd="/")
        command = [binary("postgres"), "-D", str(self._data), "-p", str(self.port), "-h", "127.0.0.1"]
        command += ["-k", str(self._folder), "-F"]
        self._program = RunningProgram(as_nobody_special(command), self._folder / "log")
        wait_until(self._answers, "PostgreSQL answers", seconds=20)

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
            self._program = None
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        assert self._program is not None
        self._program.expect_running()
        if "ready to accept connections" not in self._program.output():
            return False
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


def binary(name: str) -> str:
    found = sorted(FOLDERS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3].partition(".")[0]))
    return str(found[-1]) if found else program(name)


def as_nobody_special(command: list[str]) -> list[str]:
    if os.getuid() != 0:
        return command
    return [program("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", *command]
