"""What a processor in a host may not do, tried from inside."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from processors import sandbox
from processors.hosts import HostOptions, HostPool
from tests.processors.desk import grey, wait_until
from tests.support.processes import ROOT

from .conftest import START_SECONDS, HostDesk

SitDown = Callable[..., HostDesk]

ATTEMPTS = [
    "socket", "unix", "settings", "secret", "environment", "parent", "write", "truncate", "fork", "execute",
    "memory", "kill", "home", "remove", "unshare", "ptrace", "thread_affinity",
    "signal_by_socket", "outlive",
]  # fmt: skip


def options(level: str) -> HostOptions:
    return HostOptions(linger_seconds=0.1, limits=sandbox.Limits(level=level))


LEVELS = [options("namespaces"), options("seccomp")]


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A site with secrets, and a door that somebody could knock at."""
    monkeypatch.setenv("SHOWROOM_TEST_SECRET", "in-the-environment")
    (tmp_path / "secret_key").write_text("in-a-file")
    (tmp_path / "secret_key").chmod(0o644)
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield {
            "port": door.getsockname()[1],
            "settings": str(ROOT / "config" / "settings.py"),
            "secret": str(tmp_path / "secret_key"),
            "writable": str(tmp_path / "written"),
            "home": str(Path.home()),
        }


@pytest.mark.parametrize("pool", LEVELS, ids=["namespaces", "seccomp"], indirect=True)
def test_everything_that_reaches_out_is_refused(
    sit_down: SitDown, pool: HostPool, surroundings: dict[str, Any]
) -> None:
    desk = sit_down("test-spy", surroundings)
    found = {}
    for number, attempt in enumerate(ATTEMPTS):
        desk.runner.set_parameters({"attempt": attempt})
        desk.picture_of(grey(10), number)
        wait_until(partial(has_results, desk, number + 1), START_SECONDS)
        found[attempt] = desk.last_data["outcome"]
    assert {attempt: said for attempt, said in found.items() if not said.startswith("refused")} == {}
    assert not Path(surroundings["writable"]).exists()
    assert Path(surroundings["secret"]).read_text() == "in-a-file"
    assert desk.runner.statistics.errors == 0


def has_results(desk: HostDesk, count: int) -> bool:
    return len(desk.notebook.results) >= count


def test_only_the_session_that_tried_shows_the_message(
    sit_down: SitDown, surroundings: dict[str, Any]
) -> None:
    spy, neighbour = sit_down("test-spy", surroundings), sit_down("test-spy", surroundings)
    neighbour.picture_of(grey(10))
    spy.runner.set_parameters({"attempt": "raise_refusal"})
    spy.show(grey(10))
    wait_until(lambda: spy.notebook.last_state == "failing", START_SECONDS)
    assert spy.state[1].startswith("Spy could not process this frame")
    neighbour.picture_of(grey(11))
    assert neighbour.notebook.last_state == "running"


def test_the_level_in_force_is_known_without_a_host() -> None:
    in_force = sandbox.describe()
    assert in_force.level == "namespaces"
    assert in_force.files_hidden
    assert sandbox.level() == "namespaces"


@pytest.mark.parametrize("level", sandbox.LEVELS)
def test_a_lower_level_may_be_chosen(level: str) -> None:
    assert sandbox.describe(sandbox.Limits(level=level)).level == level


AS_IN_A_CONTAINER = """
from processors import sandbox, sandbox_calls, sandbox_seccomp
sandbox_calls.prctl(sandbox_calls.PR_SET_NO_NEW_PRIVS, 1)
sandbox_seccomp.CALLS = {"unshare": sandbox_seccomp.CALLS["unshare"]}
sandbox_seccomp.checked_calls = lambda column: iter(())
assert sandbox_seccomp.install()
print(sandbox.describe())
"""


def test_where_namespaces_are_forbidden_the_filter_still_holds() -> None:
    """Docker's default profile refuses unshare(2) and lets Landlock and seccomp pass."""
    done = subprocess.run(
        [sys.executable, "-c", AS_IN_A_CONTAINER], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "level='seccomp', files_hidden=True" in done.stdout


def test_weak_isolation_must_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sandbox.is_strong_enough(allow_weak=False)
    weak = sandbox.InForce("limits", files_hidden=False, user="somebody")
    monkeypatch.setattr(sandbox, "probed", lambda limits: weak)
    assert not sandbox.is_strong_enough(allow_weak=False)
    assert sandbox.is_strong_enough(allow_weak=True)


def test_a_host_has_no_secret_in_its_environment_nor_open_files_of_the_worker(
    sit_down: SitDown, pool: HostPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "should-not-travel")
    sit_down("test-spy").picture_of(grey(10))
    (pid,) = pool.pids()
    environment = Path(f"/proc/{pid}/environ").read_text()
    assert "should-not-travel" not in environment
    opened = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()]
    strangers = [path for path in opened if not path.startswith(("/dev/null", "socket:", "pipe:"))]
    assert [path for path in strangers if "showroom-frames" not in path] == []
    assert len([path for path in opened if path.startswith("socket:")]) == 2  # the worker, and one session


def test_code_folders_leave_out_the_site_itself() -> None:
    folders = sandbox.code_folders()
    assert all(not ROOT.is_relative_to(folder) for folder in folders)
    assert any("site-packages" in folder for folder in folders)
