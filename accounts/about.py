"""What this site is made of: versions and licences, read from what is installed."""

import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from django.conf import settings

NAMED_VERSIONS = ("Django", "channels", "daphne", "aiortc", "aioice", "av", "numpy", "opencv-python-headless")
LICENCE_CHARACTERS = 60
CLASSIFIER = "License :: "
HOME_LABELS = ("homepage", "home", "source", "source code", "repository", "github")


@dataclass(frozen=True)
class Part:
    name: str
    version: str
    licence: str
    home: str = ""


@dataclass(frozen=True)
class AboutFacts:
    version: str
    python: str
    versions: tuple[Part, ...]
    installed: tuple[Part, ...]
    vendored: tuple[Part, ...]


@cache
def about_facts() -> AboutFacts:
    installed = installed_parts()
    by_name = {part.name.lower(): part for part in installed}
    return AboutFacts(
        version=settings.SHOWROOM_VERSION,
        python=platform.python_version(),
        versions=tuple(by_name[name.lower()] for name in NAMED_VERSIONS if name.lower() in by_name),
        installed=installed,
        vendored=vendored_parts(settings.BASE_DIR / "static" / "vendor" / "README.md"),
    )


def installed_parts() -> tuple[Part, ...]:
    parts = {part.name.lower(): part for part in map(part_of, distributions())}
    return tuple(parts[name] for name in sorted(parts))


def part_of(distribution: Distribution) -> Part:
    metadata = distribution.metadata
    return Part(metadata["Name"], distribution.version, licence_of(distribution), home_of(distribution))


def licence_of(distribution: Distribution) -> str:
    """The SPDX expression where there is one; else the first words of what the author wrote."""
    if expression := field(distribution, "License-Expression"):
        return expression
    lines = distribution.metadata.get_all("Classifier") or []
    if classifiers := [line for line in lines if line.startswith(CLASSIFIER)]:
        return ", ".join(line.rpartition(" :: ")[2] for line in classifiers)
    return first_line(field(distribution, "License") or licence_file(distribution))


def field(distribution: Distribution, name: str) -> str:
    return str((distribution.metadata.get_all(name) or [""])[0])


def licence_file(distribution: Distribution) -> str:
    """The text of the licence that came along; its first line is its name."""
    files = distribution.files or []
    found = next((file for file in files if file.name.upper().startswith(("LICENSE", "LICENCE"))), None)
    return found.read_text() if found else ""


def first_line(text: str) -> str:
    """Some authors put the whole licence in the field for its name."""
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= LICENCE_CHARACTERS else line[: LICENCE_CHARACTERS - 1].rstrip() + "…"


def home_of(distribution: Distribution) -> str:
    lines = distribution.metadata.get_all("Project-URL") or []
    pairs = (line.split(", ", 1) for line in lines if ", " in line)
    urls = {label.lower(): url for label, url in pairs}
    named = next((urls[label] for label in HOME_LABELS if label in urls), "")
    found = named or field(distribution, "Home-page")
    return found if found.startswith("https://") else ""


def vendored_parts(path: Path) -> tuple[Part, ...]:
    """Read the table of files that came from elsewhere: folder, package, version, licence, purpose."""
    rows = [line.strip("| \n").split("|") for line in path.read_text().splitlines() if line.startswith("| `")]
    return tuple(Part(*(cell.strip() for cell in cells[1:4])) for cells in rows)
