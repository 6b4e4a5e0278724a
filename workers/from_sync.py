"""Questions of ordinary code, such as a page of the admin, to what lives on event loops.

One loop in one thread for the whole process: connections to Redis belong to a loop, and a new loop for each question
would leave one behind each time.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from .event_loop import new_event_loop

Answer = TypeVar("Answer")

ANSWER_SECONDS = 5.0

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def ask(question: Coroutine[Any, Any, Answer]) -> Answer:
    """Wait for the answer. Raises ``TimeoutError`` when it does not come soon."""
    return begin(question).result(ANSWER_SECONDS)


def begin(job: Coroutine[Any, Any, Answer]) -> "Future[Answer]":
    return asyncio.run_coroutine_threadsafe(job, the_loop())


def the_loop() -> asyncio.AbstractEventLoop:
    global _loop
    with _lock:
        if _loop is None:
            _loop = new_event_loop()
            threading.Thread(target=_loop.run_forever, name="from-sync", daemon=True).start()
        return _loop
