"""What a process costs, and one run of a server with visitors."""

import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# CPUCLOCK_SCHED of linux/include/linux/posix-timers.h: the clock of another process, in nanoseconds.
CPUCLOCK_SCHED = 2
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time (user and system) of a process, its threads and its living children.

    /proc/PID/stat counts in hundredths of a second, too coarse for a short window; the process's clock does not.
    """
    return sum(time.clock_gettime(~each << 3 | CPUCLOCK_SCHED) for each in family(pid))


def resident_bytes(pid: int) -> int:
    return sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in family(pid)) * PAGE_BYTES


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
    # Frames a second over all received streams, and the slowest stream's.
    frames_per_second: float
    slowest_fps: float
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
    def cores_per_session(self) -> float:
        return self.server_cores / self.sessions

    @property
    def ms_per_frame(self) -> float:
        return 1000 * self.server_cores / max(self.frames_per_second, 1e-9)

    def as_dict(self) -> dict[str, Any]:
        derived = {"cores_per_session": self.cores_per_session, "ms_per_frame": self.ms_per_frame}
        values = asdict(self) | derived
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
    """Return the measurement whose every number is the median of the repeats."""
    first = asdict(measurements[0])
    columns = {name: [asdict(each)[name] for each in measurements] for name in first}
    return Measurement(
        **{
            name: values[0] if isinstance(values[0], str) else statistics.median(values)
            for name, values in columns.items()
        }
    )
