"""The processor hosts of one worker: which are loaded before anybody comes, and what the others are told of them."""

import asyncio
import contextlib
import logging
from concurrent.futures import Executor
from typing import Any

from processors import sandbox
from processors.exceptions import ProcessorError
from processors.host_process import HostSpec
from processors.hosts import HostPool
from processors.sandbox import Limits

from . import engine_metrics
from .assignments import Assignments
from .engine_options import EngineOptions
from .exceptions import WorkerError
from .readiness import HOSTS_TOLD, WorkerReport
from .standing_hosts import StandingHosts

logger = logging.getLogger(__name__)

Message = dict[str, Any]


class WorkerHosts:
    def __init__(self, options: EngineOptions, assignments: Assignments, codec_pool: Executor) -> None:
        self.pool = HostPool(options.hosts)
        self._options = options
        self._assignments = assignments
        self._codec_pool = codec_pool
        self._standing = StandingHosts(self.pool, self._spec_for_nobody)
        # How well hosts are kept apart here; None until it was tried.
        self._in_force: sandbox.InForce | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._takes_new = True

    def begin(self) -> None:
        self._preparing = asyncio.create_task(self._prepare())

    def take_nothing_new(self) -> None:
        self._takes_new = False

    async def close(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()
        await asyncio.get_running_loop().run_in_executor(None, self.pool.close)

    async def warm(self, processor: Message) -> None:
        """Load what a visitor is about to use. Whatever goes wrong, his offer will hear of it."""
        with contextlib.suppress(ProcessorError):
            if (spec := await self._spec_for_nobody(processor)) is not None:
                self.pool.warm(spec)

    async def published(self, processor: Message) -> None:
        if self._takes_new:
            await self._standing.follow(processor)

    def withdrawn(self, slug: str) -> None:
        self._standing.drop(slug)

    def report(self) -> WorkerReport:
        """A host that is kept apart less than was tried says so, and it counts."""
        hosts = tuple(self.pool.reports()[-HOSTS_TOLD:])
        if self._in_force is None:
            return WorkerReport(hosts=hosts)
        levels = {self._in_force.level, *self.pool.levels()} & set(sandbox.LEVELS)
        return WorkerReport(
            isolation=min(levels, key=sandbox.LEVELS.index),
            files_hidden=self._in_force.files_hidden,
            hosts=hosts,
        )

    def measure(self) -> None:
        engine_metrics.HOSTS_LOST.set(self.pool.lost)
        states = list(self.pool.states().values())
        for state in ("ready", "loading", "failed"):
            engine_metrics.HOSTS.labels(state).set(states.count(state))

    async def _prepare(self) -> None:
        """Find out how well hosts are kept apart, then load those that are to be there before anybody comes."""
        loop = asyncio.get_running_loop()
        limits = self._options.hosts.limits
        self._in_force = await loop.run_in_executor(self._codec_pool, note_isolation, limits)
        try:
            rows = await loop.run_in_executor(None, self._options.rows_at_start)
            await self._standing.load_all(rows)
        except Exception:
            logger.exception("Nothing more is loaded ahead; each row is loaded when somebody comes")

    async def _spec_for_nobody(self, processor: Message) -> HostSpec | None:
        """Return what is to be loaded although nobody has asked; None if it needs no host, or cannot run."""
        try:
            assignment = await self._assignments.of(processor)
        except (WorkerError, ProcessorError) as error:
            logger.info("%s is not loaded ahead: %s", processor["slug"], error)
            return None
        return assignment.host_spec if assignment.needs_host and self._takes_new else None


def note_isolation(limits: Limits) -> sandbox.InForce:
    """Find out, by a child that ends at once, how well hosts are kept apart here."""
    in_force = sandbox.describe(limits)
    for level in sandbox.LEVELS:
        engine_metrics.HOST_ISOLATION.labels(level).set(level == in_force.level)
    if not in_force.files_hidden or in_force.level == sandbox.LEVELS[0]:
        logger.warning(
            "Processor hosts are kept apart weakly here (%s, files %s); see docs/deployment.md.",
            in_force.level,
            "hidden" if in_force.files_hidden else "readable",
        )
    return in_force
