"""A network of its own for one browser: all that it sends and gets passes a wall, which blocks and slows as told."""

import os
import subprocess
from pathlib import Path
from typing import Self

NEAR, FAR = "10.81.0.1", "10.81.0.2"


class WalledNetwork:
    """A network namespace; its browser finds this machine at ``NEAR``."""

    def __init__(self) -> None:
        self.name = f"walled-{os.getpid()}"
        self._near, self._far = f"near{os.getpid() % 10**6}", "far"

    def __enter__(self) -> Self:
        shell("ip", "netns", "add", self.name)
        shell("ip", "link", "add", self._near, "type", "veth", "peer", "name", self._far, "netns", self.name)
        shell("ip", "addr", "add", f"{NEAR}/24", "dev", self._near)
        shell("ip", "link", "set", self._near, "up")
        self._inside("ip", "link", "set", "lo", "up")
        self._inside("ip", "addr", "add", f"{FAR}/24", "dev", self._far)
        self._inside("ip", "link", "set", self._far, "up")
        self._inside("ip", "route", "add", "default", "via", NEAR)
        return self

    def __exit__(self, *_: object) -> None:
        # The other end of the wire goes with it.
        shell("ip", "netns", "delete", self.name)

    def program(self, path: str, folder: Path) -> str:
        """Return a program that runs ``path`` behind the wall."""
        script = folder / "behind-the-wall"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {path} "$@"\n')
        script.chmod(0o755)
        return str(script)

    def open(self) -> None:
        """Let everything through again."""
        self._inside("iptables-legacy", "-F", "OUTPUT")
        # What devices have by themselves takes the place of the bucket.
        self._inside("tc", "qdisc", "replace", "dev", self._far, "root", "pfifo")
        shell("tc", "qdisc", "replace", "dev", self._near, "root", "pfifo")

    def block_udp(self) -> None:
        self._inside("iptables-legacy", "-A", "OUTPUT", "-p", "udp", "-j", "DROP")

    def block_tcp(self, port: int) -> None:
        """As firewalls do it: no answer at all."""
        self._inside("iptables-legacy", "-A", "OUTPUT", "-p", "tcp", "--dport", str(port), "-j", "DROP")

    def slow_down(self, rate: str) -> None:
        """Let no more than ``rate`` through, each way."""
        bucket = ["root", "tbf", "rate", rate, "burst", "8kb", "latency", "300ms"]
        self._inside("tc", "qdisc", "replace", "dev", self._far, *bucket)
        shell("tc", "qdisc", "replace", "dev", self._near, *bucket)

    def _inside(self, *words: str) -> None:
        shell("ip", "netns", "exec", self.name, *words)


def shell(*words: str) -> None:
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
