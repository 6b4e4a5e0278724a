"""How many sessions a server holds on this machine, found by search."""

from .child import ChildFailed
from .figures import Figure
from .load_run import load_run
from .rows import Measurements, Plan

FEWEST, MOST = 2, 24
WINDOW_SECONDS = 15.0
SETTLE_SECONDS = 3.0
# What passes: each session's frames a second, and 95 of 100 delays.
LEAST_FPS = 25.0
MOST_P95_MS = 250.0


async def capacity(plan: Plan, seen: Measurements) -> list[Figure]:
    """Sessions of edges held: two of our workers, a plain server as it is usually run, and two of those."""
    ours = await sessions_held("ours", 2, seen)
    plain = await sessions_held("plain", 1, seen)
    pair = await sessions_held("plain", 2, seen)
    name = "sessions of edges held on this machine"
    return [
        Figure(f"{name}, two workers / one plain server", ours, plain, 2.5, 3.5, more_is_better=True),
        Figure(f"{name}, two workers / two plain servers", ours, pair, more_is_better=True),
    ]


async def sessions_held(server: str, processes: int, seen: Measurements) -> int:
    """Return the largest number of sessions that pass, to the unit, by halving what is unknown."""
    passes, fails = FEWEST - 1, MOST + 1
    while fails - passes > 1:
        number = (passes + fails) // 2
        if await is_held(server, processes, number, seen):
            passes = number
        else:
            fails = number
    return passes


async def is_held(server: str, processes: int, sessions: int, seen: Measurements) -> bool:
    async with load_run(server, processes) as run:
        try:
            await run.grow_to(sessions, "edges")
        except ChildFailed:
            return False
        await run.settle(SETTLE_SECONDS)
        found = await run.measure(WINDOW_SECONDS)
    seen.append(found)
    return found.slowest_fps >= LEAST_FPS and found.p95_ms < MOST_P95_MS
