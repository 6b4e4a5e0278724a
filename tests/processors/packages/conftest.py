"""An environment of its own beside that of the site: what a package's author has after step one."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.processes import ROOT

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SECONDS = 300


@pytest.fixture(scope="module")
def manage(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """``manage.py processors`` of a site without a database, by the Python given."""
    var = tmp_path_factory.mktemp("var")

    def run(
        *arguments: str, python: str = sys.executable, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [python, "manage.py", "processors", *arguments],
            cwd=ROOT,
            env=plain_environment() | {"VAR_DIR": str(var), "SETTINGS_FILE": os.devnull, **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    return run


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new environment that sees the packages of the site's; the site's own stays as it is."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=SECONDS)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "lib" / version / "site-packages"
    (packages / "site.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
