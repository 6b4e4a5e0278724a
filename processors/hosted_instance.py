"""A stand-in for an ``Instance`` that runs in a host: hands over frames, waits, checks everything that comes back."""

import contextlib
import logging
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .base import Processor, declared_fps
from .checks import PICTURE_PIXELS, SAMPLES_SECONDS, check_data, check_picture, check_samples, check_time
from .exceptions import HostLost, HostStopped, ProcessorError, TooSlow, WrongData
from .host.channel import FROM_HOST_BYTES, Channel, ChannelClosed, Message
from .host.memory import DoesNotFit, Memory, after
from .host.wire import error_from_wire, values_to_wire
from .host_process import HostProcess, HostSpec
from .hosts import Host, HostPool
from .instance import Outcome
from .planes import crossing_format, new_place
from .results import Picture, PixelFormat, SampleArray

logger = logging.getLogger(__name__)

CRASHES_BEFORE_ALONE = 2  # then this session's frames are under suspicion, and it gets a host of its own
FIRST_BYTES = 4096
# Read of a session that ends, each time somebody looks: a host that never stops talking must not hold us.
LAST_MESSAGES = 10


class Closed(ProcessorError):
    """The session ends while it waits; nobody hears of it."""


class Link:
    """One session's connection to one process: a socket and two pieces of memory."""

    def __init__(self, process: HostProcess) -> None:
        self.process = process
        self.channel = Channel(process.open_session(), FROM_HOST_BYTES)
        self.incoming = Memory.create(FIRST_BYTES)
        self.outgoing = Memory.create(FIRST_BYTES)
        # Whether the host knows this memory, and whether its processor holds on to a frame in ``incoming``.
        self.shares_memory = False
        self.is_kept = False
        # The part of ``incoming`` in which the next picture is being written.
        self.lent: Picture | None = None
        # Of the last message, and of the last one that is to be answered.
        self.number = 0
        self.awaited = 0
        # When the call began whose answer is still to come; None without one.
        self.busy_since: float | None = None

    def has_ended(self) -> bool:
        """Whether the host has answered to ``close``, with whatever came before it."""
        try:
            for _ in range(LAST_MESSAGES):
                message = self.channel.receive(0)
                if message is None:
                    return False
                if message.get("closed") is True:
                    return True
        except ChannelClosed:
            return True
        return False

    def forget(self) -> None:
        self.lent = None
        self.channel.close()
        self.incoming.close()
        self.outgoing.close()


class HostedInstance:
    """Everything here runs in the session's thread and raises nothing but ``ProcessorError``."""

    def __init__(
        self,
        cls: type[Processor],
        pool: HostPool,
        spec: HostSpec,
        values: Callable[[], Mapping[str, Any]],
        is_closing: Callable[[], bool],
    ) -> None:
        self.cls = cls
        self.output_fps = declared_fps(cls)
        self.takes_format = crossing_format(cls.pixel_format)
        self._pool = pool
        self._spec = spec
        # All values in force, asked for whenever a host begins: they may have changed since the last one.
        self._values = values
        self._is_closing = is_closing
        self._options = pool.options
        self._host: Host | None = None
        self._is_alone = False
        self._link: Link | None = None
        self._crashes = 0

    def start(self) -> None:
        self._host = self._pool.acquire(self._spec)
        while self._link is None:
            with contextlib.suppress(HostLost):  # the third time it is another error
                self._connected()

    def apply(self, values: Mapping[str, Any]) -> None:
        """A host that is found to be gone needs nothing: the next one begins with all values in force."""
        if self._link is not None:
            with contextlib.suppress(HostLost):
                self._send(self._link, {"call": "apply", "values": values_to_wire(values)})

    def reset(self) -> None:
        self._ask({"call": "reset"})

    def close(self) -> None:
        """Ask the host to end the session; the host's own thread sees to it that it does."""
        link, self._link = self._link, None
        host, self._host = self._host, None
        if link is not None and host is not None:
            try:
                link.channel.send({"call": "close", "number": 0})
                host.watch_ending(link, link.process)
            except ChannelClosed:
                link.forget()
        if host is not None:
            host.leave()

    def place(self, shape: tuple[int, ...]) -> Picture:
        """Lend the memory that the host reads, while it does not."""
        link, size = self._link, math.prod(shape)
        if link is None or link.busy_since is not None or not size:
            return new_place(shape)
        self._make_room(link, size)
        link.lent = link.incoming.array(shape, np.uint8)
        return link.lent

    def picture(self, image: Picture, moment: float) -> Outcome:
        image = np.ascontiguousarray(image)
        return self._outcome(
            self._ask({"call": "picture", "shape": image.shape, "time": moment}, image), moment
        )

    def samples(self, samples: SampleArray, moment: float) -> Outcome:
        if not samples.size:
            return Outcome(moment)
        samples = np.ascontiguousarray(samples, np.float32)
        return self._outcome(
            self._ask({"call": "samples", "shape": samples.shape, "time": moment}, samples), moment
        )

    def render(self, moment: float) -> Outcome:
        return self._outcome(self._ask({"call": "render", "time": moment}), moment)

    # --- asking ----------------------------------------------------------------------------------------

    def _ask(self, request: Message, given: np.ndarray[Any, Any] | None = None) -> Message:
        """Send one request and return the answer, made whole by asking again if it needs more memory."""
        link = self._free_link()
        self._put(link, given)
        answer = self._exchange(link, request, [], self._options.soft_deadline_seconds)
        if "needs" not in answer:
            return answer
        self._enlarge(link, answer["needs"])
        request = {"call": "outgoing", "memory": ["outgoing"]}
        descriptors = [link.outgoing.descriptor]
        answer = self._exchange(link, request, descriptors, self._options.soft_deadline_seconds)
        if "needs" in answer:
            raise WrongData(f"{self.cls.label} gave a result of a wrong size.")
        return answer

    def _exchange(self, link: Link, request: Message, descriptors: list[int], seconds: float) -> Message:
        if not link.shares_memory and "memory" not in request:
            request = request | {"memory": ["incoming", "outgoing"]}
            descriptors = [link.incoming.descriptor, link.outgoing.descriptor]
            link.shares_memory = True
        self._send(link, request, descriptors)
        link.busy_since, link.awaited = time.monotonic(), link.number
        answer = self._receive(link, seconds)
        if answer is None:
            raise TooSlow(self.cls.label, seconds)
        self._note_answer(link, answer)
        if "error" in answer:
            raise error_from_wire(self.cls.label, answer["error"])
        self._note_fps(answer)
        return answer

    def _send(self, link: Link, request: Message, descriptors: list[int] | None = None) -> None:
        link.number += 1
        try:
            link.channel.send(request | {"number": link.number}, descriptors or [])
        except ChannelClosed as error:
            raise self._lost(link) from error

    def _receive(self, link: Link, seconds: float) -> Message | None:
        """Return the answer that is awaited, None if it did not come in time."""
        try:
            answer = link.channel.receive(seconds, self._is_closing)
        except ChannelClosed as error:
            raise self._lost(link) from error
        if answer is None and self._is_closing():
            raise Closed("The session ends.")
        if answer is not None and answer.get("number") != link.awaited:
            link.process.kill("said what nobody had asked")
            raise self._lost(link)
        return answer

    def _note_answer(self, link: Link, answer: Message) -> None:
        link.busy_since = None
        link.is_kept = link.is_kept or answer.get("keeps") is True

    # --- the connection ----------------------------------------------------------------------------------

    def _free_link(self) -> Link:
        """Return a connection whose host waits for us; one that is late is waited for, but not for ever."""
        link = self._connected()
        if link.busy_since is None:
            return link
        remaining = link.busy_since + self._options.hard_deadline_seconds - time.monotonic()
        answer = self._receive(link, remaining)
        if answer is None:
            link.process.kill(f"gave nothing for {self._options.hard_deadline_seconds:g} s")
            raise self._lost(link)
        self._note_answer(link, answer)
        return link

    def _connected(self) -> Link:
        if self._link is not None and (self._link.busy_since is not None or self._link.process.is_alive):
            return self._link
        if self._link is not None:  # lost between two frames: not by this session's doing
            self._link.forget()
            self._link = None
        assert self._host is not None
        process = self._host.process(self._is_closing)
        if process is None:
            raise Closed("The session ends.")
        self._link = Link(process)
        self._start(self._link)
        return self._link

    def _start(self, link: Link) -> None:
        seconds = self._options.load_seconds
        try:
            self._exchange(link, {"call": "start", "values": values_to_wire(self._values())}, [], seconds)
        except TooSlow as error:
            raise HostStopped(self.cls.label, f"was not started after {seconds:g} s") from error

    def _lost(self, link: Link) -> ProcessorError:
        """Note the loss; the next frame finds another process, or hears that there will be none."""
        was_busy = link.busy_since is not None
        loss = link.process.loss()
        link.forget()
        self._link = None
        if was_busy:
            self._crashes += 1
        if self._is_alone and was_busy:
            return HostStopped(self.cls.label, f"{loss.cause} again and again on this session's frames")
        if self._crashes >= CRASHES_BEFORE_ALONE and not self._is_alone:
            self._move_out()
        return loss

    def _move_out(self) -> None:
        """Frames of this session were at hand at both crashes: the others must not suffer from a third."""
        assert self._host is not None
        self._host.leave()
        self._host, self._is_alone = self._pool.acquire(self._spec, alone=True), True

    # --- memory ------------------------------------------------------------------------------------------

    def _put(self, link: Link, given: np.ndarray[Any, Any] | None) -> None:
        """Copy to where the host reads, unless it was written there."""
        lent, link.lent = link.lent, None
        if given is None or given is lent:
            return
        self._make_room(link, given.nbytes)
        link.incoming.array(given.shape, given.dtype)[...] = given

    def _make_room(self, link: Link, size: int) -> None:
        """Larger memory is made, never resized."""
        if not link.is_kept and min(link.incoming.size, link.outgoing.size) >= size:
            return
        link.incoming.close()
        link.outgoing.close()
        link.incoming, link.outgoing = Memory.create(size), Memory.create(size)
        link.shares_memory = link.is_kept = False

    def _enlarge(self, link: Link, wanted: Any) -> None:
        most = after(PICTURE_PIXELS * 3) + SAMPLES_SECONDS * self.cls.sample_rate * self.cls.channels * 4
        if type(wanted) is not int or not 0 < wanted <= most:
            raise WrongData(f"{self.cls.label} gave a result that is too large.")
        link.outgoing.close()
        link.outgoing = Memory.create(wanted)

    # --- what came back: nothing of it is trusted ------------------------------------------------------------

    def _outcome(self, answer: Message, moment: float) -> Outcome:
        link = self._link
        assert link is not None
        at = moment if answer.get("time") is None else check_time(answer["time"])
        data = None if answer.get("data") is None else check_data(answer["data"], set(self.cls.results))
        try:
            return self._with_arrays(link.outgoing, answer, at, data)
        except (DoesNotFit, TypeError) as error:
            raise WrongData(f"{self.cls.label} gave a result of a wrong size.") from error

    def _with_arrays(
        self, memory: Memory, answer: Message, at: float, data: dict[str, Any] | None
    ) -> Outcome:
        samples, offset = None, 0
        image_shape, samples_shape = answer.get("image"), answer.get("samples")
        image = None if image_shape is None else memory.array(image_shape, np.uint8)
        if image is not None:
            offset = after(image.nbytes)
        if samples_shape is not None:
            # A copy first: the host could change what was checked.
            heard = memory.array(samples_shape, np.float32, offset).copy()
            samples = check_samples(heard, self.cls.channels, self.cls.sample_rate)
        if image is None:
            return Outcome(at, samples=samples, data=data)
        crossed_as: PixelFormat = "yuv420p" if answer.get("format") == "yuv420p" else self.cls.pixel_format
        picture, pixel_format = check_picture(image, crossed_as)
        return Outcome(at, picture, pixel_format, samples, data)

    def _note_fps(self, answer: Message) -> None:
        fps = answer.get("output_fps")
        if isinstance(fps, int | float) and 0 < fps < 1000:
            self.output_fps = float(fps)
