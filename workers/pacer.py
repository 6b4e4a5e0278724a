"""Spreads the packets of a slow viewer, so that a picture never stands before a sound in the network's queue."""

import asyncio
from collections.abc import Coroutine
from typing import Any

# After a pause so much may go at once, in seconds of the rate.
BURST_SECONDS = 0.03
# Shorter waits than this are not worth a timer.
LEAST_WAIT_SECONDS = 0.002
# A repeat that would wait longer is not sent: it would come too late, and keep the next picture waiting.
MOST_REPEAT_WAIT_SECONDS = 0.3
REPEAT_BYTES = 1200


class Pacer:
    """One connection's pictures wait here for their turn; sound never does."""

    def __init__(self) -> None:
        # What the network takes of pictures, in bit/s; None while it takes everything.
        self.rate: int | None = None
        # Loop time at which all that was sent so far has left the bottleneck.
        self._free_at = 0.0
        self._repeats: set[asyncio.Task[None]] = set()

    async def wait(self, size: int) -> None:
        """Return when ``size`` bytes may go out."""
        if self.rate is None:
            return
        now = asyncio.get_running_loop().time()
        begin = max(self._free_at, now - BURST_SECONDS)
        self._free_at = begin + size * 8 / self.rate
        if begin - now > LEAST_WAIT_SECONDS:
            await asyncio.sleep(begin - now)

    def later(self, sending: Coroutine[Any, Any, None]) -> None:
        """Let a repeat take its turn without anybody waiting for it."""
        loop = asyncio.get_running_loop()
        if self._wait_seconds(loop.time()) > MOST_REPEAT_WAIT_SECONDS:
            sending.close()
            return
        task = loop.create_task(sending)
        self._repeats.add(task)
        task.add_done_callback(self._done)

    def close(self) -> None:
        for task in tuple(self._repeats):
            task.cancel()

    def _wait_seconds(self, now: float) -> float:
        """Return how long another repeat would wait."""
        if self.rate is None:
            return 0.0
        return max(0.0, self._free_at - now) + len(self._repeats) * REPEAT_BYTES * 8 / self.rate

    def _done(self, task: asyncio.Task[None]) -> None:
        self._repeats.discard(task)
        if not task.cancelled():
            task.exception()  # the connection ended meanwhile: nobody needs to know
