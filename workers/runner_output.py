"""Where a processor's results enter the engine. Called in the processor's thread, except ``silence``."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

from processors.results import Picture, PixelFormat, SampleArray
from processors.runner import RunnerState

from .key_frames import call_on_loop
from .meters import DurationMeter
from .outgoing import Feed

if TYPE_CHECKING:
    from .pipeline import Pipeline


class RunnerOutput:
    """One runner's way out: after ``silence`` nothing of it reaches a visitor, however late it comes."""

    def __init__(self, pipeline: "Pipeline", loop: asyncio.AbstractEventLoop, has_own_clock: bool) -> None:
        self._pipeline = pipeline
        self._loop = loop
        self._has_own_clock = has_own_clock
        # Session time at which the processor's own clock showed 0; None until its first picture.
        self._clock_offset: float | None = None
        self._is_silent = False
        self.feed = Feed("processor")
        # time.monotonic() of the last picture or sound, None before the first.
        self.last_result_at: float | None = None
        # From a frame's arrival until its result is on its way, in seconds.
        self.inside_seconds = DurationMeter()

    def silence(self) -> None:
        self._is_silent = True

    def picture(self, image: Picture, time: float, pixel_format: PixelFormat) -> None:
        if self._is_silent:
            return
        self._has_result()
        media_time = self._session_time(time)
        if not self._pipeline.outgoing_video.publish(self.feed, image, media_time, pixel_format):
            call_on_loop(self._loop, self._pipeline.result_is_there, self)
        self._measure(time)

    def samples(self, samples: SampleArray, time: float, sample_rate: int) -> None:
        if self._is_silent:
            return
        self._has_result()
        if not self._pipeline.outgoing_audio.publish(self.feed, samples, time, sample_rate):
            call_on_loop(self._loop, self._pipeline.result_is_there, self)

    def data(self, values: dict[str, Any], time: float) -> None:
        if not self._is_silent:
            call_on_loop(self._loop, self._pipeline.runner_result, self, values, time)

    def state(self, state: RunnerState, message: str, code: str) -> None:
        if not self._is_silent:
            call_on_loop(self._loop, self._pipeline.runner_state, self, state, message, code)

    def _has_result(self) -> None:
        self.last_result_at = time.monotonic()

    def _session_time(self, own_time: float) -> float:
        if not self._has_own_clock:
            return own_time
        if self._clock_offset is None:
            self._clock_offset = self._pipeline.clock.now() - own_time
        return own_time + self._clock_offset

    def _measure(self, media_time: float) -> None:
        incoming = self._pipeline.incoming_video
        arrived_at = incoming.arrival(media_time) if incoming is not None else None
        if arrived_at is not None:
            self.inside_seconds.add(time.monotonic() - arrived_at)
