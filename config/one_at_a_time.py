"""Several processes may start at the same moment on one database: the first prepares it, the others wait for it."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

# Any number that nobody else uses on this database.
LOCK_NUMBER = 7_469_736_686
# Asked again and again: a question that waits in the database could hold up the very migration it waits for.
ASK_SECONDS = 0.2


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Also after a crash the next one gets in: locks end with the process, or the connection, that has them."""
    with file_lock(), database_lock():
        yield


@contextmanager
def file_lock() -> Iterator[None]:
    """For those who share a disk, and with it a database in a file."""
    with (settings.VAR_DIR / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def database_lock() -> Iterator[None]:
    """For those who share a PostgreSQL. On a connection of its own: what is done meanwhile may close the usual one."""
    if connection.vendor != "postgresql":
        yield
        return
    with closing(connection.copy()) as own, own.cursor() as cursor:
        while not has_lock(cursor):
            time.sleep(ASK_SECONDS)
        yield


def has_lock(cursor: Any) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_NUMBER])
    return bool(cursor.fetchone()[0])
