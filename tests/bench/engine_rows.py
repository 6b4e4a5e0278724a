"""Rows about our own worker alone: OpenCV's threads, and how late its loop runs."""

import logging

from .figures import Figure
from .load_run import load_run
from .measure import Measurement, median_measurement
from .rows import COMPARED_SESSIONS, Measurements, Plan

logger = logging.getLogger(__name__)

# -1: as many as OpenCV likes, one for each core.
OPENCV_THREADS = {"1 thread": 1, "2 threads": 2, "OpenCV's own choice": -1}
# No callback may hold the loop for longer.
HOLD_MS = 5.0
LONG_ENOUGH = 3


async def opencv(plan: Plan, seen: Measurements) -> list[Figure]:
    """The same sessions with other numbers of OpenCV's threads; the baseline is one, as the worker has it."""
    figures = []
    for job in ("edges", "invert"):
        found: dict[str, Measurements] = {name: [] for name in OPENCV_THREADS}
        for repeat in range(plan.repeats):
            for name in list(OPENCV_THREADS)[:: -1 if repeat % 2 else 1]:
                found[name].append(await with_opencv_threads(plan, job, OPENCV_THREADS[name]))
        medians = {name: median_measurement(each) for name, each in found.items()}
        one = medians["1 thread"]
        for name, each in medians.items():
            figures += [
                Figure(f"{job}, {name}: cores per session", each.cores_at_full_rate, one.cores_at_full_rate),
                Figure(f"{job}, {name}: p95 delay, ms", each.p95_ms, one.p95_ms),
            ]
    return figures


async def with_opencv_threads(plan: Plan, job: str, threads: int) -> Measurement:
    async with load_run("ours", arguments=["--opencv-threads", str(threads)]) as run:
        await run.grow_to(COMPARED_SESSIONS, job)
        await run.settle(plan.settle_seconds)
        return await run.measure(plan.window_seconds)


async def loop(plan: Plan, seen: Measurements) -> list[Figure]:
    """How late the worker's loop runs with some sessions of edges, while they come and while they run."""
    seconds = LONG_ENOUGH * plan.window_seconds
    figures = []
    for name, arguments in {"uvloop": [], "stock loop": ["--time-callbacks"]}.items():
        async with load_run("ours", arguments=["--watch-loop", *arguments]) as run:
            await run.grow_to(COMPARED_SESSIONS, "edges")
            await run.settle(plan.settle_seconds)
            starting = await run.loop()
            seen.append(await run.measure(seconds))
            running = await run.loop()
        for phase, values in (("starting", starting), ("running", running)):
            for each in values["slow"]:
                logger.info(
                    "%s: %.1f ms (own %.1f) in %s", phase, each["ms"], each["own_ms"], each["callback"]
                )
            what = f"{name}, {COMPARED_SESSIONS} sessions {phase}: loop late by, ms"
            figures += [Figure(f"{what}, {each}", values[f"lag_{each}_ms"]) for each in ("p50", "p99", "max")]
        if arguments:
            own = [each["own_ms"] for each in running["slow"]]
            figures.append(
                Figure("longest callback of the loop, its own time, ms", max(own, default=0.0), None, HOLD_MS)
            )
    return figures
