"""What ``load`` returned, kept once per class and configuration for as long as a session uses it."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .base import Processor
from .exceptions import ProcessorError
from .instance import load

POLL_SECONDS = 0.1  # how soon a waiting session notices that it was closed meanwhile

Key = tuple[type[Processor], str]


@dataclass
class Entry:
    users: int = 0
    ready: threading.Event = field(default_factory=threading.Event)
    value: Any = None
    error: ProcessorError | None = None


class SharedLoads:
    """The first user loads, those who come meanwhile wait for it; the last one to leave lets the value go."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[Key, Entry] = {}

    def acquire(
        self, cls: type[Processor], configuration: Mapping[str, Any], cancelled: threading.Event
    ) -> Any:
        """Return the shared value; ``None`` at once if ``cancelled``. Pair every call with ``release``."""
        entry, first = self._join(key_of(cls, configuration))
        if first:
            self._load(entry, cls, configuration)
        while not entry.ready.wait(POLL_SECONDS):
            if cancelled.is_set():
                return None
        if entry.error is not None:
            raise entry.error
        return entry.value

    def release(self, cls: type[Processor], configuration: Mapping[str, Any]) -> None:
        key = key_of(cls, configuration)
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return
            entry.users -= 1
            if entry.users <= 0:
                del self._entries[key]

    def __len__(self) -> int:
        return len(self._entries)

    def _join(self, key: Key) -> tuple[Entry, bool]:
        """A failed load is tried again by the next one who comes, not remembered for ever."""
        with self._lock:
            entry = self._entries.get(key)
            first = entry is None or entry.error is not None
            if entry is None or first:
                entry = self._entries[key] = Entry(users=entry.users if entry else 0)
            entry.users += 1
            return entry, first

    def _load(self, entry: Entry, cls: type[Processor], configuration: Mapping[str, Any]) -> None:
        try:
            entry.value = load(cls, configuration)
        except ProcessorError as error:
            entry.error = error
        finally:
            entry.ready.set()


def key_of(cls: type[Processor], configuration: Mapping[str, Any]) -> Key:
    return cls, json.dumps(dict(configuration), sort_keys=True, default=repr)


shared_loads = SharedLoads()
