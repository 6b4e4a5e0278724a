"""How busy this worker is: 0 idle, 1 all it can do."""

import os
import time

from .loop_watch import LoopWatch

# A loop that is late by this much is a full worker.
FULL_LAG_SECONDS = 0.05
# Share of the cores that media may use.
USABLE_SHARE = 0.8
# CPU use is looked at over at least this long: a start or a burst is not a load.
MEASURE_SECONDS = 3.0
# A worker without sessions takes one whatever else keeps the machine busy: nobody gains if it stays idle.
IDLE_STRESS = 0.5


class LoadMeter:
    def __init__(self, loop_watch: LoopWatch) -> None:
        self._cores = os.cpu_count() or 1
        self._measured_at = time.monotonic()
        self._used_at = time.process_time()
        self._cpu = 0.0
        self._loop_watch = loop_watch

    def stress(self, sessions: int) -> float:
        """Return the larger of: CPU by usable cores, lag of the loop by its limit. The registry counts places."""
        stress = max(self._cpu_share() / USABLE_SHARE, self._loop_watch.usual_seconds / FULL_LAG_SECONDS)
        return stress if sessions else min(stress, IDLE_STRESS)

    def _cpu_share(self) -> float:
        now, used = time.monotonic(), time.process_time()
        if now - self._measured_at >= MEASURE_SECONDS:
            self._cpu = (used - self._used_at) / (now - self._measured_at) / self._cores
            self._measured_at, self._used_at = now, used
        return self._cpu
