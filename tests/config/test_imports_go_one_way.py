"""Web processes touch no media, frame code knows no Django, and nothing imports up the stairs."""

import ast
import subprocess
import sys

import pytest

from tests.support.processes import ROOT

STAIRS = {
    "processors": {"workers", "rooms", "accounts", "config"},
    "workers": {"rooms", "accounts", "config"},
}
WEB = """
import sys, django
django.setup()
import config.asgi
print([name for name in ("aiortc", "aioice", "av") if name in sys.modules])
"""
FRAME_CODE = """
import sys
from processors import base, parameters, results, runner, catalogue, thread_runner
for key in [*catalogue.BUILTINS, *catalogue.TASKS]:
    catalogue.load_class(key)
print([name for name in ("django", "aiortc", "aioice") if name in sys.modules])
"""


@pytest.mark.parametrize(("code", "module"), [(WEB, "config.settings"), (FRAME_CODE, None)])
def test_a_process_loads_only_what_it_may(code: str, module: str | None) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": module} if module else {}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", [*STAIRS])
def test_nothing_imports_up_the_stairs(package: str) -> None:
    wrong = []
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            for name in imported(node):
                if name.split(".")[0] in STAIRS[package]:
                    wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []
