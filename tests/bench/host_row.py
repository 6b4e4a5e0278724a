"""What it costs to run a processor in a process of its own: the same code in a host and in a thread."""

from .figures import Figure
from .measure import Measurement, at
from .rows import Measurements, Plan, growing

JOBS = ("invert", "hosted")


async def host(plan: Plan, seen: Measurements) -> list[Figure]:
    """One visitor at 640×480 and 30 frames a second, in turn with a thread and with a host."""
    for repeat in range(plan.repeats):
        for job in JOBS[:: -1 if repeat % 2 else 1]:
            seen += await growing(plan, "ours", job, [1])
    thread, hosted = (at(seen, "ours", job, 1) for job in JOBS)
    return [
        Figure("a processor host adds to the p50 delay, ms", hosted.p50_ms - thread.p50_ms, None, 1.0),
        Figure("a processor host adds to the p95 delay, ms", hosted.p95_ms - thread.p95_ms),
        Figure("a processor host adds, cores at 30 fps", added_cores(hosted, thread), None, 0.03),
    ]


def added_cores(hosted: Measurement, thread: Measurement) -> float:
    return hosted.cores_at_full_rate - thread.cores_at_full_rate
