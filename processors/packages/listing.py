"""Which processors there are here, where each comes from, and whether it can be had."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .. import catalogue
from ..base import Processor
from ..exceptions import ProcessorError
from ..host.wire import error_from_wire
from ..sandbox import Limits
from ..stand_ins import ChildSilent, Wanted, ask_child, package_of
from ..written_class import read


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
    """Our own are imported here; of each other one a child in a sandbox tells what it is."""
    for key in catalogue.keys():  # noqa: SIM118 (a function)
        yield own(key) if catalogue.is_our_own(key) else foreign(key)


def own(key: str) -> Entry:
    try:
        return entry(key, catalogue.load_class(key, {}))
    except ProcessorError as error:
        return Entry(key, "", source_of(key), "", error.message)


def foreign(key: str) -> Entry:
    try:
        told = ask_child(Wanted(key, package_of(key), "{}"), Limits())
        if "failed" in told:
            return Entry(key, "", source_of(key), "", reason(key, told))
        return entry(key, read(told))
    except ChildSilent as silent:
        problem = f"its import does not end well: {silent}"
    except (ProcessorError, OSError, ValueError, TypeError, AttributeError) as error:
        problem = f"it does not say what it is: {error}"
    return Entry(key, "", source_of(key), "", problem)


def entry(key: str, cls: type[Processor]) -> Entry:
    isolation = cls.isolation if catalogue.is_our_own(key) else "host"
    return Entry(key, cls.label, source_of(key), isolation, missing(cls))


def reason(key: str, told: Mapping[str, Any]) -> str:
    message = error_from_wire(key, told["failed"]).message
    cause = str(told.get("cause") or "")
    return f"{message.partition('; ')[0]}: {cause[:200]}" if cause.strip("'") else message


def missing(cls: type[Processor]) -> str:
    return "" if cls.installed else "needs a model that is not installed"


def source_of(key: str) -> str:
    if catalogue.is_our_own(key) or key not in catalogue.installed():
        return "Showroom"
    package = catalogue.installed()[key].dist
    return f"{package.name} {package.version}" if package else "a package without metadata"


def keys_of_packages() -> list[str]:
    return [key for key in catalogue.keys() if source_of(key) != "Showroom"]  # noqa: SIM118 (a function)
