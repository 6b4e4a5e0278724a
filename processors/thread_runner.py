"""Runs a processor in a thread of its own: for built-ins, which only call OpenCV, NumPy and PyAV.

Who owns what: the thread owns the processor. The loop only sets flags and leaves values; the thread picks
them up between two frames. Sound, pictures and ``render`` of one instance therefore never overlap.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from .base import Processor, has_own_clock, needs_pixels, needs_samples
from .exceptions import OutputFailed, ProcessorError, TooManyErrors
from .instance import Instance, Outcome, RunningInstance, log_seldom
from .runner import (
    ERRORS_IN_A_ROW,
    STALLED_SECONDS,
    AudioSource,
    Frame,
    Measurements,
    Output,
    ProcessorRunner,
    RunnerState,
    Statistics,
    VideoSource,
)
from .shared_load import shared_loads
from .watchdog import watchdog

logger = logging.getLogger(__name__)

Call: TypeAlias = Literal["picture", "sound", "render", "reset"]

AUDIO_CALLS_PER_TURN = 10  # 0.2 s of usual packets: sound catches up, and pictures still get their turn
SLOWEST_CLOCK_FPS = 0.1
FASTEST_CLOCK_FPS = 120.0


class ThreadRunner(ProcessorRunner):
    abandoned = 0  # threads of this process that hang in a processor and were given up

    def __init__(
        self,
        processor_class: type[Processor],
        configuration: Mapping[str, Any],
        parameters: Mapping[str, Any],
        video: VideoSource | None,
        audio: AudioSource | None,
        output: Output,
    ) -> None:
        super().__init__(processor_class, configuration, parameters, video, audio, output)
        self._video = video if needs_pixels(processor_class) else None
        self._audio = audio if needs_samples(processor_class) else None
        self._own_clock = has_own_clock(processor_class)
        # Which calls the statistics are about: what the visitor perceives as frames.
        self._counts: Call = "picture" if self._video else "render" if self._own_clock else "sound"
        self._measured = Measurements()
        self._thread: threading.Thread | None = None
        self._instance: RunningInstance | None = None
        # Set whenever there may be something to do.
        self._wake = threading.Event()
        self._closing = threading.Event()
        # Guards what the loop and the thread both touch: the fields below, starting and ending.
        self._lock = threading.RLock()
        self._waiting_values: dict[str, Any] = {}
        self._reset_requested = False
        self._state: RunnerState | None = None
        self._state_code = ""
        self._abandoned = False
        # When the call at hand began; None between calls.
        self._busy_since: float | None = None
        # By kind of call, so that good sound does not hide broken pictures.
        self._errors_in_a_row: Counter[Call] = Counter()
        # Results of each kind in a row that the engine could not take.
        self._undelivered_in_a_row: Counter[Call] = Counter()
        # Own clock: when it began, and the moment on it of the last picture.
        self._opened_at = 0.0
        self._last_tick: float | None = None

    @property
    def statistics(self) -> Statistics:
        return self._measured.snapshot()

    @property
    def last_result_at(self) -> float | None:
        return self._measured.last_result_at

    @property
    def state(self) -> RunnerState | None:
        return self._state

    def open(self) -> None:
        with self._lock:
            if self._thread is not None or self._closing.is_set():
                return
            name = f"processor-{self.processor_class.__name__}"
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._set_state(RunnerState.STARTING)
            watchdog.watch(self)
            self._thread.start()

    def notify(self) -> None:
        self._wake.set()

    def reset(self) -> None:
        with self._lock:
            self._reset_requested = True
        self._wake.set()

    def request_close(self) -> None:
        with self._lock:
            self._closing.set()
            if self._thread is None and not self.ended.done():
                self.ended.set_result(None)
        self._wake.set()

    def check_stalled(self) -> None:
        """Called by the watchdog."""
        with self._lock:
            since = self._busy_since
            if since is None or time.monotonic() - since < STALLED_SECONDS or self._closing.is_set():
                return
            seconds = f"{STALLED_SECONDS:g} s"
            self._set_state(RunnerState.STALLED, f"{self._label} has given nothing for {seconds}.", "stalled")

    @property
    def _label(self) -> str:
        return self.processor_class.label

    def _deliver(self, accepted: Mapping[str, Any]) -> None:
        live = {name: value for name, value in accepted.items() if self.processor_class.parameters[name].live}
        with self._lock:
            self._waiting_values.update(live)
        self._wake.set()

    def _abandon(self) -> None:
        with self._lock:
            if self._abandoned or self.ended.done():
                return
            self._abandoned = True
            ThreadRunner.abandoned += 1
        watchdog.forget(self)
        logger.error("%s did not end; its thread was abandoned", self._label)

    # From here on: the thread.

    def _run(self) -> None:
        try:
            self._prepare()
            self._work()
        except ProcessorError as error:
            if not self._closing.is_set():
                self._set_state(RunnerState.STOPPED, error.message, error.code)
        except BaseException:
            logger.exception("The runner of %s failed", self._label)
            message = f"{self._label} was stopped by an internal error."
            self._set_state(RunnerState.STOPPED, message, "internal")
        finally:
            self._finish()

    def _prepare(self) -> None:
        instance = self._make_instance()
        if instance is None:
            return
        self._instance = instance
        self._instance.start()
        self._opened_at = time.monotonic()
        if self._video is None and self._audio is None and not self._own_clock:
            self._set_state(RunnerState.RUNNING)

    def _make_instance(self) -> RunningInstance | None:
        """Return what to call for frames; None when closed meanwhile."""
        shared = shared_loads.acquire(self.processor_class, self.configuration, self._closing)
        if self._closing.is_set():
            return None
        return Instance(self.processor_class, self.configuration, self._values, shared)

    def _let_go_of_load(self) -> None:
        """Undo what ``_make_instance`` took for longer than the instance; called also if it failed."""
        shared_loads.release(self.processor_class, self.configuration)

    def _work(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(self._seconds_to_next_tick())
            self._wake.clear()
            while not self._closing.is_set() and self._turn():
                pass

    def _turn(self) -> bool:
        """Do what is due, sound first; return whether there was anything."""
        self._take_over_changes()
        worked = [self._take_sound(), self._take_picture(), self._take_render()]
        return any(worked)

    def _take_over_changes(self) -> None:
        with self._lock:
            values, self._waiting_values = self._waiting_values, {}
            reset, self._reset_requested = self._reset_requested, False
        if values and self._instance is not None:
            self._instance.apply(values)
        if reset and self._instance is not None:
            self._instance.apply(self._values)
            self._call("reset", self._reset_instance)

    def _reset_instance(self) -> Outcome:
        if self._instance is not None:
            self._instance.reset()
        self._errors_in_a_row.clear()
        return Outcome(self._clock())

    def _take_sound(self) -> bool:
        chunks = 0
        while chunks < AUDIO_CALLS_PER_TURN and self._take_chunk():
            chunks += 1
        return chunks > 0

    def _take_chunk(self) -> bool:
        if self._audio is None or self._instance is None or self._closing.is_set():
            return False
        chunk = self._audio.next(self.processor_class.sample_rate, self.processor_class.channels)
        if chunk is None:
            return False
        instance = self._instance
        self._call("sound", lambda: instance.samples(chunk.samples, chunk.time))
        return True

    def _take_picture(self) -> bool:
        instance = self._instance
        frame = None if instance is None or self._closing.is_set() else self._next_frame(instance)
        if frame is None or instance is None:
            return False
        self._measured.dropped += frame.dropped
        self._call("picture", lambda: instance.picture(frame.image, frame.time))
        return True

    def _next_frame(self, instance: RunningInstance) -> Frame | None:
        if self._video is None:
            return None
        take = self._video.next if self.processor_class.every_frame else self._video.latest
        return take(instance.takes_format, instance.place)

    def _take_render(self) -> bool:
        if self._instance is None or self._seconds_to_next_tick() != 0 or self._closing.is_set():
            return False
        instance, moment = self._instance, self._next_tick()
        self._call("render", lambda: instance.render(moment))
        self._advance_clock(moment)
        return True

    def _call(self, kind: Call, call: Callable[[], Outcome]) -> None:
        """Call once. An error costs this frame; the tenth in a row, or a permanent one, ends the thread."""
        started = self._busy_since = time.monotonic()
        try:
            outcome = call()
        except ProcessorError as error:
            self._busy_since = None
            self._count_error(kind, error)
            return
        self._busy_since = None
        if kind == self._counts:
            self._measured.add_call(started, time.monotonic())
        self._deliver_outcome(kind, outcome)
        self._count_success(kind)

    def _count_error(self, kind: Call, error: ProcessorError) -> None:
        if self._closing.is_set():
            return
        self._measured.errors += 1
        self._errors_in_a_row[kind] += 0 if error.transient else 1
        if error.permanent:
            raise error
        if self._errors_in_a_row[kind] >= ERRORS_IN_A_ROW:
            raise TooManyErrors(self._label, ERRORS_IN_A_ROW, error)
        self._set_state(RunnerState.FAILING, error.message, error.code)

    def _count_success(self, kind: Call) -> None:
        self._errors_in_a_row.pop(kind, None)
        undelivered = max(self._undelivered_in_a_row.values(), default=0)
        if not self._errors_in_a_row and undelivered < ERRORS_IN_A_ROW and kind != "reset":
            self._set_state(RunnerState.RUNNING)

    def _deliver_outcome(self, kind: Call, outcome: Outcome) -> None:
        """Hand on what there is. A failing output is the engine's affair and must not stop the processor."""
        if self._abandoned:
            return
        try:
            self._hand_on(outcome)
        except Exception as error:
            self._count_undelivered(kind, error)
        else:
            self._undelivered_in_a_row.pop(kind, None)

    def _hand_on(self, outcome: Outcome) -> None:
        if outcome.image is not None:
            self.output.picture(outcome.image, outcome.time, outcome.pixel_format)
        if outcome.samples is not None:
            self.output.samples(outcome.samples, outcome.time, self.processor_class.sample_rate)
        if outcome.data is not None:
            self.output.data(outcome.data, outcome.time)

    def _count_undelivered(self, kind: Call, error: Exception) -> None:
        """Tell the visitor when it goes on: his picture stands although the processor works."""
        failure = OutputFailed(self._label)
        log_seldom(failure, error)
        self._measured.undelivered += 1
        self._undelivered_in_a_row[kind] += 1
        if self._undelivered_in_a_row[kind] >= ERRORS_IN_A_ROW:
            self._set_state(RunnerState.FAILING, failure.message, failure.code)

    def _finish(self) -> None:
        if self._instance is not None:
            self._instance.close()
        self._instance = None
        self._let_go_of_load()
        watchdog.forget(self)
        self._set_state(RunnerState.STOPPED)
        self._end()

    def _end(self) -> None:
        with self._lock:
            self._closing.set()
            if self._abandoned:
                ThreadRunner.abandoned -= 1
            self.ended.set_result(None)

    def _set_state(self, state: RunnerState, message: str = "", code: str = "") -> None:
        """Tell the output about every change, also of the reason, once; after ``stopped`` nothing follows."""
        with self._lock:
            is_known = (state, code) == (self._state, self._state_code)
            if is_known or self._state is RunnerState.STOPPED or self._abandoned:
                return
            self._state, self._state_code = state, code
            self.output.state(state, message, code)

    def _clock(self) -> float:
        return time.monotonic() - self._opened_at

    def _fps(self) -> float:
        assert self._instance is not None
        wanted = self._instance.output_fps or SLOWEST_CLOCK_FPS
        return min(max(float(wanted), SLOWEST_CLOCK_FPS), FASTEST_CLOCK_FPS)

    def _seconds_to_next_tick(self) -> float | None:
        """Return None without an own clock, and 0 when a picture is due."""
        if not self._own_clock or self._instance is None:
            return None
        return max(0.0, self._next_tick() - self._clock())

    def _next_tick(self) -> float:
        """Counted from the last picture, so that a new rate acts at once and time never goes back."""
        return 0.0 if self._last_tick is None else self._last_tick + 1 / self._fps()

    def _advance_clock(self, moment: float) -> None:
        """Leave out the ticks that a slow picture has missed: they are not made up for."""
        missed = int((self._clock() - moment) * self._fps())
        self._last_tick = moment + max(0, missed - 1) / self._fps()
