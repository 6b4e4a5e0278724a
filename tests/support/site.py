"""The real site as its host runs it: ``manage.py serve``, with Redis also ``manage.py runmediaworker``."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from .patience import patient, wait_until
from .processes import ROOT, RunningProgram, free_port, free_port_range
from .script_host import ScriptHost

MANAGE = [sys.executable, str(ROOT / "manage.py")]
PLUGIN_FOLDER = ROOT / "tests" / "plugin"
# Only these are taken over from the shell, so that a developer's settings cannot change a test.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str
    # The address after redirects.
    url: str

    def json(self) -> Any:
        return json.loads(self.body)


class Site:
    """One site with data of its own under ``folder``; embedded, or a team of processes with ``redis_url``."""

    def __init__(self, folder: Path, redis_url: str = "", worker_processes: int = 2, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.worker_http_port = free_port_range(worker_processes)
        self.url = f"http://127.0.0.1:{self.port}"
        self.redis_url = redis_url
        self.worker_processes = worker_processes
        self.settings = settings
        self.web: RunningProgram | None = None
        self.workers: RunningProgram | None = None
        self.people: dict[str, dict[str, str]] = {}
        self._scripts: ScriptHost | None = None

    def copied_to(self, folder: Path, redis_url: str = "", **settings: str) -> "Site":
        """Another site with this one's data, so that it need not make them; this one must not run."""
        assert not self.programs()
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.log"))
        copy = Site(folder, redis_url, **settings)
        copy.people = self.people
        return copy

    # --- life -----------------------------------------------------------------------------------

    def start(self) -> float:
        """Start all processes; return the seconds until the site was ready for a visitor."""
        self.folder.mkdir(parents=True, exist_ok=True)
        started_at = time.monotonic()
        try:
            self._start_programs()
        except AssertionError as error:
            for program in self.programs():
                program.abort()
            output = self.output()
            self.kill()
            raise AssertionError(f"{error}\n{output[-4000:]}") from None
        ready_seconds = time.monotonic() - started_at
        if not self.people:
            self.people = self.run_script("people")
        return ready_seconds

    def stop(self, ask: signal.Signals = signal.SIGINT, seconds: float = 10) -> float:
        """Ask all processes to end, prove that none is left; return the seconds of the slowest."""
        try:
            return max((program.stop(ask, seconds) for program in self.programs()), default=0.0)
        finally:
            self.kill()

    def kill(self) -> None:
        """Leave nothing behind, whatever went wrong."""
        for program in self.programs():
            program.kill()
        self.web = self.workers = None
        if self._scripts is not None:
            self._scripts.close()
            self._scripts = None

    def _start_programs(self) -> None:
        self.web = self._run("serve")
        if self.redis_url:
            wait_until(lambda: self._answers("/healthz"), "the web process answers", seconds=60)
            self.workers = self._run("runmediaworker", "--processes", str(self.worker_processes))
        wait_until(lambda: self._answers("/readyz"), "the site is ready", seconds=60)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @contextmanager
    def another_web(self) -> Iterator[tuple[str, RunningProgram]]:
        """A second web process of this site, at an address of its own; needs Redis."""
        port = free_port()
        environment = {**self.environment(), "PORT": str(port)}
        program = RunningProgram([*MANAGE, "serve"], self.folder / "serve-2.log", environment)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until(lambda: self._answers("/readyz", url), "the second web process is ready", seconds=60)
            yield url, program
        finally:
            program.kill()

    def programs(self) -> list[RunningProgram]:
        return [program for program in (self.workers, self.web) if program is not None]

    def output(self) -> str:
        return "\n".join(program.output() for program in self.programs())

    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "SETTINGS_FILE": os.devnull,
            "ALLOWED_HOSTS": "127.0.0.1,localhost,showroom.test",
            "VAR_DIR": str(self.folder),
            "WORKER_HTTP_PORT": str(self.worker_http_port),
            "REDIS_URL": self.redis_url,
            "PYTHONPATH": str(PLUGIN_FOLDER),
            "PYTHONUNBUFFERED": "1",
            "PYTHONFAULTHANDLER": "1",
            # As `make run` has it, in the team's form too.
            "GUESTS_ALLOWED": "True",
            "MFA_REQUIRED_FOR_STAFF": "False",
            # The tests open many sessions as few people on few workers.
            "SESSIONS_PER_USER": "50",
            "SESSIONS_PER_WORKER": "50",
            # All visitors of the tests come from this machine.
            "SOCKETS_PER_ADDRESS": "200",
            "GUEST_SESSIONS_PER_ADDRESS": "50",
            "MESSAGES_PER_SECOND": "100",
            "MESSAGE_BURST": "200",
            **self.settings,
        }

    # --- what a test asks of it -------------------------------------------------------------------

    def run_script(self, name: str, *arguments: str) -> Any:
        """Run ``tests/support/scripts/NAME.py`` beside the running site, on its data; return its JSON."""
        script = ROOT / "tests" / "support" / "scripts" / f"{name}.py"
        environment = {**self.environment(), "PYTHONPATH": f"{ROOT}{os.pathsep}{PLUGIN_FOLDER}"}
        if not self.programs():
            with ScriptHost(environment) as host:
                return host.run(script, arguments)
        self._scripts = self._scripts or ScriptHost(environment)
        return self._scripts.run(script, arguments)

    def manage(self, *command: str) -> str:
        """Run ``manage.py COMMAND`` beside the running site; return what it printed."""
        done = subprocess.run(
            [*MANAGE, *command],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command[0]} failed:\n{done.stderr[-4000:]}"
        return done.stdout

    def get(self, path: str, person: str | None = None, url: str = "") -> Answer:
        """GET as ``person``, or as a guest. Redirects are followed."""
        request = urllib.request.Request((url or self.url) + path)
        if person is not None:
            request.add_header("Cookie", f"sessionid={self.people[person]['session']}")
        try:
            with urllib.request.urlopen(request, timeout=patient(10)) as response:
                return Answer(response.status, dict(response.headers), response.read().decode(), response.url)
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read().decode(), error.url)

    def threads(self) -> int:
        """How many threads all processes of the site have."""
        return sum(self._measured("nlwp="))

    def memory_bytes(self) -> int:
        """Resident memory of all processes of the site."""
        return 1024 * sum(self._measured("rss="))

    def _measured(self, column: str) -> list[int]:
        pids = [str(pid) for program in self.programs() for pid in program.left_over()]
        command = ["ps", "-o", column, "-p", ",".join(pids)]
        listed = subprocess.run(command, capture_output=True, text=True, check=True)
        return [int(value) for value in listed.stdout.split()]

    def _run(self, *command: str) -> RunningProgram:
        log = self.folder / f"{command[0]}.log"
        return RunningProgram([*MANAGE, *command], log, self.environment())

    def _answers(self, path: str, url: str = "") -> bool:
        for program in self.programs():
            program.expect_running()
        try:
            return self.get(path, url=url).status == 200
        except OSError:
            return False
