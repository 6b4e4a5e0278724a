"""A real inference server: mlserver, in an environment of its own that is made once and kept in the user's cache."""

import fcntl
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from .patience import patient, wait_until
from .processes import ROOT, RunningProgram, free_port_range

# mlserver pins older packages than ours, and wants an older Python.
PACKAGES = ("mlserver==1.7.1", "onnxruntime>=1.20,<2")
PYTHON = "3.11"
INSTALL_SECONDS = 240
PRIVATE_UV = ROOT / "var" / "uv" / "bin" / "uv"
RUNTIME = ROOT / "tests" / "support" / "scripts" / "onnx_runtime_for_mlserver.py"


def environment() -> Path:
    """Return the folder of the environment; without the registry there is none, and the test fails and says so."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "showroom-tests"
    folder = cache / f"mlserver-1.7.1-{PYTHON}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        if not (folder / "complete").exists():
            install(folder)
    return folder


def install(folder: Path) -> None:
    uv = own_uv()
    shutil.rmtree(folder, ignore_errors=True)
    make = [uv, "venv", "--quiet", "--python", PYTHON, str(folder)]
    fill = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *PACKAGES]
    for command in (make, fill):
        try:
            subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=True)
        except subprocess.SubprocessError as error:
            said = str(getattr(error, "stderr", None) or error).strip().splitlines()[-1]
            pytest.fail(f"the real inference server cannot be installed from the registry: {said}")
    (folder / "complete").touch()


def own_uv() -> str:
    """The one of the machine, else the one that the Makefile fetched for itself."""
    found = shutil.which("uv") or shutil.which(PRIVATE_UV)
    if found is None:
        pytest.fail(
            f"uv makes the environment of the real inference server; `make {PRIVATE_UV.relative_to(ROOT)}` fetches it"
        )
    return found


class MlServer:
    """Serves one ONNX file under a name, on loopback."""

    def __init__(self, folder: Path, name: str, model: Path, inputs: list[Any], outputs: list[Any]) -> None:
        self.folder = folder
        self.port = free_port_range(3)
        self._write_settings(name, model, inputs, outputs)
        command = [str(environment() / "bin" / "mlserver"), "start", str(folder)]
        variables = {**os.environ, "PYTHONPATH": str(RUNTIME.parent)}
        self.program = RunningProgram(command, folder / "mlserver.log", variables)
        try:
            wait_until(lambda: self._is_ready(name), "mlserver is ready", seconds=60)
        except AssertionError:
            self.program.kill()
            raise AssertionError(self.program.output()[-4000:]) from None

    def url(self, scheme: str) -> str:
        return f"{scheme}://127.0.0.1:{self.port + (1 if scheme == 'grpc' else 0)}"

    def stop(self) -> None:
        self.program.kill()

    def _is_ready(self, name: str) -> bool:
        self.program.expect_running()
        try:
            with urllib.request.urlopen(
                f"{self.url('http')}/v2/models/{name}/ready", timeout=patient(2)
            ) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _write_settings(self, name: str, model: Path, inputs: list[Any], outputs: list[Any]) -> None:
        (self.folder / "settings.json").write_text(
            json.dumps(
                {
                    "host": "127.0.0.1",
                    "http_port": self.port,
                    "grpc_port": self.port + 1,
                    "metrics_port": self.port + 2,
                    "parallel_workers": 0,
                    "grpc_max_message_length": -1,
                }
            )
        )
        (self.folder / "model-settings.json").write_text(
            json.dumps(
                {
                    "name": name,
                    "implementation": "onnx_runtime_for_mlserver.OnnxRuntime",
                    "inputs": inputs,
                    "outputs": outputs,
                    "parameters": {"uri": str(model)},
                }
            )
        )
