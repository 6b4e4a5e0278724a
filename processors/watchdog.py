"""One thread for all runners of a process: it notices calls that do not come back."""

import threading
from typing import Protocol

CHECK_SECONDS = 0.1


class Watched(Protocol):
    def check_stalled(self) -> None: ...


class Watchdog:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: set[Watched] = set()
        self._thread: threading.Thread | None = None

    def watch(self, runner: Watched) -> None:
        with self._changed:
            self._watched.add(runner)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="processor-watchdog", daemon=True)
                self._thread.start()

    def forget(self, runner: Watched) -> None:
        with self._changed:
            self._watched.discard(runner)
            self._changed.notify_all()

    def _run(self) -> None:
        while runners := self._still_watched():
            for runner in runners:
                runner.check_stalled()

    def _still_watched(self) -> list[Watched]:
        """Wait one round; an empty list ends the thread, and the next ``watch`` starts another."""
        with self._changed:
            self._changed.wait_for(lambda: not self._watched, CHECK_SECONDS)
            if not self._watched:
                self._thread = None
            return list(self._watched)


watchdog = Watchdog()
