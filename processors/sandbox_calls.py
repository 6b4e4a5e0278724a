"""The few system calls of Linux that Python does not offer, by way of ctypes."""

import ctypes
import os
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


class CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class CapabilityData(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, value: Any, third: Any = 0) -> None:
    value = ctypes.c_ulong(value) if isinstance(value, int) else value
    checked(libc.prctl(option, value, third, 0, 0), f"prctl({option})")


def unshare(flags: int) -> None:
    checked(libc.unshare(ctypes.c_int(flags)), "unshare")


def system_call(number: int, *arguments: Any) -> int:
    return checked(libc.syscall(ctypes.c_long(number), *arguments), f"system call {number}")


def drop_capabilities() -> None:
    """Give up every right of root, also those within a user namespace of one's own."""
    header = CapabilityHeader(CAPABILITY_VERSION_3, 0)
    nothing = (CapabilityData * 2)()
    checked(libc.capset(ctypes.byref(header), ctypes.byref(nothing)), "capset")
