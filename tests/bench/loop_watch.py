"""How late a loop runs, and which of its callbacks hold it up: for the benchmark's server."""

import asyncio
import math
import time
from collections import Counter
from typing import Any

PROBE_SECONDS = 0.005
SLOW_SECONDS = 0.005
# Lags are counted in such steps: a list of them all would grow, and with it the process whose memory is looked at.
STEPS_PER_MS = 10

Values = dict[str, Any]


class LoopLag:
    """Looks every few milliseconds how much later than planned the loop runs."""

    def __init__(self) -> None:
        # By whole steps, rounded up.
        self._lags: Counter[int] = Counter()
        self._task = asyncio.create_task(self._look())

    def take(self) -> Values:
        """Return what was seen since the last time."""
        lags, self._lags = self._lags, Counter()
        return {
            "lag_p50_ms": quantile_of_counts(lags, 0.5) / STEPS_PER_MS,
            "lag_p99_ms": quantile_of_counts(lags, 0.99) / STEPS_PER_MS,
            "lag_max_ms": max(lags, default=float("nan")) / STEPS_PER_MS,
        }

    async def _look(self) -> None:
        while True:
            planned = time.perf_counter() + PROBE_SECONDS
            await asyncio.sleep(PROBE_SECONDS)
            late_ms = max(0.0, time.perf_counter() - planned) * 1000
            self._lags[math.ceil(late_ms * STEPS_PER_MS)] += 1


def quantile_of_counts(counts: Counter[int], share: float) -> float:
    """Return the value that so great a share of all does not exceed; not a number of none."""
    rank = share * counts.total()
    for value in sorted(counts):
        rank -= counts[value]
        if rank <= 0:
            return value
    return float("nan")


class SlowCallbacks:
    """Times every callback of asyncio's own loop; uvloop runs its callbacks out of sight.

    The clock on the wall also counts while other threads or processes have the core, so the thread's own is kept too.
    """

    def __init__(self) -> None:
        self.slow: list[tuple[float, float, str]] = []
        run = asyncio.Handle._run  # type: ignore[attr-defined]

        def timed_run(handle: asyncio.Handle) -> None:
            callback = getattr(handle, "_callback", None)
            wall, own = time.perf_counter(), time.thread_time()
            run(handle)
            wall, own = time.perf_counter() - wall, time.thread_time() - own
            if wall > SLOW_SECONDS:
                self.slow.append((wall, own, repr(getattr(callback, "__self__", callback))))

        asyncio.Handle._run = timed_run  # type: ignore[attr-defined]

    def take(self) -> list[Values]:
        found, self.slow = self.slow, []
        longest = sorted(found, key=own_time, reverse=True)
        return [
            {"ms": 1000 * wall, "own_ms": 1000 * own, "callback": name[:300]} for wall, own, name in longest
        ]


def own_time(slow: tuple[float, float, str]) -> float:
    return slow[1]
