"""One visitor's instance inside the host, in a thread of its own; it answers one message after the other."""

import logging
import math
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..base import Processor, has_own_clock
from ..exceptions import ProcessorError
from ..instance import Instance, Outcome
from ..planes import crossing_format, has_planes, image_of, planes_of, shape_of_planes
from ..results import Picture, PixelFormat
from .channel import TO_HOST_BYTES, Channel, ChannelClosed, Message
from .memory import Memory, after
from .wire import error_to_wire, values_from_wire

logger = logging.getLogger(__name__)


class Session:
    def __init__(
        self, cls: type[Processor], configuration: Mapping[str, Any], shared: Any, end: socket.socket
    ) -> None:
        self._cls = cls
        self._configuration = configuration
        self._shared = shared
        self._channel = Channel(end, TO_HOST_BYTES, takes_descriptors=True)
        self._instance: Instance | None = None
        self._incoming: Memory | None = None
        self._outgoing: Memory | None = None
        # Whether the processor has ever held on to a frame after its call.
        self._keeps_frames = False
        # An outcome that waits for larger memory.
        self._pending: Outcome | None = None
        self._calls: dict[str, Callable[[Message], Outcome | None]] = {
            "start": self._start,
            "apply": self._apply,
            "reset": self._reset,
            "picture": self._picture,
            "samples": self._samples,
            "render": self._render,
            "outgoing": self._give_again,
        }

    def open(self) -> None:
        threading.Thread(target=self._run, name="session", daemon=True).start()

    def _run(self) -> None:
        try:
            while (message := self._channel.receive()) is not None and message["call"] != "close":
                self._answer(message)
            self._close()
            self._channel.send({"closed": True})
        except ChannelClosed:
            self._close()
        except BaseException:
            logger.exception("A session of %s failed", self._cls.label)
        finally:
            self._channel.close()
            self._let_go()

    def _answer(self, message: Message) -> None:
        self._take_memory(message)
        try:
            outcome = self._calls[message["call"]](message)
            answer = {"number": message["number"]} | self._written(outcome)
            del outcome  # a picture given back as it came must not look like one that is kept
        except ProcessorError as error:
            answer = {"number": message["number"], "error": error_to_wire(error)}
        if message["call"] != "apply":
            self._channel.send(answer | self._kept())

    def _take_memory(self, message: Message) -> None:
        names = message.get("memory", ())
        for descriptor, name in zip(self._channel.take_descriptors(len(names)), names, strict=True):
            memory = Memory.adopt(descriptor)
            memory.close()  # the mapping is enough
            if name == "incoming":
                self._incoming = memory
            else:
                self._outgoing = memory

    # --- calls ---------------------------------------------------------------------------------------

    def _start(self, message: Message) -> None:
        values = values_from_wire(self._cls, message["values"])
        self._instance = Instance(self._cls, self._configuration, values, self._shared)
        self._instance.start()

    def _apply(self, message: Message) -> None:
        if self._instance is not None:
            self._instance.apply(values_from_wire(self._cls, message["values"]))

    def _reset(self, message: Message) -> None:
        self._running.reset()

    def _picture(self, message: Message) -> Outcome:
        return self._running.picture(self._given_picture(message), message["time"])

    def _samples(self, message: Message) -> Outcome:
        return self._running.samples(self._given(message, np.float32), message["time"])

    def _render(self, message: Message) -> Outcome:
        return self._running.render(message["time"])

    def _give_again(self, message: Message) -> Outcome | None:
        return self._pending

    @property
    def _running(self) -> Instance:
        assert self._instance is not None
        return self._instance

    def _given_picture(self, message: Message) -> Picture:
        """Colours are made here, for the processor alone: nothing of them lies in the memory."""
        wanted = self._cls.pixel_format
        if crossing_format(wanted) == wanted:
            return self._given(message, np.uint8)
        assert self._incoming is not None
        return image_of(self._incoming.array(message["shape"], np.uint8), wanted)

    def _given(self, message: Message, kind: DTypeLike) -> NDArray[Any]:
        """Lend the place where the frame lies; to a processor that keeps what it gets, give a copy."""
        assert self._incoming is not None
        lent = self._incoming.array(message["shape"], kind)
        return lent.copy() if self._keeps_frames else lent

    def _kept(self) -> Message:
        """Tell the worker when the processor still has a frame: the next one must come to another place."""
        if self._incoming is None or not self._incoming.is_held():
            return {}
        self._incoming, self._keeps_frames = None, True
        return {"keeps": True}

    # --- what came of it -------------------------------------------------------------------------------

    def _written(self, outcome: Outcome | None) -> Message:
        """Put picture and sound into the memory; ask for more memory if they do not fit."""
        said = self._said()
        if outcome is None:
            return said
        needed = bytes_of(outcome)
        if self._outgoing is None or needed > self._outgoing.size:
            self._pending = outcome
            return said | {"needs": needed}
        self._pending = None
        return said | {"time": outcome.time, "data": outcome.data} | self._put(self._outgoing, outcome)

    def _said(self) -> Message:
        if self._instance is None or not has_own_clock(self._cls):
            return {}
        return {"output_fps": self._instance.output_fps}

    def _put(self, memory: Memory, outcome: Outcome) -> Message:
        written: Message = {}
        offset = 0
        if outcome.image is not None:
            written, offset = self._put_picture(memory, outcome.image, outcome.pixel_format)
        if outcome.samples is not None and outcome.samples.size:
            memory.array(outcome.samples.shape, np.float32, offset)[...] = outcome.samples
            written["samples"] = outcome.samples.shape
        return written

    def _put_picture(self, memory: Memory, image: Picture, pixel_format: PixelFormat) -> tuple[Message, int]:
        """Write what an encoder takes, if the picture can be that: half as much, and no copy more."""
        if not has_planes(image, pixel_format):
            memory.array(image.shape, np.uint8)[...] = image
            return {"image": image.shape}, after(image.nbytes)
        planes = memory.array(shape_of_planes(image), np.uint8)
        planes_of(image, pixel_format, into=planes)
        return {"image": planes.shape, "format": "yuv420p"}, after(planes.nbytes)

    def _close(self) -> None:
        if self._instance is not None:
            self._instance.close()
        self._instance = None

    def _let_go(self) -> None:
        """Not when the collector finds this session, whose parts know each other: that may take many sessions."""
        self._incoming = self._outgoing = self._pending = self._instance = None
        self._calls.clear()


def bytes_of(outcome: Outcome) -> int:
    image = 0 if outcome.image is None else after(bytes_of_picture(outcome.image, outcome.pixel_format))
    return image + (0 if outcome.samples is None else outcome.samples.nbytes)


def bytes_of_picture(image: Picture, pixel_format: PixelFormat) -> int:
    return math.prod(shape_of_planes(image)) if has_planes(image, pixel_format) else image.nbytes
