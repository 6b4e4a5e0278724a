"""What it costs to run a processor in a process of its own: the same code in a host and in a thread."""

import statistics
from collections.abc import Callable

from .figures import Figure
from .load_run import load_run
from .measure import Measurement
from .rows import Measurements, Plan

JOBS = ("invert", "hosted")
# The machine's own speed changes within seconds by more than a host costs: only what lies side by side compares.
PAIRS_A_REPEAT = 5
WINDOW_SECONDS = 1.0
SETTLE_SECONDS = 0.3

Pair = tuple[Measurement, Measurement]


async def host(plan: Plan, seen: Measurements) -> list[Figure]:
    """One visitor at 640×480 and 30 frames a second, who changes between a thread and a host all the time."""
    pairs = await pairs_of(plan.repeats * PAIRS_A_REPEAT)
    seen += [each for pair in pairs for each in pair]
    return [
        Figure("a processor host adds to the p50 delay, ms", added(pairs, lambda m: m.p50_ms), None, 1.0),
        Figure("a processor host adds to the p95 delay, ms", added(pairs, lambda m: m.p95_ms)),
        Figure("a processor host adds, cores at 30 fps", added_cores(pairs), None, 0.03),
    ]


async def pairs_of(number: int) -> list[Pair]:
    """Measure so many times both ways, (thread, host), now the one first and now the other."""
    pairs: list[Pair] = []
    async with load_run("ours") as run:
        await run.grow_to(1, JOBS[0])
        while len(pairs) < number:
            found = {}
            for job in JOBS[:: -1 if len(pairs) % 2 else 1]:
                await run.change_all(job)
                await run.settle(SETTLE_SECONDS)
                found[job] = await run.measure(WINDOW_SECONDS)
            pairs.append((found[JOBS[0]], found[JOBS[1]]))
    return pairs


def added_cores(pairs: list[Pair]) -> float:
    return added(pairs, lambda measurement: measurement.cores_at_full_rate)


def added(pairs: list[Pair], of: Callable[[Measurement], float]) -> float:
    """Return by how much the host's figure is usually larger; from calm pairs, if there are any."""
    calm = [pair for pair in pairs if all(each.is_calm for each in pair)]
    return statistics.median(of(hosted) - of(thread) for thread, hosted in calm or pairs)
