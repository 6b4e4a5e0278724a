"""`.env.example` names every setting, and the values it shows are the defaults."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support.processes import ROOT

EXAMPLE = ROOT / ".env.example"
READERS = {
    *("flag", "whole", "seconds", "json_list", "port_range", "typed", "host_list", "one_of"),
    *("turn_urls", "turn_url", "peer_networks", "ip_address", "system_user", "warm_wish"),
    "video_encoders",
}
# Read by the programs around the code, not by it.
ELSEWHERE = {"SHOWROOM_ENV_FILE"}
# A default that depends on the machine: shown empty.
EMPTY_IN_EXAMPLE = {"DATABASE_URL"}
LINE = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)
SHOW = """
import json, config.settings
values = {name: value for name, value in vars(config.settings).items() if name.isupper()}
del values["LANGUAGES"]  # names that are translated later
print(json.dumps({name: repr(value) for name, value in values.items()}))
"""


def test_every_setting_stands_in_the_example() -> None:
    shown = {name for name, _ in LINE.findall(EXAMPLE.read_text())} - ELSEWHERE
    assert shown == set(settings_read())


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    lines = dict(LINE.findall(EXAMPLE.read_text()))
    shown = {name: value for name, value in lines.items() if name not in EMPTY_IN_EXAMPLE and value}
    shown["VAR_DIR"] = str(ROOT / shown["VAR_DIR"])
    assert settings_with(shown) == settings_with({})


def settings_read() -> Iterator[str]:
    for package in ("config", "accounts", "rooms", "workers", "processors"):
        for path in (ROOT / package).rglob("*.py"):
            yield from _names_in(ast.parse(path.read_text()))


def _names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _reads_environment(node.func):
            name = getattr(node.args[0], "value", None)
            if isinstance(name, str) and name.isupper() and not name.startswith("DJANGO_"):
                yield name


def _reads_environment(function: ast.expr) -> bool:
    text = ast.unparse(function)
    return text.split(".")[-1] in READERS or text.startswith(("env.", "os.environ.", "os.getenv"))


def settings_with(environment: dict[str, str]) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **environment,
            "SETTINGS_FILE": os.devnull,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found
