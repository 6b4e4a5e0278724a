"""Nowhere is anything read that could bring code with it; the linter looks for the same."""

import ast
import tomllib
from collections.abc import Iterator

import pytest

from tests.support.processes import ROOT

PACKAGES = ("config", "accounts", "rooms", "workers", "processors")
MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "torch", "zipfile", "tarfile"}
CALLS = {"torch.load", "yaml.load", "joblib.load", "pickle.load", "pickle.loads", "eval", "exec"}


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_that_can_run_code_is_read(package: str) -> None:
    found = []
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            found += [
                f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', '?')} {what}" for what in dangers(node)
            ]
    assert found == []


def dangers(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] in MODULES)
    elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        yield from ([node.module] if node.module.split(".")[0] in MODULES else [])
    elif isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name in CALLS or any(keyword.arg == "allow_pickle" for keyword in node.keywords):
            yield name


def test_the_linter_looks_for_it_as_well() -> None:
    chosen = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]["select"]
    assert {"S301", "S506"} <= set(chosen)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(x)",
        "np.load(x, allow_pickle=True)",
        "yaml.load(x)",
    ],
)
def test_the_search_finds_what_it_looks_for(code: str) -> None:
    assert [found for node in ast.walk(ast.parse(code)) for found in dangers(node)]
