"""Keeps N media worker processes alive: starts them, replaces the dead and the hung, ends them in good order.

Children are spawned, never forked: threads and locks of this process must not live on in them.
"""

import logging
import multiprocessing
import os
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from . import huge_pages
from .worker_process import run_worker

logger = logging.getLogger(__name__)

# A worker's loop beats every second; so late it does not recover by itself.
HUNG_SECONDS = 10.0
# Importing the media libraries on a busy machine.
STARTING_SECONDS = 60.0
# After the drain time: closing what is left.
FAREWELL_SECONDS = 3.0
LOOK_SECONDS = 0.25
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# Who lived so long did not die of its start.
SETTLED_SECONDS = 60.0


@dataclass
class WorkerChild:
    """One of the N places: the process in it now, and how it fares."""

    index: int
    process: SpawnProcess
    pipe: Connection
    started_at: float = field(default_factory=time.monotonic)
    beat_at: float | None = None

    @property
    def is_hung(self) -> bool:
        now = time.monotonic()
        if self.beat_at is None:
            return now - self.started_at > STARTING_SECONDS
        return now - self.beat_at > HUNG_SECONDS

    @property
    def has_settled(self) -> bool:
        return time.monotonic() - self.started_at > SETTLED_SECONDS

    def read_beats(self) -> None:
        try:
            while self.pipe.poll():
                self.pipe.recv_bytes()
                self.beat_at = time.monotonic()
        except (EOFError, OSError):
            # The process is ending; its exit is seen by whoever looks at it next.
            return

    def ask_to_end(self, drain_seconds: float) -> None:
        try:
            self.pipe.send(drain_seconds)
        except OSError:
            logger.debug("Worker process %d has ended already", self.index)

    def end(self, deadline: float) -> None:
        self.process.join(max(0.0, deadline - time.monotonic()))
        if self.process.is_alive():
            logger.warning("Worker process %d did not end in time and is killed", self.index)
            self.process.kill()
            self.process.join()
        self.pipe.close()


class WorkerSupervisor:
    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._context = multiprocessing.get_context("spawn")
        self._children: dict[int, WorkerChild] = {}
        # When a place may be filled again, and how long the next pause will be.
        self._start_at: dict[int, float] = dict.fromkeys(range(processes), 0.0)
        self._pauses: dict[int, float] = dict.fromkeys(range(processes), FIRST_PAUSE_SECONDS)
        self._stopping = threading.Event()
        self._drain_seconds = 0.0

    def run(self) -> None:
        """Return after ``stop`` when all children have ended."""
        try:
            while not self._stopping.is_set():
                self._fill_places()
                wait([child.pipe for child in self._children.values()], timeout=LOOK_SECONDS)
                self._look_after_children()
        finally:
            self._end_all()

    def stop(self, drain_seconds: float) -> None:
        """Callable from a signal handler or another thread."""
        self._drain_seconds = drain_seconds
        self._stopping.set()

    def pids(self) -> list[int]:
        return [child.process.pid for child in self._children.values() if child.process.pid]

    def _fill_places(self) -> None:
        for index in range(self._processes):
            if index not in self._children and time.monotonic() >= self._start_at[index]:
                self._children[index] = self._start(index)

    def _start(self, index: int) -> WorkerChild:
        for name, value in huge_pages.ENVIRONMENT.items():  # spawned processes get ours
            os.environ.setdefault(name, value)
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=run_worker, args=(index, theirs), name=f"media-worker-{index}")
        process.start()
        theirs.close()
        logger.info("Worker process %d started with pid %s", index, process.pid)
        return WorkerChild(index, process, ours)

    def _look_after_children(self) -> None:
        for child in list(self._children.values()):
            child.read_beats()
            if not child.process.is_alive():
                self._replace(child, f"ended with {child.process.exitcode}")
            elif child.is_hung:
                child.process.kill()
                self._replace(child, "hung and was killed")

    def _replace(self, child: WorkerChild, what: str) -> None:
        """Start again soon; one that keeps dying at its start is given longer and longer pauses."""
        del self._children[child.index]
        child.end(time.monotonic() + FAREWELL_SECONDS)
        pause = FIRST_PAUSE_SECONDS if child.has_settled else self._pauses[child.index]
        self._pauses[child.index] = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._start_at[child.index] = time.monotonic() + pause
        logger.warning("Worker process %d %s; it starts again in %g s", child.index, what, pause)

    def _end_all(self) -> None:
        deadline = time.monotonic() + self._drain_seconds + FAREWELL_SECONDS
        for child in self._children.values():
            child.ask_to_end(self._drain_seconds)
        for child in self._children.values():
            child.end(deadline)
        self._children.clear()
