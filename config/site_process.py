"""The life of the process behind ``manage.py serve``: its parts, in which order they start, and how all end.

reactor (main thread)   pages, sockets, the sweep of the history
media-worker (thread)   embedded: the media engine on a loop of its own
supervisor (thread)     with --workers: looks after the worker processes
"""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

from rooms import sweep
from rooms.open_sockets import OpenSockets
from workers import door
from workers.engine import new_service
from workers.supervisor import WorkerSupervisor
from workers.worker_thread import WorkerThread

from .address import Address
from .asgi import application
from .server import ShowroomServer

logger = logging.getLogger(__name__)

# Ctrl-C promises an end within three seconds, whatever a thread of a processor is doing.
WORKER_END_SECONDS = 1.5
HARD_END_SECONDS = 2.7


class SiteProcess:
    def __init__(self, address: Address, workers: int, ready: Callable[[], None]) -> None:
        self._server = ShowroomServer(application, [address.endpoint()], ready, self._say_goodbye)
        self._worker = WorkerThread(new_service) if settings.EMBEDDED else None
        self._supervisor = WorkerSupervisor(workers) if workers else None
        self._supervising = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self._sweeping: asyncio.Task[None] | None = None

    def run(self) -> str | None:
        """Serve until SIGINT or SIGTERM; return why listening failed, if it did."""
        if self._worker:
            self._worker.start()
        if self._supervisor:
            self._supervising.start()
        self._server.call_when_running(self._start_sweeping)
        self._server.run()
        return self._server.failure

    def _supervise(self) -> None:
        if self._supervisor:
            self._supervisor.run()

    def _start_sweeping(self) -> None:
        self._sweeping = asyncio.ensure_future(sweep_for_ever())

    async def _say_goodbye(self) -> None:
        """Tell the pages first, so that they know why the picture stops; then end the media."""
        start_hard_end()
        if self._sweeping:
            self._sweeping.cancel()
        await OpenSockets.here().announce_restart()
        with suppress(Exception):
            await door.registry().close()
        await asyncio.get_running_loop().run_in_executor(None, self._end_media)

    def _end_media(self) -> None:
        if self._supervisor:
            self._supervisor.stop(drain_seconds=0)
            self._supervising.join(WORKER_END_SECONDS)
        if self._worker and not self._worker.stop(WORKER_END_SECONDS):
            logger.warning("The media worker did not end in time")
        if settings.EMBEDDED:
            sweep.end_all_running()


async def sweep_for_ever() -> None:
    sweeper = sweep.Sweep(door.registry())
    while True:
        await asyncio.sleep(sweep.SWEEP_SECONDS)
        try:
            await sweeper.once()
        except Exception:
            logger.exception("A sweep of the history failed")


def start_hard_end() -> None:
    """The last resort: a thread that nobody can stop must not keep the process."""
    timer = threading.Timer(HARD_END_SECONDS, end_hard)
    timer.daemon = True
    timer.start()


def end_hard() -> None:
    names = [thread.name for thread in threading.enumerate() if not thread.daemon]
    logger.warning("Ended although threads still ran: %s", ", ".join(names))
    logging.shutdown()
    os._exit(0)
