"""A seccomp filter: no sockets, no new processes, no writing, nothing that reaches other processes.

What is not refused is allowed: libraries differ too much for a list of what they need.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Iterator

from .sandbox_calls import PR_SET_DUMPABLE, PR_SET_PDEATHSIG, PR_SET_SECCOMP, prctl

MODE_FILTER = 2
ALLOW = 0x7FFF0000
REFUSE = 0x00050000  # with an error number in the lower half
KILL_PROCESS = 0x80000000

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16  # in the kernel's struct seccomp_data
FIRST_X32_CALL = 0x40000000

# platform.machine(): (the kernel's name for the architecture, column of CALLS)
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

# Numbers on x86-64 and on ARM64; -1 where there is no such call.
CALLS = {
    # the network
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "bind": (49, 200),
    "listen": (50, 201),
    # other programs
    "fork": (57, -1), "vfork": (58, -1), "execve": (59, 221), "execveat": (322, 281),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438), "setpriority": (141, 140),
    "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122), "ioprio_set": (251, 30), "migrate_pages": (256, 238),
    "move_pages": (279, 239), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180), "mq_unlink": (241, 181),
    # the file system
    "rename": (82, -1), "renameat": (264, 38), "renameat2": (316, 276), "mkdir": (83, -1), "mkdirat": (258, 34),
    "rmdir": (84, -1), "unlink": (87, -1), "unlinkat": (263, 35), "link": (86, -1), "linkat": (265, 37),
    "symlink": (88, -1), "symlinkat": (266, 36), "mknod": (133, -1), "mknodat": (259, 33), "creat": (85, -1),
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, -1),
    "lchown": (94, -1), "fchown": (93, 55), "fchownat": (260, 54), "truncate": (76, 45), "utime": (132, -1),
    "utimes": (235, -1), "futimesat": (261, -1), "utimensat": (280, 88), "setxattr": (188, 5),
    "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # the machine, and namespaces in which more is allowed
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "fanotify_init": (300, 262),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "quotactl": (179, 60), "acct": (163, 89), "swapon": (167, 224),
    "swapoff": (168, 225), "reboot": (169, 142), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "adjtimex": (159, 171), "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162),
    "iopl": (172, -1), "ioperm": (173, -1), "personality": (135, 92), "syslog": (103, 116), "vhangup": (153, 58),
}  # fmt: skip
# Answered as by a kernel that does not know them, so that the C library takes the older call, which is looked into.
UNKNOWN_CALLS = {"clone3": (435, 435), "openat2": (437, 437)}

# What a host with a network may do of these.
OUTGOING = ("socket", "connect")

CLONE = (56, 220)
CLONE_THREAD = 0x00010000
# (numbers, which argument holds the flags)
OPENING = (((2, -1), 1), ((257, 56), 2))
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Calls whose first argument must be this process.
ABOUT_ONESELF = {"kill": (62, 129), "tgkill": (234, 131)}
LIMITS_OF = (302, 261)  # prlimit64: of this process, also written 0
# Calls of which some requests are refused: (numbers, which argument holds the request, those that are refused)
REQUESTS = (
    # fcntl with F_SETOWN, F_SETSIG, F_SETOWN_EX: signals for a process named by number
    ((72, 25), 1, (8, 10, 15)),
    # ioctl with FIOSETOWN, SIOCSPGRP: the same by way of a socket
    ((16, 29), 1, (0x8901, 0x8902)),
    # prctl with PR_SET_PDEATHSIG, PR_SET_DUMPABLE: it ends with the worker, and nobody looks into it
    ((157, 167), 0, (PR_SET_PDEATHSIG, PR_SET_DUMPABLE)),
)

Instruction = tuple[int, int, int, int]


class FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install(network: bool = False) -> bool:
    """Put the filter on this thread and all it starts; False on an architecture without numbers here."""
    if platform.machine() not in ARCHITECTURES:
        return False
    code = b"".join(
        struct.pack("=HBBI", *each) for each in program(*ARCHITECTURES[platform.machine()], network)
    )
    filter_program = FilterProgram(len(code) // 8, code)
    try:
        prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(filter_program))
    except OSError:
        return False
    return True


def program(architecture: int, column: int, network: bool = False) -> list[Instruction]:
    """Return the filter; every check falls through to the next, and what is left is allowed."""
    return [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (JUMP_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, NUMBER_AT),
        (JUMP_AT_LEAST, 0, 1, FIRST_X32_CALL),
        refused(errno.ENOSYS),
        *plain_refusals(column, network),
        *(outgoing_only(column) if network else ()),
        *checked_calls(column),
        (RETURN, 0, 0, ALLOW),
    ]


def refused(number: int) -> Instruction:
    return (RETURN, 0, 0, REFUSE | number)


def plain_refusals(column: int, network: bool) -> Iterator[Instruction]:
    for calls, error in ((CALLS, errno.EPERM), (UNKNOWN_CALLS, errno.ENOSYS)):
        for name, numbers in calls.items():
            if not (network and name in OUTGOING):
                yield from when(numbers[column], refused(error))


def outgoing_only(column: int) -> Iterator[Instruction]:
    """Sockets of the Internet, to connect with; none of this machine's own kinds, and none that listen."""
    yield from when(
        CALLS["socket"][column],
        load(0),
        (JUMP_EQUAL, 2, 0, socket.AF_INET),
        (JUMP_EQUAL, 1, 0, socket.AF_INET6),
        refused(errno.EAFNOSUPPORT),
        (RETURN, 0, 0, ALLOW),
    )


def checked_calls(column: int) -> Iterator[Instruction]:
    """Calls that are refused or not by what they are asked."""
    allowed = (RETURN, 0, 0, ALLOW)
    own = os.getpid()
    yield from when(CLONE[column], load(0), (JUMP_ANY_BIT, 1, 0, CLONE_THREAD), refused(errno.EPERM), allowed)
    for numbers, place in OPENING:
        yield from when(
            numbers[column], load(place), (JUMP_ANY_BIT, 0, 1, WRITING), refused(errno.EACCES), allowed
        )
    for numbers in ABOUT_ONESELF.values():
        yield from when(numbers[column], load(0), (JUMP_EQUAL, 1, 0, own), refused(errno.EPERM), allowed)
    yield from when(
        LIMITS_OF[column],
        load(0),
        (JUMP_EQUAL, 2, 0, own),
        (JUMP_EQUAL, 1, 0, 0),
        refused(errno.EPERM),
        allowed,
    )
    for numbers, place, requests in REQUESTS:
        checks = [step for each in requests for step in ((JUMP_EQUAL, 0, 1, each), refused(errno.EPERM))]
        yield from when(numbers[column], load(place), *checks, allowed)


def when(number: int, *then: Instruction) -> Iterator[Instruction]:
    """Run ``then`` for this call, else go on behind it."""
    if number >= 0:
        yield (JUMP_EQUAL, 0, len(then), number)
        yield from then


def load(argument: int) -> Instruction:
    """Load the lower half of an argument: numbers of processes and flags have no more."""
    return (LOAD, 0, 0, ARGUMENTS_AT + 8 * argument)
