"""What a model costs that several visitors use: one set of weights, and the cores shared fairly."""

from .figures import Figure
from .load_run import load_run
from .measure import median_measurement
from .rows import Measurements, Plan

VISITORS = 4
JOB = "objects"
SETTLE_SECONDS = 5.0
# Without a process that runs the model there is nothing to hold.
NONE = float("nan")


async def model(plan: Plan, seen: Measurements) -> list[Figure]:
    """Object detection by YOLOX-nano, 640×480 at 30 frames a second: one visitor, then four."""
    megabytes: dict[int, list[float]] = {}
    async with load_run("ours") as run:
        for visitors in (1, VISITORS):
            await run.grow_to(visitors, JOB)
            await run.settle(max(SETTLE_SECONDS, plan.settle_seconds))
            found = [await run.measure(plan.window_seconds) for _ in range(plan.repeats)]
            seen += found
            megabytes[visitors] = run.megabytes_of_hosts()
            if visitors == 1:
                one = median_measurement(found)
    four = median_measurement(found)
    added = sum(megabytes[VISITORS]) - sum(megabytes[1])
    return [
        Figure("object detection, 1 session, frames/s", one.fps, None, 10, more_is_better=True),
        Figure("object detection, 1 session, p50 delay, ms", one.p50_ms),
        Figure(f"object detection, {VISITORS} sessions, frames/s together", four.frames_per_second),
        Figure(f"object detection, {VISITORS} sessions, p50 delay, ms", four.p50_ms),
        Figure("slowest session over fastest", four.slowest_fps / four.fastest_fps, None, 0.8, 1, True),
        Figure(
            f"processes that hold the model, {VISITORS} sessions", len(megabytes[VISITORS]) or NONE, None, 1
        ),
        Figure("memory of that process, 1 session, MB", sum(megabytes[1])),
        Figure(f"memory added by {VISITORS - 1} more sessions, MB", added, None, 60),
    ]
