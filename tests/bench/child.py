"""The benchmark's end of a child process's door."""

import asyncio
import itertools
import json
import os
import sys
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from tests.support.processes import ROOT

from .door import MAX_LINE_BYTES, Message
from .stream import FOLDER

START_SECONDS = 30.0
ANSWER_SECONDS = 60.0
STOP_SECONDS = 5.0


class ChildFailed(Exception):
    """A server or client of the benchmark answered with an error, or ended."""


class Child:
    """``async with Child("tests.bench.client")``: a Python module as a process that answers messages.

    ``environment`` comes on top of ours.
    """

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.module = module
        self._arguments = arguments
        self._environment = os.environ | (environment or {})
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        # Called with each event.
        self.on_event: Callable[[Message], None] = lambda event: None
        self._ready: asyncio.Future[None]

    async def __aenter__(self) -> Self:
        FOLDER.mkdir(parents=True, exist_ok=True)
        self._ready = asyncio.get_running_loop().create_future()
        with (FOLDER / f"{self.module.rpartition('.')[2]}.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self.module, *self._arguments),
                cwd=ROOT,
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=MAX_LINE_BYTES,
            )
        self._reading = asyncio.create_task(self._read())
        await asyncio.wait_for(self._ready, START_SECONDS)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, kind: str, **fields: Any) -> Message:
        """Send one message and return its answer; raise ChildFailed."""
        number = next(self._ids)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"id": number, "type": kind, **fields}).encode() + b"\n")
        message = await asyncio.wait_for(answer, ANSWER_SECONDS)
        if "error" in message:
            raise ChildFailed(f"{self.module} could not {kind}: {message['error']}")
        return message

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self._take(json.loads(line))
        for waiting in [self._ready, *self._waiting.values()]:
            if not waiting.done():
                waiting.set_exception(ChildFailed(f"{self.module} ended; its log is in {FOLDER}."))

    def _take(self, message: Message) -> None:
        if message.get("type") == "ready":
            self._ready.set_result(None)
        elif "id" in message:
            waiting = self._waiting.pop(message["id"])
            if not waiting.done():
                waiting.set_result(message)
        else:
            self.on_event(message)
