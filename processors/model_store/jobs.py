"""Work that takes longer than a page may: done by threads in the background, one for each sort of work."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from django.db import connections

# Pages whose last wish is remembered.
PAGES_KEPT = 200

logger = logging.getLogger(__name__)

Job = Callable[[], None]


class Desk:
    """Does one thing after the other. The thread ends with the process, and so do the children it started."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: queue.SimpleQueue[tuple[str, Job]] = queue.SimpleQueue()
        self._keys: set[str] = set()
        # What each page wants now, and what is in the queue though no page wants it any more.
        self._wanted: dict[str, set[str]] = {}
        self._unwanted: set[str] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, key: str, job: Job) -> bool:
        """Return whether it was taken; what waits or runs already is not done twice."""
        with self._lock:
            self._unwanted.discard(key)
            if key in self._keys:
                return False
            self._keys.add(key)
            self._waiting.put((key, job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()
        return True

    def want_only(self, page: str, keys: set[str]) -> None:
        """What this page wanted before is left out when its turn comes, unless another page wants it."""
        with self._lock:
            earlier = self._wanted.pop(page, set())
            self._wanted[page] = set(keys)
            self._unwanted |= (earlier & self._keys).difference(*self._wanted.values())
            while len(self._wanted) > PAGES_KEPT:
                del self._wanted[next(iter(self._wanted))]

    def is_busy_with(self, key: str) -> bool:
        with self._lock:
            return key in self._keys

    def _work(self) -> None:
        while True:
            key, job = self._waiting.get()
            try:
                if self._is_wanted(key):
                    job()
            except Exception:
                logger.exception("The background job %s failed", key)
            finally:
                with self._lock:
                    self._keys.discard(key)
                    self._unwanted.discard(key)
                connections.close_all()

    def _is_wanted(self, key: str) -> bool:
        with self._lock:
            if key in self._unwanted:
                # From here on it may be submitted anew.
                self._keys.discard(key)
                return False
            return True


checks = Desk("model-checks")
trials = Desk("model-trials")
installs = Desk("model-installs")
