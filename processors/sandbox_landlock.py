"""Landlock (Linux 5.13 and later): which folders a process may still read, and that it may write nowhere."""

import ctypes
import os
import stat
from collections.abc import Iterable

from .sandbox_calls import system_call

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

READ_FILE = 1 << 2
READ_FOLDER = 1 << 3
# How many rights over files there are, by version of the interface: those of execution, writing, making, removing ...
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
FILE_RIGHTS_NEWEST = 16
NETWORK_SINCE, NETWORK_RIGHTS = 4, 0b11  # bind and connect of TCP
BIND_RIGHT = 0b01
SCOPES_SINCE, SCOPES = 6, 0b11  # abstract Unix sockets and signals of others


class RulesetAttributes(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Return the version of the interface; 0 without Landlock."""
    try:
        return system_call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(CREATE_RULESET_VERSION))
    except OSError:
        return 0


def allow_reading(paths: Iterable[str], network: bool = False) -> bool:
    """Let this process read what lies under ``paths`` and touch nothing else; False without Landlock."""
    available = version()
    if not available:
        return False
    ruleset = new_ruleset(available, network)
    try:
        for path in paths:
            add_path(ruleset, path)
        system_call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return True


def new_ruleset(available: int, network: bool) -> int:
    refused = BIND_RIGHT if network else NETWORK_RIGHTS
    attributes = RulesetAttributes(
        files=(1 << FILE_RIGHTS.get(available, FILE_RIGHTS_NEWEST)) - 1,
        network=refused if available >= NETWORK_SINCE else 0,
        scoped=SCOPES if available >= SCOPES_SINCE else 0,
    )
    known_bytes = 24 if available >= SCOPES_SINCE else 16 if available >= NETWORK_SINCE else 8
    return system_call(
        CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(known_bytes), ctypes.c_uint32(0)
    )


def add_path(ruleset: int, path: str) -> None:
    """A path that is not there needs no rule."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(opened).st_mode)
        rule = PathBeneath(READ_FILE | (READ_FOLDER if is_folder else 0), opened)
        system_call(
            ADD_RULE,
            ctypes.c_int(ruleset),
            ctypes.c_int(RULE_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
    finally:
        os.close(opened)
