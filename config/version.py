"""The version, read from pyproject.toml so that it stands in one place."""

import tomllib
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def read_version() -> str:
    with open(BASE_DIR / "pyproject.toml", "rb") as file:
        return str(tomllib.load(file)["project"]["version"])


VERSION = read_version()
