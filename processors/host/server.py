"""The host's own thread: loads the processor, then opens a session whenever the worker sends a socket for one."""

import logging
import os
import socket
import sys
import threading
from typing import Any

from .. import catalogue, sandbox
from ..base import Processor
from ..exceptions import ProcessorError
from ..instance import load
from .channel import TO_HOST_BYTES, Channel, ChannelClosed, Message
from .session import Session
from .wire import error_to_wire

logger = logging.getLogger(__name__)


class Server:
    def __init__(self, end: socket.socket) -> None:
        self._channel = Channel(end, TO_HOST_BYTES, takes_descriptors=True)
        self._cls: type[Processor] | None = None
        self._configuration: dict[str, Any] = {}
        self._shared: Any = None

    def run(self, in_force: sandbox.InForce) -> None:
        logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
        try:
            self._channel.send({"in_force": in_force.as_json()})
            order = self._channel.receive()
        except ChannelClosed:
            return
        assert order is not None
        # From here on another thread listens: the worker's end must be noticed also while something hangs.
        loaded = threading.Event()
        threading.Thread(target=self._listen, args=(loaded,), name="listen", daemon=True).start()
        self._load(order)
        loaded.set()
        threading.Event().wait()

    def _load(self, order: Message) -> None:
        try:
            self._configuration = order["configuration"]
            self._cls = target_class(order)
            limit_threads_of_opencv()
            self._shared = load(self._cls, self._configuration)
        except ProcessorError as error:
            self._channel.send({"failed": error_to_wire(error)})
        else:
            self._channel.send({"loaded": True})

    def _listen(self, loaded: threading.Event) -> None:
        """Open sessions as they are asked for; end the process with the worker, whatever else it is doing."""
        try:
            while self._channel.receive() is not None:
                loaded.wait()
                for descriptor in self._channel.take_descriptors(1):
                    self._open_session(socket.socket(fileno=descriptor))
        except ChannelClosed:
            pass
        finally:
            os._exit(0)

    def _open_session(self, end: socket.socket) -> None:
        assert self._cls is not None
        Session(self._cls, self._configuration, self._shared, end).open()


def target_class(order: Message) -> type[Processor]:
    return catalogue.load_class(order["key"], order["configuration"])


def limit_threads_of_opencv() -> None:
    """One thread for each session is enough; those of OpenCV would compete with other sessions."""
    cv2 = sys.modules.get("cv2")
    if cv2 is not None:
        cv2.setNumThreads(1)
