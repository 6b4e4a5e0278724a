"""The only way a frame reaches a processor: the engine builds a runner, wakes it, and listens."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Any, Protocol

from .base import Processor
from .parameters import clean_parameters, default_values, values_as_json
from .planes import Place, new_place
from .results import Picture, PixelFormat, SampleArray

ERRORS_IN_A_ROW = 10  # then the processor is stopped: it fails on everything, not on one odd frame
STALLED_SECONDS = 1.0  # a call that takes longer is reported, so that the engine can show something else
STATISTICS_SECONDS = 5.0  # p50 and p95 are about this last stretch
STATISTICS_CALLS = 600


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A decoded picture, its moment on the media clock, and how many were dropped since the one before."""

    image: Picture
    time: float
    dropped: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    samples: SampleArray
    time: float


class RunnerState(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    FAILING = "failing"  # an exception cost a frame; it goes on
    STALLED = "stalled"  # a call has been running for STALLED_SECONDS
    STOPPED = "stopped"  # closed, or ended by an error that will not go away


class VideoSource(Protocol):
    """Thread-safe and non-blocking: the runner asks from its own thread, so that decoding happens there."""

    def latest(self, pixel_format: PixelFormat, place: Place = new_place) -> Frame | None:
        """Return the newest picture not yet given; older ones are dropped. Planes are written to ``place``."""

    def next(self, pixel_format: PixelFormat, place: Place = new_place) -> Frame | None:
        """Return the oldest picture of a bounded queue."""


class AudioSource(Protocol):
    def next(self, sample_rate: int, channels: int) -> Samples | None:
        """Return the oldest samples of a bounded queue."""


class Output(Protocol):
    """Called in the runner's thread; ``state`` also from the watchdog's. None of them may block for long.

    ``image`` may be the very array that came in or one the processor keeps: use it before returning.
    """

    def picture(self, image: Picture, time: float, pixel_format: PixelFormat) -> None: ...
    def samples(self, samples: SampleArray, time: float, sample_rate: int) -> None: ...
    def data(self, values: dict[str, Any], time: float) -> None: ...
    def state(self, state: RunnerState, message: str, code: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Statistics:
    """A snapshot; counts since opening, times over the last ``STATISTICS_SECONDS``."""

    processed: int
    dropped: int
    errors: int
    process_ms_p50: float
    process_ms_p95: float
    last_result_at: float | None
    undelivered: int = 0


@dataclass
class Measurements:
    """Written by the runner's thread, read by anybody."""

    processed: int = 0
    dropped: int = 0
    errors: int = 0
    # Results that could not be handed on.
    undelivered: int = 0
    last_result_at: float | None = None
    _calls: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=STATISTICS_CALLS))
    _lock: Lock = field(default_factory=Lock)

    def add_call(self, started: float, ended: float) -> None:
        with self._lock:
            self.processed += 1
            self.last_result_at = ended
            self._calls.append((ended, (ended - started) * 1000))

    def snapshot(self) -> Statistics:
        since = time.monotonic() - STATISTICS_SECONDS
        with self._lock:
            recent = sorted(took for ended, took in self._calls if ended >= since)
        p50, p95 = quantile(recent, 0.5), quantile(recent, 0.95)
        return Statistics(
            self.processed, self.dropped, self.errors, p50, p95, self.last_result_at, self.undelivered
        )


class ProcessorRunner(ABC):
    """One session's processor. Safe to call from the event loop: nothing here blocks except ``close``."""

    def __init__(
        self,
        processor_class: type[Processor],
        configuration: Mapping[str, Any],
        parameters: Mapping[str, Any],
        video: VideoSource | None,
        audio: AudioSource | None,
        output: Output,
    ) -> None:
        self.processor_class = processor_class
        self.configuration = configuration
        self.video = video
        self.audio = audio
        self.output = output
        # Resolved when the processor is closed and its thread or process has ended.
        self.ended: Future[None] = Future()
        self.ended.set_running_or_notify_cancel()  # nobody who waits for it may cancel it
        # Values that the page was promised; the processor gets them between two frames.
        accepted, self.parameter_errors = clean_parameters(processor_class, parameters)
        self._values: dict[str, Any] = default_values(processor_class) | accepted

    @property
    def values(self) -> dict[str, Any]:
        """Return all values in force as the processor sees them, files with their bytes: for the next runner."""
        return dict(self._values)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return all values in force as JSON, for the page."""
        return values_as_json(self.processor_class, self._values)

    def set_parameters(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Accept what fits; return it as JSON, and a sentence for each value that does not fit."""
        accepted, errors = clean_parameters(self.processor_class, values)
        self._values = self._values | accepted
        if accepted:
            self._deliver(accepted)
        return values_as_json(self.processor_class, accepted), errors

    async def aclose(self, deadline_seconds: float) -> bool:
        """Like ``close``, without blocking the loop."""
        self.request_close()
        ended = asyncio.shield(asyncio.wrap_future(self.ended))
        try:
            await asyncio.wait_for(ended, deadline_seconds)
        except TimeoutError:
            self._abandon()
            return False
        return True

    def close(self, deadline_seconds: float) -> bool:
        """Close and wait; ``False`` means that it hangs and was abandoned."""
        self.request_close()
        try:
            self.ended.result(deadline_seconds)
        except TimeoutError:
            self._abandon()
            return False
        return True

    @property
    @abstractmethod
    def statistics(self) -> Statistics: ...

    @property
    @abstractmethod
    def last_result_at(self) -> float | None:
        """Return time.monotonic() of the last call that gave something or None; cheaper than ``statistics``."""

    @abstractmethod
    def open(self) -> None:
        """Begin: load, start, then take what comes. Returns at once; news arrive at ``output.state``."""

    @abstractmethod
    def notify(self) -> None:
        """Say that a source has something. Cheap; may be called too often, from any thread."""

    @abstractmethod
    def reset(self) -> None:
        """Start afresh with the same processor: it forgets earlier frames, and waiting parameters apply."""

    @abstractmethod
    def request_close(self) -> None:
        """Ask it to end after the frame at hand. May be repeated, and come before ``open`` has finished."""

    @abstractmethod
    def _deliver(self, accepted: Mapping[str, Any]) -> None:
        """Bring accepted values to the processor, between two frames."""

    @abstractmethod
    def _abandon(self) -> None:
        """Let go of a processor that does not end; it must never reach ``output`` again."""


def quantile(ordered: list[float], fraction: float) -> float:
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * fraction))], 2)
