"""How late a loop runs, and which of its callbacks hold it up: for the benchmark's server."""

import asyncio
import time
from typing import Any

from .measure import quantile

PROBE_SECONDS = 0.005
SLOW_SECONDS = 0.005

Values = dict[str, Any]


class LoopLag:
    """Looks every few milliseconds how much later than planned the loop runs."""

    def __init__(self) -> None:
        self._lags_ms: list[float] = []
        self._task = asyncio.create_task(self._look())

    def take(self) -> Values:
        """Return what was seen since the last time."""
        lags, self._lags_ms = self._lags_ms, []
        return {
            "lag_p50_ms": quantile(lags, 0.5),
            "lag_p99_ms": quantile(lags, 0.99),
            "lag_max_ms": max(lags, default=float("nan")),
        }

    async def _look(self) -> None:
        while True:
            planned = time.perf_counter() + PROBE_SECONDS
            await asyncio.sleep(PROBE_SECONDS)
            self._lags_ms.append(max(0.0, time.perf_counter() - planned) * 1000)


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
