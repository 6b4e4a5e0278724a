"""The second language is complete: every text is collected, translated and compiled."""

import gettext
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT, program

CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
NOT_COPIED = shutil.ignore_patterns(".*", "var", "tests", "node_modules", "__pycache__", "docs")
ENTRY = re.compile(r'^(#, .*\n)?(?:msgctxt .*\n)?msgid ((?:".*"\n)+)', re.MULTILINE)


def test_there_is_a_second_language() -> None:
    assert {path.name for path in CATALOGUES} == {"django.po", "djangojs.po"}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_text_is_translated(path: Path) -> None:
    command = [program("msgattrib"), "--no-obsolete", "--no-wrap"]
    for state in ("--untranslated", "--only-fuzzy"):
        found = subprocess.run([*command, state, str(path)], capture_output=True, text=True, check=True)
        assert texts_in(found.stdout) == set(), f"{state} in {path.relative_to(ROOT)}"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_the_compiled_catalogue_is_fresh(path: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.mo"
    check = [program("msgfmt"), "--check-format", "-o", str(fresh), str(path)]
    subprocess.run(check, check=True, capture_output=True)
    assert entries(path.with_suffix(".mo")) == entries(fresh), "run `make messages`"


def test_every_text_of_the_code_is_collected(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    program("xgettext")
    for domain in ("django", "djangojs"):
        command = [
            sys.executable,
            "manage.py",
            "makemessages",
            "--all",
            "--domain",
            domain,
            "--ignore",
            "vendor",
        ]
        environment = {**os.environ, "SETTINGS_FILE": os.devnull, "VAR_DIR": str(tmp_path / "var")}
        subprocess.run(command, cwd=copy, env=environment, check=True, capture_output=True)
    for path in CATALOGUES:
        collected = texts_in((copy / path.relative_to(ROOT)).read_text())
        assert collected - texts_in(path.read_text()) == set(), f"{path.name}: run `make messages`"


def texts_in(catalogue: str) -> set[str]:
    """The msgids of a .po file that are in use; obsolete entries begin with #~."""
    found = ("".join(re.findall(r'"(.*)"', match[2])) for match in ENTRY.finditer(catalogue))
    return {text for text in found if text}


def entries(path: Path) -> dict[object, str]:
    with path.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in catalogue.items() if key}
