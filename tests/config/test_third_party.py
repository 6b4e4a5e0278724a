"""THIRD_PARTY.md names what is shipped and what is asked for: nothing missing, nothing left over."""

import re
import tomllib

from tests.support.processes import ROOT

TEXT = (ROOT / "THIRD_PARTY.md").read_text()
VENDOR = ROOT / "static" / "vendor"


def test_every_dependency_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked_for = {re.match(r"[\w-]+", line).group() for line in project["dependencies"]}  # type: ignore[union-attr]
    assert set(re.findall(r"^\| ([a-z][\w-]+) \|", TEXT, re.MULTILINE)) - {"folder", "package"} == asked_for


def test_every_vendored_folder_is_named_and_keeps_its_licence() -> None:
    folders = {path.name for path in VENDOR.iterdir() if path.is_dir()}
    assert set(re.findall(r"^\| `static/vendor/([^`]+)`", TEXT, re.MULTILINE)) == folders
    for folder in folders:
        assert list((VENDOR / folder).glob("LICEN[SC]E*")), f"static/vendor/{folder} has no licence"
