"""The misbehaving inference server as a process of its own: stopped, killed and started again for real."""

import os
import signal
import sys
from pathlib import Path

from processors.remote.server import RemoteServer
from tests.support.patience import wait_until
from tests.support.processes import ROOT, RunningProgram

SCRIPT = ROOT / "tests" / "support" / "scripts" / "open_inference_server.py"


class MisbehavingServer:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports: tuple[str, ...] = ()
        self.behave("fine")
        self.start()

    def start(self) -> None:
        """On the same ports as before, if there was a before."""
        log = self.folder / f"server-{len(list(self.folder.iterdir()))}.log"
        command = [sys.executable, str(SCRIPT), str(self.folder / "mode"), *self.ports]
        self.program = RunningProgram(command, log)
        wait_until(lambda: self.program.output().count("\n") > 0, "the inference server listens", seconds=20)
        self.program.expect_running()
        self.ports = tuple(self.program.output().split()[:2])

    def behave(self, mode: str) -> None:
        fresh = self.folder / "mode.new"
        fresh.write_text(mode)
        fresh.replace(self.folder / "mode")

    def stop(self) -> None:
        os.kill(self.program.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.program.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.program.kill()

    def url(self, scheme: str) -> str:
        return f"{scheme}://127.0.0.1:{self.ports[0 if scheme.startswith('grpc') else 1]}"

    def as_server(self, scheme: str = "grpc", **changes: object) -> RemoteServer:
        facts = {"name": "test", "url": self.url(scheme), "allowed_hosts": ["127.0.0.1"], **changes}
        return RemoteServer.from_json(facts)
