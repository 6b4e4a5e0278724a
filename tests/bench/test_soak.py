"""Ten minutes of visitors who change their minds: the worker neither grows nor slows.

``SOAK_SECONDS`` shortens or lengthens it.
"""

import asyncio
import os
import random

import numpy as np
import pytest

from tests.support.figures import write_figure

from .load_run import LoadRun, load_run
from .measure import Measurement

SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
WARM_UP_SHARE = 0.3
WINDOW_SECONDS = 5.0
STUDIO_VISITORS = 6
JOBS = ("edges", "invert", "none")
# Memory may grow this much an hour, or in all; delay this much from the first windows to the last.
MEGABYTES_PER_HOUR, MEGABYTES_IN_ALL = 20.0, 4.0
DELAY_GROWTH_MS = 20.0


@pytest.mark.slow
@pytest.mark.timeout(int(SECONDS) + 120)
async def test_a_worker_neither_grows_nor_slows() -> None:
    async with load_run("ours") as run:
        await run.grow_to(STUDIO_VISITORS, "edges")
        for room in ("first", "second"):
            await run.open_pair(room, "invert")
        windows = await watched(run)
    settled = windows[int(len(windows) * WARM_UP_SHARE) :]
    figures = summary(settled)
    write_figure("soak", seconds=SECONDS, sessions=settled[-1].sessions, **figures)
    grown = (
        figures["megabytes_per_hour"] <= MEGABYTES_PER_HOUR or figures["megabytes_in_all"] <= MEGABYTES_IN_ALL
    )
    assert grown, figures
    assert figures["delay_growth_ms"] <= DELAY_GROWTH_MS, figures
    assert figures["slowest_fps_p10"] >= 14, figures
    assert figures["p95_ms"] <= 350, figures


async def watched(run: LoadRun) -> list[Measurement]:
    """Change one session's processor after each window, and look at all."""
    chance = random.Random(3)
    windows = []
    end = asyncio.get_running_loop().time() + SECONDS
    while asyncio.get_running_loop().time() < end:
        windows.append(await run.measure(WINDOW_SECONDS))
        await run.switch(chance.randrange(STUDIO_VISITORS), chance.choice(JOBS))
    return windows


def summary(windows: list[Measurement]) -> dict[str, float]:
    megabytes = np.array([window.resident_mb for window in windows])
    hours = np.arange(len(windows)) * WINDOW_SECONDS / 3600
    slope = float(np.polyfit(hours, megabytes, 1)[0]) if len(windows) > 2 else 0.0
    third = max(1, len(windows) // 3)
    delays = [window.p50_ms for window in windows]
    return {
        "megabytes": round(float(megabytes[-1]), 1),
        "megabytes_per_hour": round(slope, 1),
        "megabytes_in_all": round(float(np.median(megabytes[-third:]) - np.median(megabytes[:third])), 2),
        "p50_ms": round(float(np.median(delays)), 1),
        "p95_ms": round(float(np.median([window.p95_ms for window in windows])), 1),
        "delay_growth_ms": round(float(np.median(delays[-third:]) - np.median(delays[:third])), 1),
        "slowest_fps_p10": round(float(np.quantile([window.slowest_fps for window in windows], 0.1)), 1),
        "server_cores": round(float(np.median([window.server_cores for window in windows])), 2),
    }
