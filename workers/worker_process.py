"""One media worker as a process of its own, under a supervisor that it tells each second that it lives."""

import asyncio
import logging
import signal
from multiprocessing.connection import Connection

BEAT_SECONDS = 1.0
BEAT = b"beat"

logger = logging.getLogger(__name__)


def run_worker(index: int, pipe: Connection) -> None:
    """The first function of a spawned process. Ends by the supervisor's word or with the supervisor itself."""
    # Ctrl-C reaches the whole group; the supervisor decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    import django

    django.setup()
    from .event_loop import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve(index, pipe))


async def serve(index: int, pipe: Connection) -> None:
    from .engine import new_service
    from .worker_http import WorkerHttp

    service = new_service()
    life = WorkerLife(pipe)
    http = WorkerHttp(service, life, index)
    running = asyncio.ensure_future(service.run())
    told = asyncio.ensure_future(life.keep_telling())
    asked = asyncio.ensure_future(life.asked_to_end())
    try:
        await asyncio.wait([running, asked], return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            await service.close(asked.result())
        await running
    finally:
        http.close()
        for task in (told, asked):
            task.cancel()


class WorkerLife:
    """The pipe to the supervisor: beats go out, the wish to end comes in."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.beat_at = asyncio.get_running_loop().time()
        self._loop = asyncio.get_running_loop()

    async def keep_telling(self) -> None:
        while True:
            self.beat_at = self._loop.time()
            self._tell()
            await asyncio.sleep(BEAT_SECONDS)

    async def asked_to_end(self) -> float:
        """How long to drain; at once when the supervisor itself is gone."""
        readable = asyncio.Event()
        self._loop.add_reader(self._pipe.fileno(), readable.set)
        try:
            await readable.wait()
            return float(self._pipe.recv())
        except (EOFError, OSError):
            return 0.0
        finally:
            self._loop.remove_reader(self._pipe.fileno())

    def seconds_since_beat(self) -> float:
        return self._loop.time() - self.beat_at

    def _tell(self) -> None:
        try:
            self._pipe.send_bytes(BEAT)
        except OSError:
            logger.debug("The supervisor is gone")
