"""What somebody means who names a processor on the command line: a catalogue row, or a class by its key."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection

from . import catalogue
from .bench_view import values_of
from .exceptions import ProcessorUnavailable
from .models import Processor
from .remote.entries import with_secrets
from .remote.servers import with_connections


@dataclass(frozen=True)
class Found:
    """``title`` is empty for a bare class; a row brings its configuration and its default parameters."""

    key: str
    title: str = ""
    configuration: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def find(name: str) -> Found:
    """Return the row of that address, else the class of that key. Works without a database, too."""
    row = row_of(name)
    if row is not None:
        return Found(row.key, row.title, with_secrets(with_connections(row.configuration)), values_of(row))
    if name in catalogue.keys():  # noqa: SIM118 (a function)
        return Found(name)
    raise ProcessorUnavailable(
        f"There is no processor {name!r} here, neither as a key nor as an address of the catalogue. "
        "`manage.py processors list` names the keys; a package shows up once it is installed into this environment."
    )


def row_of(name: str) -> Processor | None:
    if not database_exists():
        return None
    try:
        return Processor.objects.filter(slug=name).first()
    except DatabaseError:
        # Not migrated, or not reachable: a laptop without a site.
        return None


def database_exists() -> bool:
    """Looking into an SQLite database that is not there would make one."""
    name = str(connection.settings_dict["NAME"])
    return connection.vendor != "sqlite" or "memory" in name or Path(name).exists()
