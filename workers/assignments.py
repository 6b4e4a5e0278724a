"""From what the web says of a processor to what runs: its class, shaped by its configuration."""

import asyncio
import logging
from concurrent.futures import Executor
from typing import Any

from processors import catalogue, sandbox
from processors.exceptions import NotInstalled, ProcessorError

from .engine_options import EngineOptions
from .exceptions import ProcessorNotReady, TooWeaklyIsolated
from .pipeline import Assignment

logger = logging.getLogger(__name__)

Message = dict[str, Any]


class Assignments:
    def __init__(self, imports: Executor, options: EngineOptions) -> None:
        self._imports = imports
        # What could not be put on all, by slug and version; the log has each once.
        self._told: set[tuple[str, int]] = set()
        self._options = options

    async def of(self, spec: Message) -> Assignment:
        loop = asyncio.get_running_loop()
        key, configuration = spec["key"], spec.get("configuration") or {}
        if spec.get("needs_strong_isolation") and not await self._keeps_apart():
            raise TooWeaklyIsolated(spec.get("title") or spec["slug"])
        try:
            # A class of another package is asked of a child, which may take its time; pictures must not wait for it.
            pool = self._imports if catalogue.is_our_own(key) else None
            processor_class = await loop.run_in_executor(pool, catalogue.load_class, key, configuration)
            if not processor_class.installed:
                raise NotInstalled(processor_class.label)
        except ProcessorError as error:
            raise ProcessorNotReady(error.message) from error
        return Assignment(
            spec["slug"], key, spec.get("version", 0), processor_class, configuration, spec.get("title", "")
        )

    async def _keeps_apart(self) -> bool:
        """Publishing asks the workers that run then; this one may have come later, or to another machine."""
        if self._options.allow_weak_isolation:
            return True
        # The first time a child is asked: in no thread of the pictures.
        loop, limits = asyncio.get_running_loop(), self._options.hosts.limits
        in_force = await loop.run_in_executor(None, sandbox.describe, limits)
        return sandbox.is_strong(in_force.level)

    async def for_all(self, message: Message) -> Assignment | None:
        """Return what the owner of the room puts on everybody who wears nothing and does not object."""
        spec = (message.get("room_options") or {}).get("processor")
        if not spec:
            return None
        try:
            return await self.of(spec)
        except ProcessorNotReady as error:
            # Nobody in the room can do anything about it, and all may meet without.
            self._tell_once(spec, error)
            return None

    def _tell_once(self, spec: Message, error: ProcessorNotReady) -> None:
        version = spec["slug"], spec.get("version", 0)
        if version not in self._told:
            self._told.add(version)
            logger.warning("%s cannot be worn by all in a room: %s", spec["slug"], error.message)
