"""What a process costs, and one run of a server with visitors."""

import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .scene import FRAMES_PER_SECOND

# With more than this in other use (cores) a window says little about the server.
CALM_CORES = 0.35
# CPUCLOCK_SCHED of linux/include/linux/posix-timers.h: the clock of another process, in nanoseconds.
CPUCLOCK_SCHED = 2
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time (user and system) of a process, its threads and its living children.

    /proc/PID/stat counts in hundredths of a second, too coarse for a short window; the process's clock does not.
    """
    return sum(time.clock_gettime(~each << 3 | CPUCLOCK_SCHED) for each in family(pid))


def resident_bytes(pid: int) -> int:
    return sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in family(pid)) * PAGE_BYTES


def own_megabytes(pid: int) -> float:
    return PAGE_BYTES * int(Path(f"/proc/{pid}/statm").read_text().split()[1]) / 1e6


def family(pid: int) -> Iterator[int]:
    """Yield the process and its living descendants. A thread may end while its children are asked for."""
    yield pid
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            children = Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
        except FileNotFoundError:
            continue
        for child in children:
            yield from family(int(child))


def resident_megabytes_of(pid: int, words: str) -> list[float]:
    """Return the resident memory of each descendant that was started with these words."""
    return [
        own_megabytes(each)
        for each in family(pid)
        if words in Path(f"/proc/{each}/cmdline").read_text().replace("\0", " ")
    ]


def busy_seconds() -> float:
    """Return the CPU time that all processes of this machine have used."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND


@dataclass(frozen=True)
class Measurement:
    """One window of time with a number of sessions."""

    server: str
    # "studio" (everybody sees himself), "room" (everybody sees everybody else) or "show" (one publishes).
    setting: str
    job: str
    sessions: int
    # Cores in use, by all server processes and by the load client.
    server_cores: float
    client_cores: float
    # Cores that everything else on this machine used meanwhile.
    other_cores: float
    # Frames a second over all received streams, and those of the slowest and of the fastest one.
    frames_per_second: float
    slowest_fps: float
    fastest_fps: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    glass_p50_ms: float
    first_frame_seconds: float
    resident_mb: float
    kbps: float
    longest_gap_ms: float
    dropped_packets: int
    key_frames: int
    unreadable: int
    mismatches: int

    @property
    def fps(self) -> float:
        """Frames a second and session."""
        return self.frames_per_second / self.sessions

    @property
    def is_calm(self) -> bool:
        """Whether the machine had little else to do."""
        return self.other_cores < CALM_CORES

    @property
    def cores_per_session(self) -> float:
        return self.server_cores / self.sessions

    @property
    def ms_per_frame(self) -> float:
        """CPU milliseconds for each frame that was delivered."""
        return 1000 * self.server_cores / max(self.frames_per_second, 1e-9)

    @property
    def cores_at_full_rate(self) -> float:
        """Cores per stream if each had its 30 frames a second: a server that drops frames does not look cheaper."""
        return self.ms_per_frame * FRAMES_PER_SECOND / 1000

    def __str__(self) -> str:
        return (
            f"{self.server:5} {self.setting:6} {self.job:6} {self.sessions:2} sessions: "
            f"{self.cores_per_session:.3f} core each, {self.ms_per_frame:5.2f} ms a frame, {self.fps:5.1f} fps, "
            f"p50/p95/p99 {self.p50_ms:.1f}/{self.p95_ms:.1f}/{self.p99_ms:.1f} ms, "
            f"glass {self.glass_p50_ms:.1f} ms, first frame {self.first_frame_seconds:.2f} s, "
            f"{self.resident_mb:.0f} MB, {self.kbps:.0f} kbit/s, client {self.client_cores:.2f} core"
            + ("" if self.is_calm else f" (others used {self.other_cores:.2f} cores)")
        )

    def as_dict(self) -> dict[str, Any]:
        derived = ("fps", "cores_per_session", "ms_per_frame", "cores_at_full_rate", "is_calm")
        values = asdict(self) | {name: getattr(self, name) for name in derived}
        return {
            name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()
        }


def quantile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie; NaN without values."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median_measurement(measurements: list[Measurement]) -> Measurement:
    """Return the measurement whose every number is the median of the repeats, of the calm ones if there are any."""
    chosen = [asdict(each) for each in measurements if each.is_calm] or [
        asdict(each) for each in measurements
    ]
    columns = {name: [each[name] for each in chosen] for name in chosen[0]}
    return Measurement(
        **{
            name: values[0] if isinstance(values[0], str) else statistics.median(values)
            for name, values in columns.items()
        }
    )


def at(seen: Sequence[Measurement], server: str, job: str, sessions: int) -> Measurement:
    """Return the median of what was seen of this server with so many sessions."""
    return median_measurement(matching(seen, server, job, sessions))


def matching(seen: Sequence[Measurement], server: str, job: str, sessions: int) -> list[Measurement]:
    wanted = (server, "studio", job, sessions)
    return [each for each in seen if (each.server, each.setting, each.job, each.sessions) == wanted]
