"""Hosts of a worker that runs as root become ``HOST_USER``: real root, a real other user, by the limits alone."""

import json
import os
import pwd
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.settings import system_user
from processors import sandbox
from tests.support.processes import ROOT

TRY = """
import json, os, sys
from processors import sandbox
secret, limits = sys.argv[1], json.loads(sys.argv[2])
in_force = sandbox.restrict(sandbox.Limits(**limits), os.getppid())

def outcome(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"

print(json.dumps({
    "user": in_force.user,
    "ids": [os.getuid(), os.geteuid(), os.getgid(), os.getgroups()],
    "read a file of root": outcome(lambda: open(secret).close()),
    "become root again": outcome(lambda: os.setuid(0)),
    "signal the worker": outcome(lambda: os.kill(os.getppid(), 0)),
    "its memory": outcome(lambda: open(f"/proc/{os.getppid()}/mem").close()),
}))
"""
# EINVAL where the user does not even exist in the namespace.
REFUSED = {"PermissionError", "OSError"}


@pytest.fixture
def root() -> None:
    if os.getuid() != 0:
        pytest.fail("only root can become somebody else: run the tests as root, or in a container")


def pythons() -> list[str]:
    """Interpreters of this machine that others than root can read: such a one alone can go on as another user."""
    found = [Path(sys.executable), *Path("/usr/bin").glob("python3.1[1-9]")]
    return [str(path) for path in found if sandbox.can_be_read_by_others(path)]


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("level", sandbox.LEVELS)
def test_a_host_of_root_is_somebody_without_rights(level: str, tmp_path: Path) -> None:
    if not pythons():
        pytest.fail(
            "every Python of this machine lies where only root can read it; install python3 in /usr/bin"
        )
    said = tried(pythons()[0], sandbox.Limits(level=level, user="nobody"), tmp_path)
    nobody = pwd.getpwnam("nobody")
    assert said.pop("user") == "nobody"
    uid, effective, gid, groups = said.pop("ids")
    if level == "namespaces":
        # In a user namespace without a map everybody is the overflow user, inside.
        assert 0 not in (uid, effective, gid)
    else:
        assert (uid, effective, gid, groups) == (nobody.pw_uid, nobody.pw_uid, nobody.pw_gid, [])
    assert {what: outcome for what, outcome in said.items() if outcome not in REFUSED} == {}


@pytest.mark.usefixtures("root")
def test_without_a_user_it_stays_root_and_says_so(tmp_path: Path) -> None:
    said = tried(sys.executable, sandbox.Limits(level="limits"), tmp_path)
    assert said["user"] == "root"
    assert said["read a file of root"] == "done"


@pytest.mark.usefixtures("root")
def test_a_python_that_others_cannot_read_keeps_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = tmp_path / "os.py"
    hidden.touch(mode=0o600)
    monkeypatch.setattr(os, "__file__", str(hidden))
    assert sandbox.become("nobody") == "root"


def test_a_user_that_does_not_exist_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST_USER", "nobody-of-that-name")
    with pytest.raises(ImproperlyConfigured, match="no user of this system"):
        system_user("HOST_USER", "nobody")
    monkeypatch.setenv("HOST_USER", "")
    assert system_user("HOST_USER", "nobody") == ""
    monkeypatch.delenv("HOST_USER")
    assert system_user("HOST_USER", "nobody") == "nobody"


def tried(python: str, limits: sandbox.Limits, folder: Path) -> dict[str, object]:
    secret = folder / "secret"
    secret.write_text("of root")
    secret.chmod(0o600)
    done = subprocess.run(
        [python, "-c", TRY, str(secret), json.dumps(asdict(limits))],
        cwd=ROOT,
        env=sandbox.bare_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found
