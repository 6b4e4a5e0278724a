"""One visitor's media inside the worker: what comes in, the processor in force, what goes out.

Lives on the loop. The processor's thread reaches it only through its ``RunnerOutput``.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol

from processors import catalogue
from processors.base import Processor, has_own_clock, needs_pixels, needs_samples
from processors.host_process import HostSpec
from processors.host_runner import HostRunner
from processors.hosts import HostPool
from processors.runner import ProcessorRunner, RunnerState, Statistics
from processors.thread_runner import ThreadRunner

from .answer import Quality
from .audio_codecs import BIT_RATE
from .frames import EncodedFrame
from .host_encoders import HostEncoders
from .incoming import IncomingAudio, IncomingStream, IncomingVideo
from .media_clock import SessionClock
from .outgoing import Feed, OutgoingAudio, OutgoingVideo
from .placeholder import draw_placeholder
from .runner_output import RunnerOutput
from .showing import Showing, Situation, what_to_show
from .versions import Versions

logger = logging.getLogger(__name__)

# How long a processor may take to end when its session ends or switches.
CLOSE_DEADLINE_SECONDS = 2.0
PLACEHOLDER_SIZE = (640, 480)


class Listener(Protocol):
    """Who is told what happens in a pipeline; called on the loop."""

    def on_result(self, values: dict[str, Any], media_time: float) -> None: ...
    def on_processor(self, news: "ProcessorNews") -> None: ...
    def on_live(self) -> None: ...


@dataclass(frozen=True)
class ProcessorNews:
    """What the page shows beside the picture."""

    slug: str
    state: RunnerState
    showing: Showing
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Assignment:
    """A processor to run: the catalogue row's slug, key and version, its class, and what it is configured with."""

    slug: str
    key: str
    version: int
    processor_class: type[Processor]
    configuration: Mapping[str, Any]
    title: str = ""

    @property
    def kinds(self) -> frozenset[str]:
        """What it takes or gives."""
        return self.processor_class.takes | self.processor_class.gives

    @property
    def needs_host(self) -> bool:
        """Whether it may hang, crash or do what it should not: then it runs in a process of its own."""
        return self.processor_class.isolation == "host" or not catalogue.is_our_own(self.key)

    @property
    def host_spec(self) -> HostSpec:
        return HostSpec(self.key, self.version, self.configuration, self.processor_class.label)


class Pipeline:
    """Owns the incoming and outgoing streams of one seat and the runner between them."""

    def __init__(
        self,
        codec_pool: Executor,
        hosts: HostPool,
        quality: Quality,
        listener: Listener,
        encoders: HostEncoders | None = None,
        *,
        clock: SessionClock | None = None,
        forwards_rest: bool = False,
        audio_bit_rate: int = BIT_RATE,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        # All of one participant's pipelines have one time line.
        self.clock = clock or SessionClock()
        # Whether kinds that no processor gives go out as they come in, as in rooms; a studio shows what was made.
        self._forwards_rest = forwards_rest
        # Kinds that must not go out, whoever made them.
        self._held: frozenset[str] = frozenset()
        self.incoming_video: IncomingVideo | None = None
        self.incoming_audio: IncomingAudio | None = None
        self.outgoing_video = OutgoingVideo(
            self._loop, codec_pool, quality.encode_kbps * 1000, encoders=encoders
        )
        self.versions = Versions(self.outgoing_video, codec_pool, quality)
        self.outgoing_audio = OutgoingAudio(self._loop, audio_bit_rate)
        self.outgoing_video.ask_publisher = self._ask_publisher
        for stream in (self.outgoing_video, self.outgoing_audio):
            stream.on_first_frame = self._first_frame
            stream.epoch = self.clock.epoch
        # The publisher's own frames, untouched.
        self._input_feed = Feed("input")
        self._placeholder_feed = Feed("placeholder")
        self._codec_pool = codec_pool
        self._hosts = hosts
        self._assignment: Assignment | None = None
        # Whether the processor in force leaves the picture, or the sound, as it is.
        self._forwards_video = True
        self._forwards_audio = True
        self._runner: ProcessorRunner | None = None
        self._output: RunnerOutput | None = None
        self._state = RunnerState.STARTING
        self._trouble = ("", "")
        self._showing: Showing | None = None
        self._opened_at = 0.0
        # How long the processor takes for a picture, in seconds, by its last statistics.
        self._usual_call = 0.0
        self._is_live = False
        self._is_closed = False
        # Processors that were let go and are still ending.
        self._endings: set[asyncio.Task[None]] = set()

    @property
    def assignment(self) -> Assignment | None:
        return self._assignment

    @property
    def parameters(self) -> dict[str, Any]:
        return self._runner.parameters if self._runner is not None else {}

    @property
    def has_stopped(self) -> bool:
        """Whether the processor in force ended by itself, after errors."""
        return self._state is RunnerState.STOPPED

    @property
    def published_kinds(self) -> list[str]:
        """What goes out: what the processor gives and makes itself or has the input for; in rooms the rest too."""
        return [kind for kind in ("video", "audio") if self._publishes(kind)]

    def _publishes(self, kind: str) -> bool:
        has_input = (self.incoming_video if kind == "video" else self.incoming_audio) is not None
        if self._assignment is not None and kind in self._assignment.processor_class.gives:
            return has_input or kind not in self._assignment.processor_class.takes
        return has_input and self._rest_feed(kind) is not None

    def _rest_feed(self, kind: str) -> Feed | None:
        """Return what goes out of a kind that no processor gives."""
        if not self._forwards_rest or self._hides(kind):
            return None
        return self._input_feed

    def _hides(self, kind: str) -> bool:
        """Whether the processor in force is there so that nobody gets this kind as it came in."""
        if self._assignment is None:
            return False
        processor_class = self._assignment.processor_class
        return processor_class.never_passthrough and kind in processor_class.takes

    @property
    def has_input(self) -> bool:
        return self.incoming_video is not None or self.incoming_audio is not None

    def take_statistics(self) -> Statistics | None:
        """Return the processor's figures, and learn from them how long it usually takes. Not for every tick."""
        if self._runner is None:
            return None
        statistics = self._runner.statistics
        self._usual_call = statistics.process_ms_p50 / 1000
        return statistics

    @property
    def delays(self) -> RunnerOutput | None:
        return self._output

    def receive_video(self, incoming: IncomingVideo) -> None:
        """Take a camera, or a new one after a reconnect; the processor goes on with it."""
        retire(self.incoming_video)
        self.incoming_video = incoming
        incoming.on_frame = self._take_video_frame
        incoming.estimate_limit = self._estimate_limit
        self._restart_runner()

    def receive_audio(self, incoming: IncomingAudio) -> None:
        retire(self.incoming_audio)
        self.incoming_audio = incoming
        incoming.on_frame = self._take_audio_frame
        self._restart_runner()

    def release_audio(self) -> IncomingAudio | None:
        """Give the microphone away; None when there is none."""
        incoming, self.incoming_audio = self.incoming_audio, None
        self._lost(incoming)
        return incoming

    def release_video(self) -> IncomingVideo | None:
        incoming, self.incoming_video = self.incoming_video, None
        self._lost(incoming)
        return incoming

    def _lost(self, incoming: IncomingStream | None) -> None:
        if incoming is not None:
            retire(incoming)
            self._restart_runner()

    def hold(self, kinds: frozenset[str]) -> None:
        """Let nothing of these kinds out until called again without them, whatever comes in."""
        if kinds == self._held:
            return
        self._held = kinds
        if self._assignment is None:
            self._show_rest()
        else:
            self._show(self._wanted())

    def wear_nothing(self) -> None:
        """Take the processor off: what comes in goes out untouched."""
        self._let_go()
        self._assignment = None
        self._showing = None
        self._forwards_video = self._forwards_audio = True
        self._decode(pixels=False, samples=False)
        self._show_rest()

    def use(
        self, assignment: Assignment, parameters: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Put a processor in force; return (all values in force, a sentence for each value refused)."""
        self._let_go()
        self._assignment = assignment
        self._note_what_is_forwarded(assignment.processor_class)
        runner = self._build(assignment, parameters)
        self._runner = runner
        self._open()
        return runner.parameters, runner.parameter_errors

    def set_parameters(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        if self._runner is None:
            return {}, {}
        return self._runner.set_parameters(values)

    def tick(self) -> None:
        """Look again at what to show; called several times a second."""
        if self._runner is not None and not self._is_closed and not self._forwards_all:
            self._show(self._wanted())

    async def close(self) -> None:
        """End the processor and both streams; safe to call twice."""
        self._is_closed = True
        self._let_go()
        await self.versions.close()
        self.outgoing_video.close()
        self.outgoing_audio.close()
        retire(self.incoming_video)
        retire(self.incoming_audio)
        if self._endings:
            await asyncio.wait(self._endings)

    # --- the processor ---------------------------------------------------------------------------

    def _build(self, assignment: Assignment, parameters: Mapping[str, Any]) -> ProcessorRunner:
        processor_class = assignment.processor_class
        self._output = RunnerOutput(self, self._loop, has_own_clock(processor_class))
        streams = (self.incoming_video, self.incoming_audio, self._output)
        if assignment.needs_host:
            return HostRunner(processor_class, assignment.host_spec, self._hosts, parameters, *streams)
        return ThreadRunner(processor_class, assignment.configuration, parameters, *streams)

    def _open(self) -> None:
        """Start the runner that was built and set the streams to it."""
        assert self._runner is not None
        assert self._assignment is not None
        self._state, self._trouble, self._showing = RunnerState.STARTING, ("", ""), None
        self._opened_at = time.monotonic()
        processor_class = self._assignment.processor_class
        self._decode(needs_pixels(processor_class), needs_samples(processor_class))
        if not self._forwards_video and processor_class.never_passthrough:
            self.outgoing_video.switch_to(self._placeholder_feed)
        self._runner.open()
        self._show(self._wanted())

    def _let_go(self) -> None:
        """Silence the runner in force now; it ends in its own time."""
        runner, output = self._runner, self._output
        self._runner = self._output = None
        if output is not None:
            output.silence()
        if runner is not None:
            ending = self._loop.create_task(self._end(runner))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)

    async def _end(self, runner: ProcessorRunner) -> None:
        if not await runner.aclose(CLOSE_DEADLINE_SECONDS):
            logger.warning("%s did not end in time", runner.processor_class.label)

    def _restart_runner(self) -> None:
        """Give the processor in force its new source; it keeps its parameters."""
        if self._is_closed:
            return
        if self._assignment is None:
            self._show_rest()
            return
        values = self._runner.values if self._runner is not None else {}
        self.use(self._assignment, values)

    def _decode(self, pixels: bool, samples: bool) -> None:
        for incoming, wanted in ((self.incoming_video, pixels), (self.incoming_audio, samples)):
            if incoming is not None:
                (incoming.start_decoding if wanted else incoming.stop_decoding)()

    # --- frames that come in -----------------------------------------------------------------------

    def _take_video_frame(self, frame: EncodedFrame) -> None:
        self.outgoing_video.forward(self._input_feed, frame)
        self._took_frame(self._forwards_video)

    def _take_audio_frame(self, frame: EncodedFrame) -> None:
        self.outgoing_audio.forward(self._input_feed, frame)
        self._took_frame(self._forwards_audio)

    def _took_frame(self, is_forwarded: bool) -> None:
        if self._runner is None or is_forwarded:
            return
        self._runner.notify()
        if not self._is_live and not self._runner.processor_class.gives:
            self._first_frame()

    def _estimate_limit(self) -> int | None:
        """Return the bit rate that the publisher need not exceed; None while its frames are not forwarded."""
        return self.versions.highest_estimate() if self.outgoing_video.feed is self._input_feed else None

    def _ask_publisher(self) -> None:
        if self.outgoing_video.feed is self._input_feed and self.incoming_video is not None:
            self.incoming_video.ask_for_key_frame()

    # --- what is shown -----------------------------------------------------------------------------

    def runner_state(self, output: RunnerOutput, state: RunnerState, message: str, code: str) -> None:
        """The processor in force changed its state."""
        if output is self._output:
            self._state, self._trouble = state, (message, code)
            self._showing_changed(self._wanted(), tell=True)

    def runner_result(self, output: RunnerOutput, values: dict[str, Any], media_time: float) -> None:
        if output is self._output:
            self._listener.on_result(values, media_time)

    def result_is_there(self, output: RunnerOutput) -> None:
        """A picture or sound of the processor is ready and its stream still shows something else."""
        if output is self._output:
            self._show(self._wanted())

    @property
    def _forwards_all(self) -> bool:
        return self._forwards_video and self._forwards_audio

    def _note_what_is_forwarded(self, processor_class: type[Processor]) -> None:
        """Find out once what would otherwise be asked for every frame."""
        # One that hides its input and does not override process_video() or process_audio() must not forward it.
        hides, gives = processor_class.never_passthrough, processor_class.gives
        makes_pictures = needs_pixels(processor_class) or has_own_clock(processor_class)
        self._forwards_video = not (makes_pictures or (hides and "video" in gives))
        self._forwards_audio = not (needs_samples(processor_class) or (hides and "audio" in gives))

    def _wanted(self) -> Showing:
        assert self._assignment is not None
        assert self._output is not None
        if self._forwards_all:
            return Showing.INPUT
        showing = what_to_show(self._situation(self._assignment.processor_class, self._output))
        has_input = self._assignment.processor_class.takes >= self._assignment.processor_class.gives
        return Showing.HELD if showing is Showing.INPUT and not has_input else showing

    def _situation(self, processor_class: type[Processor], output: RunnerOutput) -> Situation:
        now = time.monotonic()
        return Situation(
            state=self._state,
            never_passthrough=processor_class.never_passthrough,
            has_result=output.last_result_at is not None or self._is_silent_on_purpose(processor_class),
            since_opened=now - self._opened_at,
            since_result=now - self._last_sign(output, now),
            usual_call=self._usual_call,
        )

    @property
    def _called_at(self) -> float | None:
        """Return when (time.monotonic()) the processor in force last gave something or None."""
        return self._runner.last_result_at if self._runner is not None else None

    def _last_sign(self, output: RunnerOutput, now: float) -> float:
        """Return when a result came last; ``None`` is one too: it keeps the picture, or is silence."""
        return max(output.last_result_at or 0.0, self._called_at or 0.0) or now

    def _is_silent_on_purpose(self, processor_class: type[Processor]) -> bool:
        """Whether a sound processor has given nothing but ``None`` so far: silence, not the raw input."""
        return self._called_at is not None and "video" not in processor_class.gives

    def _show(self, showing: Showing) -> None:
        self._showing_changed(showing, tell=showing is not self._showing)

    def _showing_changed(self, showing: Showing, tell: bool) -> None:
        self._showing = showing
        self._set_video_feed(showing)
        self._set_audio_feed(showing)
        if tell and self._assignment is not None:
            message, code = self._trouble
            self._listener.on_processor(
                ProcessorNews(self._assignment.slug, self._state, showing, code, message)
            )

    def _show_rest(self) -> None:
        """Nothing is worn."""
        self.outgoing_video.switch_to(None if "video" in self._held else self._rest_feed("video"))
        self.outgoing_audio.switch_to(None if "audio" in self._held else self._rest_feed("audio"))

    def _set_video_feed(self, showing: Showing) -> None:
        assert self._assignment is not None
        assert self._output is not None
        if "video" in self._held:
            self.outgoing_video.switch_to(None)
        elif "video" not in self._assignment.processor_class.gives:
            self.outgoing_video.switch_to(self._rest_feed("video"))
        elif self._forwards_video or showing is Showing.INPUT:
            self.outgoing_video.switch_to(self._input_feed)
        elif showing is Showing.RESULT or (self._output.last_result_at is None and showing is Showing.HELD):
            self.outgoing_video.switch_to(self._output.feed)
        elif showing is Showing.PLACEHOLDER:
            self.outgoing_video.switch_to(self._placeholder_feed)
            self._codec_pool.submit(self._publish_placeholder)

    def _set_audio_feed(self, showing: Showing) -> None:
        assert self._assignment is not None
        assert self._output is not None
        if "audio" in self._held:
            self.outgoing_audio.switch_to(None)
        elif "audio" not in self._assignment.processor_class.gives:
            self.outgoing_audio.switch_to(self._rest_feed("audio"))
        elif self._forwards_audio or showing is Showing.INPUT:
            self.outgoing_audio.switch_to(self._input_feed)
        elif showing is Showing.RESULT or (self._output.last_result_at is None and showing is Showing.HELD):
            self.outgoing_audio.switch_to(self._output.feed)
        elif showing is Showing.PLACEHOLDER:
            self.outgoing_audio.switch_to(None)

    def _publish_placeholder(self) -> None:
        """Send the placeholder once more; in the codec pool."""
        image = draw_placeholder(*PLACEHOLDER_SIZE)
        self.outgoing_video.publish(self._placeholder_feed, image, self.clock.now(), "bgr24")

    def _first_frame(self) -> None:
        if not self._is_live:
            self._is_live = True
            self._listener.on_live()


def retire(incoming: IncomingStream | None) -> None:
    """Take nothing more from a stream that ends or is replaced: two cameras in one picture cannot be decoded."""
    if incoming is not None:
        incoming.on_frame = lambda frame: None
        incoming.stop_decoding()
