"""Three minutes of processors that take 0.2, 0.5 and 1.0 s for a picture, beside one that is quick.

All at once, in one worker, each in its host: pictures get rare and never late, memory stays, and the neighbour sees
nothing of it. ``SLOW_MINUTES`` shortens or lengthens it.
"""

import os
import statistics
from typing import Any

import numpy as np
import pytest

from tests.support.figures import write_figure

from .jobs import SLOW
from .load_run import LoadRun, load_run
from .measure import quantile

MINUTES = float(os.environ.get("SLOW_MINUTES", "3"))
WINDOW_SECONDS = 3.0
# A worker that has just begun still grows, whatever runs in it: each of its threads fills memory of its own.
SETTLE_WINDOWS = 40
ALONE_SECONDS = 15.0
# The limits.
LATER_THAN_THE_WORK_SECONDS = 0.3
GROWTH_SECONDS = 0.1
MEGABYTES_PER_HOUR = 10.0
NEIGHBOUR_SHARE = 0.05

Window = dict[str, Any]


@pytest.mark.slow
@pytest.mark.timeout(int(60 * MINUTES) + 300)
async def test_slow_processors_stay_prompt_for_minutes() -> None:
    async with load_run("ours") as run:
        await run.grow_to(1, "invert")
        await run.settle(5)
        [neighbour] = await run.look(ALONE_SECONDS)
        for job in SLOW:
            await run.add_reader(job)
        await watched(run, SETTLE_WINDOWS)
        windows, megabytes = await watched(run, round(60 * MINUTES / WINDOW_SECONDS))
    slope = float(np.polyfit(np.arange(len(megabytes)) * WINDOW_SECONDS / 3600, megabytes, 1)[0])
    beside = statistics.mean(window[0]["fps"] for window in windows)
    figures = {job: delays(windows, number + 1) for number, job in enumerate(SLOW)}
    write_figure(
        "slow_for_minutes",
        minutes=MINUTES,
        megabytes_per_hour=slope,
        megabytes_each_minute=megabytes[:: round(60 / WINDOW_SECONDS)],
        neighbour_fps=beside,
        neighbour_fps_alone=neighbour["fps"],
        **figures,
    )
    for job, seconds in SLOW.items():
        assert figures[job]["p95"] <= seconds + LATER_THAN_THE_WORK_SECONDS, figures
        assert figures[job]["grown"] <= GROWTH_SECONDS, figures
        assert figures[job]["fps"] >= 0.8 / seconds, figures
    assert abs(beside - neighbour["fps"]) <= NEIGHBOUR_SHARE * neighbour["fps"]
    assert slope <= MEGABYTES_PER_HOUR, megabytes


async def watched(run: LoadRun, count: int) -> tuple[list[list[Window]], list[float]]:
    """Return what everybody saw in each window, and the worker's memory after it, without the hosts'."""
    windows, megabytes = [], []
    for _ in range(count):
        windows.append(await run.look(WINDOW_SECONDS))
        megabytes.append(run.resident_bytes() / 1e6 - sum(run.megabytes_of_hosts()))
    return windows, megabytes


def delays(windows: list[list[Window]], number: int) -> dict[str, float]:
    """Return how late one visitor's decoded pictures were, in seconds, and how much later towards the end."""
    third = len(windows) // 3
    late, first, last = (
        [delay / 1000 for window in part for delay in window[number]["glass_ms"]]
        for part in (windows, windows[:third], windows[-third:])
    )
    return {
        "p50": statistics.median(late),
        "p95": quantile(late, 0.95),
        "grown": statistics.median(last) - statistics.median(first),
        "fps": statistics.mean(window[number]["fps"] for window in windows),
    }
