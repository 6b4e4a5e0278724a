"""The door of the benchmark's child processes: one JSON object a line, in at stdin and out at stdout.

A message ``{"id": n, "type": kind, ...}`` is answered by ``{"id": n, ...}``; a line without an id is an event. The
process ends when its stdin does.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Handler = Callable[[Message], Awaitable[Message]]

MAX_LINE_BYTES = 2**20
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


async def serve(handle: Handler) -> None:
    """Answer messages, many at a time, until stdin ends."""
    lines = asyncio.StreamReader(limit=MAX_LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin.buffer
    )
    tasks: set[asyncio.Task[None]] = set()
    say({"type": "ready"})
    while line := await lines.readline():
        task = asyncio.create_task(_answer(handle, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    for task in tasks:
        task.cancel()


def say(message: Message) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def log_to_stderr() -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format=LOG_FORMAT)


async def _answer(handle: Handler, message: Message) -> None:
    try:
        answer = await handle(message)
    except Exception as error:
        logging.exception("A %s failed", message.get("type"))
        answer = {"error": repr(error)}
    say({"id": message["id"]} | answer)
