"""One transport and one registry a process, whoever asks first."""

import threading
import time
from typing import Any

import pytest

from workers import door
from workers.memory_registry import MemoryRegistry


def test_two_threads_that_ask_at_the_same_moment_get_the_same_registry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slowly(*arguments: Any) -> MemoryRegistry:
        time.sleep(0.05)
        return MemoryRegistry(*arguments)

    monkeypatch.setattr(door, "MemoryRegistry", slowly)
    door.forget()
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(door.registry())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    door.forget()
    assert len({id(registry) for registry in found}) == 1
