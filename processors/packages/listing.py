"""Which processors there are here, where each comes from, and whether it can be had."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .. import catalogue
from .watched import ChildEnded, lines_of

IMPORT_SECONDS = 30.0


@dataclass(frozen=True)
class Entry:
    """``problem`` is empty if it can be started."""

    key: str
    label: str
    source: str
    isolation: str
    problem: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"available": not self.problem}


def listed() -> Iterator[Entry]:
    """Import all in a child. One that hangs or crashes is named, and another child goes on behind it."""
    waiting = catalogue.keys()
    while waiting:
        entries, problem = described(waiting)
        yield from entries
        waiting = waiting[len(entries) :]
        if waiting and problem:
            yield Entry(waiting[0], "", source_of(waiting[0]), "", problem)
            waiting = waiting[1:]


def described(keys: list[str]) -> tuple[list[Entry], str]:
    entries: list[Entry] = []
    try:
        for line in lines_of({"do": "describe", "keys": keys}, IMPORT_SECONDS):
            if made := line.get("described"):
                entries.append(Entry(source=source_of(made["key"]), **made))
    except ChildEnded as ended:
        return entries, f"its import does not end well: {ended.message}"
    return entries, ""


def source_of(key: str) -> str:
    if catalogue.is_our_own(key) or key not in catalogue.installed():
        return "Showroom"
    package = catalogue.installed()[key].dist
    return f"{package.name} {package.version}" if package else "a package without metadata"


def keys_of_packages() -> list[str]:
    return [key for key in catalogue.keys() if source_of(key) != "Showroom"]  # noqa: SIM118 (a function)
