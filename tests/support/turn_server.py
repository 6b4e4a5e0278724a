"""A real coturn with the configuration that `manage.py turnconfig` writes, and a client that asks it single things."""

import hashlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from aioice import stun

from workers.turn_credentials import turn_server

from .patience import patient, wait_until
from .processes import ROOT, RunningProgram, free_port, free_port_range, program

SECRET = "a secret of the tests only".replace(" ", "-")
UDP_RELAYING = 17 << 24
RELAY_PORTS = 40


def machine_address() -> str:
    """The address of this machine under which both workers and relay are found."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        address: str = probe.getsockname()[0]
        return address


class TurnServer:
    """coturn beside the site under test; ``settings`` are what that site needs to use it."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path] | None = None, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.address = machine_address()
        self.port, self.tls_port = free_port(), free_port()
        urls = [f"turn:{self.address}:{self.port}?transport={transport}" for transport in ("udp", "tcp")]
        if certificate:
            urls.append(f"turns:{self.address}:{self.tls_port}?transport=tcp")
        first = free_port_range(RELAY_PORTS)
        self.settings = {
            "TURN_URLS": ",".join(urls),
            "TURN_SECRET": SECRET,
            "TURN_WORKER_ADDRESSES": self.address,
            "TURN_RELAY_ADDRESS": self.address,
            "TURN_RELAY_PORTS": f"{first}-{first + RELAY_PORTS - 1}",
            "TURN_CERTIFICATE": str(certificate[0]) if certificate else "",
            "TURN_CERTIFICATE_KEY": str(certificate[1]) if certificate else "",
            **settings,
        }
        self.configuration = folder / "turnserver.conf"
        self._program: RunningProgram | None = None

    def __enter__(self) -> Self:
        self.write_configuration()
        command = [
            program("turnserver"),
            "-c",
            str(self.configuration),
            "--pidfile",
            str(self.folder / "pid"),
        ]
        # Its accounts for other schemes; only so that it touches nothing of this machine's own.
        command += ["--db", str(self.folder / "turndb")]
        self._program = RunningProgram(command, self.folder / "turn.log")
        wait_until(self._answers, "coturn answers", seconds=20)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._program is not None
        self._program.kill()

    def write_configuration(self) -> str:
        options = ["--out", str(self.configuration), "--listen", self.address]
        done = run_turnconfig(self.folder, self.settings, *options)
        assert done.returncode == 0, done.stderr
        return self.configuration.read_text()

    def log(self) -> str:
        assert self._program is not None
        return self._program.output()

    def credentials(self, user: str = "visitor", seconds: int = 600, secret: str = SECRET) -> dict[str, Any]:
        return turn_server([], secret, user, seconds)

    def client(self, **credentials: Any) -> "TurnClient":
        return TurnClient((self.address, self.port), **(credentials or self.credentials()))

    def _answers(self) -> bool:
        assert self._program is not None
        self._program.expect_running()
        with TurnClient((self.address, self.port)) as client:
            return client.answers()


def run_turnconfig(folder: Path, settings: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "SETTINGS_FILE": os.devnull,
        "VAR_DIR": str(folder / "var"),
        **settings,
    }
    command = [sys.executable, str(ROOT / "manage.py"), "turnconfig", *options]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


class TurnClient:
    """One UDP socket and so at most one allocation; each request gives the relay's status, 0 for done."""

    def __init__(self, server: tuple[str, int], username: str = "", credential: str = "", **_: Any) -> None:
        self._server = server
        self._username, self._credential = username, credential
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(patient(2))
        self._realm, self._nonce = "", b""
        self._has_allocation = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Give back the allocation too: the system may give this port to the next client, who would be refused."""
        try:
            if self._has_allocation:
                self.let_go()
        except OSError:  # the relay has gone
            pass
        finally:
            self._socket.close()

    def answers(self) -> bool:
        try:
            return self._ask(stun.Method.BINDING, {}).message_class == stun.Class.RESPONSE
        except OSError:
            return False

    def allocate(self) -> int:
        wanted = {"REQUESTED-TRANSPORT": UDP_RELAYING}
        if not self._nonce:
            refused = self._ask(stun.Method.ALLOCATE, wanted)
            self._realm, self._nonce = refused.attributes["REALM"], refused.attributes["NONCE"]
        status = self._status(stun.Method.ALLOCATE, wanted)
        self._has_allocation = status == 0
        return status

    def refresh(self) -> int:
        return self._status(stun.Method.REFRESH, {"LIFETIME": 600})

    def may_reach(self, address: str) -> int:
        return self._status(stun.Method.CREATE_PERMISSION, {"XOR-PEER-ADDRESS": (address, 9)})

    def may_bind(self, address: str) -> int:
        wanted = {"CHANNEL-NUMBER": 0x4001, "XOR-PEER-ADDRESS": (address, 9)}
        return self._status(stun.Method.CHANNEL_BIND, wanted)

    def let_go(self) -> int:
        return self._status(stun.Method.REFRESH, {"LIFETIME": 0})

    def _status(self, method: stun.Method, attributes: dict[str, Any]) -> int:
        answer = self._ask(method, attributes, signed=True)
        return 0 if answer.message_class == stun.Class.RESPONSE else int(answer.attributes["ERROR-CODE"][0])

    def _ask(self, method: stun.Method, attributes: dict[str, Any], signed: bool = False) -> stun.Message:
        request = stun.Message(method, stun.Class.REQUEST)
        request.attributes.update(attributes)
        if signed:
            names = {"USERNAME": self._username, "REALM": self._realm, "NONCE": self._nonce}
            request.attributes.update(names)
            key = f"{self._username}:{self._realm}:{self._credential}".encode()
            request.add_message_integrity(hashlib.md5(key).digest())  # noqa: S324 - RFC 8489
        self._socket.sendto(bytes(request), self._server)
        while True:
            answer = stun.parse_message(self._socket.recv(2048))
            if answer.transaction_id == request.transaction_id:
                return answer
