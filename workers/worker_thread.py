"""Embedded mode: one media worker on a thread and loop of its own, beside the web server."""

import asyncio
import logging
import threading
from collections.abc import Callable

from .event_loop import new_event_loop
from .service import WorkerService

logger = logging.getLogger(__name__)

# After an unexpected end; sessions resume on the next one. What keeps failing is tried less and less often.
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


class WorkerThread:
    def __init__(self, make_service: Callable[[], WorkerService]) -> None:
        self._make_service = make_service
        self._thread = threading.Thread(target=self._work, name="media-worker", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._service: WorkerService | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self, deadline_seconds: float) -> bool:
        """End all sessions and the thread; False when it did not end in time. Blocks."""
        self._stopping.set()
        if self._loop and self._service:
            try:
                asyncio.run_coroutine_threadsafe(self._service.close(drain_seconds=0), self._loop)
            except RuntimeError:
                logger.debug("The worker's loop has ended already")
        self._thread.join(deadline_seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                self._loop = runner.get_loop()
                self._run_once(runner)
            self._stopping.wait(pause_seconds)
            pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)

    def _run_once(self, runner: asyncio.Runner) -> None:
        try:
            runner.run(self._serve())
        except Exception:
            logger.exception("The media worker ended; it starts again")

    async def _serve(self) -> None:
        self._service = self._make_service()
        if not self._stopping.is_set():
            await self._service.run()
