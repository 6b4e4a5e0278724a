"""Key-frame requests, so that many viewers cost few key frames."""

import asyncio
from collections.abc import Callable

# The first request is passed on at once, later ones at most twice a second.
INTERVAL_SECONDS = 0.5


class KeyFrameRequests:
    """Passes requests on to one encoder or publisher, joined and spaced. Lives on the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pass_on: Callable[[], None]) -> None:
        self._loop = loop
        self._pass_on = pass_on
        self._passed_on_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        # How many were passed on, for statistics and tests.
        self.count = 0

    def ask(self) -> None:
        if self._timer is not None:
            return
        wait = self._passed_on_at + INTERVAL_SECONDS - self._loop.time()
        if wait <= 0:
            self._do()
        else:
            self._timer = self._loop.call_later(wait, self._do)

    def ask_from_thread(self) -> None:
        call_on_loop(self._loop, self.ask)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _do(self) -> None:
        self._timer = None
        self._passed_on_at = self._loop.time()
        self.count += 1
        self._pass_on()


def call_on_loop(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *args: object) -> None:
    """Schedule ``call`` from a thread; a loop that has closed meanwhile needs it no more."""
    try:
        loop.call_soon_threadsafe(call, *args)
    except RuntimeError:
        if not loop.is_closed():
            raise
