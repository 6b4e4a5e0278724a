"""A real redis-server on a free port, without a file on disk."""

import socket
from pathlib import Path

from .patience import wait_until
from .processes import RunningProgram, free_port, program


class RedisServer:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._program: RunningProgram | None = None

    def start(self) -> None:
        command = [program("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._program = RunningProgram(command, self._folder / "redis.log")
        wait_until(self._answers, "redis-server answers", seconds=10)

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
            self._program = None

    def _answers(self) -> bool:
        assert self._program is not None
        self._program.expect_running()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
