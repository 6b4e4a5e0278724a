"""What a processor host may still do: applied by the host to itself, before it loads any processor.

Three levels, the highest that the system allows: ``namespaces`` (no network at all, and all of the next),
``seccomp`` (system calls that reach beyond the process are refused), ``limits`` (memory and files only: for
development on systems other than Linux).
"""

import contextlib
import json
import logging
import os
import pwd
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

GIBIBYTE = 1024**3
LEVELS = ("limits", "seccomp", "namespaces")  # from weak to strong
OPEN_FILES = 256
THREADS = 1024
PROBE_SECONDS = 20
# A probe that failed, or took too long on a busy machine, may do better later.
PROBE_AGAIN_SECONDS = 60.0
CODE = Path(__file__).resolve().parent

# What libraries read besides Python's own folders.
SYSTEM_PATHS = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/ssl/openssl.cnf",
    "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
    "/proc/stat", "/sys/devices/system/cpu", "/sys/devices/system/node",
)  # fmt: skip
# To look up names, and to know certificates.
NETWORK_PATHS = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services",
    "/run/systemd/resolve", "/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/pki/tls", "/etc/pki/ca-trust",
)  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What the worker asks for; everything here may be told to the host."""

    level: str = LEVELS[-1]  # the highest to try
    memory_bytes: int = 4 * GIBIBYTE
    user: str = ""  # for hosts of a worker that runs as root; empty: its own
    readable: tuple[str, ...] = ()  # besides Python, the system's libraries and the processors
    network: bool = (
        False  # connections to the outside: only for our own code that speaks to inference servers
    )


@dataclass(frozen=True)
class InForce:
    """What came of it."""

    level: str
    files_hidden: bool  # Landlock: settings, secrets and other people's files cannot be read
    user: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def level() -> str:
    """Return the level that hosts reach on this machine."""
    return describe().level


def describe(limits: Limits | None = None) -> InForce:
    """Find out what hosts reach, by a child that restricts itself and says so; an answer holds for this process."""
    return probed(limits or Limits())


def is_strong_enough(allow_weak: bool, highest: str = LEVELS[-1]) -> bool:
    """Whether code and models of others may run for visitors here; ``highest`` is the level that hosts try."""
    return allow_weak or is_strong(min(level(), highest, key=LEVELS.index))


def is_strong(reached: str) -> bool:
    return LEVELS.index(reached) >= LEVELS.index("seccomp")


@dataclass(frozen=True)
class Probe:
    """``in_force`` is the weakest level where the child gave no answer."""

    in_force: InForce
    failed_at: float | None = None

    @property
    def is_stale(self) -> bool:
        return self.failed_at is not None and time.monotonic() - self.failed_at > PROBE_AGAIN_SECONDS


probes: dict[Limits, Probe] = {}
probing = threading.Lock()


def probed(limits: Limits) -> InForce:
    with probing:
        if limits not in probes or probes[limits].is_stale:
            probes[limits] = probe(limits)
        return probes[limits].in_force


def probe(limits: Limits) -> Probe:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "processors.host", "--probe", json.dumps(asdict(limits))],
            cwd=CODE.parent, env=bare_environment(), stdin=subprocess.DEVNULL, capture_output=True,
            timeout=PROBE_SECONDS, check=True, text=True,
        )  # fmt: skip
        return Probe(InForce(**json.loads(done.stdout)))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError) as error:
        said = str(getattr(error, "stderr", None) or "")[-2000:]
        logger.warning(
            "What a sandbox may do here is not known, so the weakest level is taken for %g s: %s %s",
            PROBE_AGAIN_SECONDS, error, said,
        )  # fmt: skip
        return Probe(InForce(LEVELS[0], files_hidden=False, user=""), failed_at=time.monotonic())


def bare_environment() -> dict[str, str]:
    """Return an environment without secrets, in which libraries start no threads of their own."""
    kept = {
        name: os.environ[name]
        for name in ("LANG", "LC_ALL", "TZ", "SHOWROOM_MODELS_DIR")
        if name in os.environ
    }
    kept |= {name: value for name, value in os.environ.items() if name.startswith("SHOWROOM_ONNX_")}
    return kept | {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OPENCV_FOR_THREADS_NUM": "1",
        "MALLOC_ARENA_MAX": "2",
        "GRPC_VERBOSITY": "NONE",  # what it would write about each lost connection, our own log says once
        # Memory of pictures is kept for the next ones, not given back and fetched anew each time.
        "MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2),
        "MALLOC_TRIM_THRESHOLD_": str(256 * 1024**2),
        "MALLOC_TOP_PAD_": str(16 * 1024**2),
        # All of it, objects too, lies in huge pages: a host wakes up for each picture, and on a virtual machine finding
        # hundreds of small pages again costs more than the way there and back.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        "PYTHONMALLOC": "malloc",
    }


def restrict(limits: Limits, parent: int) -> InForce:
    """Take away what this process does not need. Before any other thread; there is no way back."""
    assert threading.active_count() == 1, "Threads that run already would keep their rights."
    volunteer_when_memory_is_short()
    limit_resources(limits.memory_bytes)
    user = become(limits.user)
    if not sys.platform.startswith("linux"):
        return InForce(LEVELS[0], files_hidden=False, user=user)
    return restrict_on_linux(limits, user, parent)


def restrict_on_linux(limits: Limits, user: str, parent: int) -> InForce:
    from . import sandbox_calls, sandbox_landlock, sandbox_seccomp

    wanted = LEVELS.index(limits.level)
    reached = LEVELS[0]
    is_apart = wanted >= 2 and leave_namespaces(limits.network)
    with contextlib.suppress(OSError):
        sandbox_calls.drop_capabilities()
    sandbox_calls.prctl(sandbox_calls.PR_SET_NO_NEW_PRIVS, 1)
    sandbox_calls.prctl(sandbox_calls.PR_SET_DUMPABLE, 0)
    files_hidden = wanted >= 1 and sandbox_landlock.allow_reading(readable_paths(limits), limits.network)
    # Only now: a change of rights would cancel it.
    sandbox_calls.prctl(sandbox_calls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # the worker was gone before we could follow
    if wanted >= 1 and sandbox_seccomp.install(limits.network):
        reached = LEVELS[2] if is_apart else LEVELS[1]
    return InForce(reached, files_hidden, user)


def leave_namespaces(keep_network: bool = False) -> bool:
    """Enter a user namespace without any rights and a network namespace without any network."""
    from . import sandbox_calls

    network = 0 if keep_network else sandbox_calls.CLONE_NEWNET
    try:
        sandbox_calls.unshare(sandbox_calls.CLONE_NEWUSER | sandbox_calls.CLONE_NEWIPC | network)
    except OSError:
        return False
    return True


def volunteer_when_memory_is_short() -> None:
    """The kernel should take the host before it takes the worker."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def limit_resources(memory_bytes: int) -> None:
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, THREADS),
        (resource.RLIMIT_AS, memory_bytes),
    ]
    for kind, most in wanted:
        with contextlib.suppress(OSError, ValueError):
            _soft, hard = resource.getrlimit(kind)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))


def become(user: str) -> str:
    """Give up being root, where Python itself can be read by that user; return who we are."""
    if os.getuid() == 0 and user and can_be_read_by_others(Path(os.__file__)):
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def can_be_read_by_others(path: Path) -> bool:
    path = path.resolve()
    folders_open = all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)
    return folders_open and bool(path.stat().st_mode & stat.S_IROTH)


def readable_paths(limits: Limits) -> list[str]:
    network = NETWORK_PATHS if limits.network else ()
    python = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    return [*SYSTEM_PATHS, *network, *sorted(python), str(CODE), *limits.readable]


def code_folders() -> list[str]:
    """Return this process's folders of packages, without any that holds the site itself, its settings and data."""
    site = CODE.parent
    folders = {Path(entry).resolve() for entry in sys.path if entry}
    return sorted(str(folder) for folder in folders if folder.is_dir() and not site.is_relative_to(folder))
