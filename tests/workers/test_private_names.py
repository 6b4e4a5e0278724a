"""What aiortc and aioice keep to themselves is used in one file only, which says why and is tested."""

import ast
import functools
import importlib.util
import re
from pathlib import Path

import pytest

from tests.support.processes import ROOT

PACKAGES = ("config", "accounts", "rooms", "workers", "processors")
HOOKS = ROOT / "workers" / "aiortc_hooks.py"
LIBRARIES = ("aiortc", "aioice")
# ``__name`` of a class, as others must write it.
MANGLED = re.compile(
    r"\b_(?:RT[CP][A-Za-z]+|Rtp[A-Za-z]+|Connection|StunProtocol|Transaction|TurnClient\w*)__[a-z]\w*"
)


def library_code(library: str) -> str:
    specification = importlib.util.find_spec(library)
    assert specification is not None
    assert specification.origin
    return "\n".join(path.read_text() for path in Path(specification.origin).parent.rglob("*.py"))


@functools.cache
def private_attributes() -> set[str]:
    """Return the attributes with one underscore that the libraries' own classes have."""
    code = "".join(library_code(library) for library in LIBRARIES)
    return set(re.findall(r"\bself\.(_[a-z]\w*)", code)) | set(re.findall(r"def (_[a-z]\w*)\(self", code))


def private_imports(tree: ast.AST) -> list[str]:
    """Return what is imported of the libraries though its name, or its module's, begins with an underscore."""
    paths = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            paths += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            paths += [f"{node.module}.{alias.name}" for alias in node.names]
    parts = [path.split(".") for path in paths]
    return [".".join(each) for each in parts if each[0] in LIBRARIES and any(p.startswith("_") for p in each)]


def foreign_attributes(tree: ast.AST) -> set[str]:
    """Return the private attributes of objects other than ``self``."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"})
    }


def own_attributes(tree: ast.AST) -> set[str]:
    """Return the private names that a file gives its own classes."""
    given = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return given | {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    }


def secrets_in(path: Path) -> list[str]:
    code = path.read_text()
    tree = ast.parse(code)
    used = foreign_attributes(tree) - own_attributes(tree)
    return MANGLED.findall(code) + private_imports(tree) + sorted(used & private_attributes())


@pytest.mark.parametrize("package", PACKAGES)
def test_private_names_stand_in_the_hooks_only(package: str) -> None:
    files = [path for path in (ROOT / package).rglob("*.py") if path != HOOKS]
    assert files
    assert {str(path): found for path in files if (found := secrets_in(path))} == {}


def test_what_the_hooks_use_would_be_found_elsewhere() -> None:
    found = secrets_in(HOOKS)
    assert "_RTCRtpReceiver__jitter_buffer" in found
    assert {"_ssrc", "_connection", "_send_rtcp"} <= set(found)
