"""Media runs on uvloop, wherever a worker makes its loop."""

import asyncio
import queue

import uvloop

from tests.support.patience import patient
from workers.event_loop import new_event_loop
from workers.service import WorkerService
from workers.worker_thread import WorkerThread


def test_the_loop_of_workers_is_uvloops() -> None:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        assert isinstance(runner.get_loop(), uvloop.Loop)


def test_a_worker_beside_the_web_server_runs_on_uvloop() -> None:
    loops: queue.Queue[asyncio.AbstractEventLoop] = queue.Queue()

    def make_service() -> WorkerService:
        loops.put(asyncio.get_running_loop())
        raise RuntimeError("no service is needed")

    thread = WorkerThread(make_service)
    thread.start()
    assert isinstance(loops.get(timeout=patient(15)), uvloop.Loop)
    assert thread.stop(deadline_seconds=patient(15))
