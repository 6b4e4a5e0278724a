"""Hosts that are loaded before the first visitor: some rows stay loaded from the start, others for a while.

Lives on the worker's loop.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from processors.host_process import HostSpec
from processors.hosts import HostPool

logger = logging.getLogger(__name__)

Message = dict[str, Any]
SpecOf = Callable[[Message], Awaitable[HostSpec | None]]

STAYS_SECONDS = float("inf")
# How long a row that was just published waits, loaded, for its first visitor.
PUBLISHED_SECONDS = 600.0
# What must be left for sessions when a host is loaded that nobody has asked for.
SPARE_MEMORY_BYTES = 1024**3
LOOK_SECONDS = 0.1
MEMINFO = Path("/proc/meminfo")


class StandingHosts:
    def __init__(self, pool: HostPool, spec_of: SpecOf) -> None:
        self._pool = pool
        self._spec_of = spec_of
        # By slug: what stays loaded, and what was loaded for a while.
        self._staying: dict[str, HostSpec] = {}
        self._awaited: dict[str, HostSpec] = {}

    async def load_all(self, rows: Sequence[Message]) -> None:
        """One after the other: each must see how much memory the one before has left."""
        for row in rows:
            if not has_spare_memory():
                logger.warning("Memory is short, so %s is loaded when somebody comes", row["slug"])
                continue
            spec = await self._spec_of(row)
            if spec is not None:
                self._staying[row["slug"]] = spec
                self._pool.warm(spec, STAYS_SECONDS)
                await self._loaded(spec)

    async def follow(self, row: Message) -> None:
        """A row was published, or is another one now: its host of before is not needed any more."""
        slug, spec = row["slug"], await self._spec_of(row)
        stays = slug in self._staying
        self.drop(slug, but=spec.mark if spec else "")
        if spec is None or not has_spare_memory():
            return
        (self._staying if stays else self._awaited)[slug] = spec
        self._pool.warm(spec, STAYS_SECONDS if stays else PUBLISHED_SECONDS)

    def drop(self, slug: str, but: str = "") -> None:
        """Let go of what was loaded for this row; ``but`` is the mark of a host that is needed again."""
        for specs in (self._staying, self._awaited):
            if (spec := specs.pop(slug, None)) is not None and spec.mark != but:
                self._pool.cool(spec)

    async def _loaded(self, spec: HostSpec) -> None:
        while any(report.mark == spec.mark and report.state == "loading" for report in self._pool.reports()):  # noqa: ASYNC110 (threads tell no loop)
            await asyncio.sleep(LOOK_SECONDS)


def has_spare_memory() -> bool:
    """True also where the system does not say."""
    try:
        lines = MEMINFO.read_text().splitlines()
    except OSError:
        return True
    kibibytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return kibibytes.get("MemAvailable", SPARE_MEMORY_BYTES) * 1024 > SPARE_MEMORY_BYTES
