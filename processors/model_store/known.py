"""The models that this site can fetch by name."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("known_models.toml")


class UnknownModel(Exception):
    """A name that is not in the table; the message lists those that are."""


@dataclass(frozen=True)
class KnownModel:
    name: str
    title: str
    # Keys of the processors that it makes possible, the first one first.
    processors: tuple[str, ...]
    url: str
    bytes: int
    sha256: str
    licence: str
    attribution: str
    spec: dict[str, Any]

    def address(self, base_url: str = "") -> str:
        """A mirror holds the files by name: nobody has to rebuild the paths of other people's repositories."""
        return f"{base_url.rstrip('/')}/{self.name}.onnx" if base_url else self.url


@cache
def all_known() -> dict[str, KnownModel]:
    entries = tomllib.loads(TABLE.read_text())["model"]
    models = (KnownModel(**entry | {"processors": tuple(entry["processors"])}) for entry in entries)
    return {model.name: model for model in models}


def named(name: str) -> KnownModel:
    try:
        return all_known()[name]
    except KeyError:
        raise UnknownModel(
            f"There is no known model {name!r}. There are: {', '.join(sorted(all_known()))}."
        ) from None


def all_named(names: Iterable[str]) -> list[KnownModel]:
    return [named(name) for name in names]
