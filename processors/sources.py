"""Bases for processors that make pictures instead of changing them: from a generator, a file, a queue."""

import logging
import queue
import threading
from collections.abc import Iterator
from typing import ClassVar

from .base import Processor
from .exceptions import ProcessorError
from .results import Picture, Result

logger = logging.getLogger(__name__)

WAITING_PICTURES = 2  # more would only be older
STOP_CHECK_SECONDS = 0.2


class FedSource(Processor):
    """Shows what ``feed`` was given, from any thread, at its own clock.

    It never stalls: when nothing new was fed, the last picture stays. When more comes than the clock can show,
    the oldest goes.
    """

    gives = frozenset({"video"})
    output_fps = 30.0

    def start(self) -> None:
        self.fed: queue.Queue[Picture] = queue.Queue(WAITING_PICTURES)

    def feed(self, image: Picture) -> None:
        while True:
            try:
                return self.fed.put_nowait(image)
            except queue.Full:
                self.drop_oldest()

    def drop_oldest(self) -> None:
        try:
            self.fed.get_nowait()
        except queue.Empty:
            pass

    def render(self) -> Picture | Result | None:
        try:
            return self.fed.get_nowait()
        except queue.Empty:
            return None


class GeneratorSource(FedSource):
    """Shows what ``frames()`` yields, one picture for each tick of its clock.

    ``frames`` runs in a thread of its own and may wait for a file or a network as long as it likes: meanwhile the
    last picture stays. It is closed with the session; ``repeat`` begins again at its end.
    """

    repeat: ClassVar[bool] = True

    def frames(self) -> Iterator[Picture]:
        raise NotImplementedError("A GeneratorSource needs frames(): a generator that yields pictures.")

    def start(self) -> None:
        super().start()
        self.stopping = threading.Event()
        self.failure: Exception | None = None
        self.feeder = threading.Thread(
            target=self._feed_all, name=f"source-{type(self).__name__}", daemon=True
        )
        self.feeder.start()

    def close(self) -> None:
        self.stopping.set()
        self.drop_oldest()
        self.feeder.join(2 * STOP_CHECK_SECONDS)

    def render(self) -> Picture | Result | None:
        if self.failure is not None:
            raise ProcessorError(f"{self.label} ended unexpectedly.", permanent=True) from self.failure
        return super().render()

    def _feed_all(self) -> None:
        try:
            while self._feed_once() and self.repeat:
                pass
        except Exception as error:
            logger.warning("The frames of %s failed", self.label, exc_info=True)
            self.failure = error

    def _feed_once(self) -> bool:
        """Feed all frames; return whether there were any and more are wanted, so that an empty one cannot spin."""
        were_any = False
        for image in self.frames():
            were_any = True
            if not self._wait_and_put(image):
                return False
        return were_any

    def _wait_and_put(self, image: Picture) -> bool:
        while not self.stopping.is_set():
            try:
                self.fed.put(image, timeout=STOP_CHECK_SECONDS)
                return True
            except queue.Full:
                continue
        return False
