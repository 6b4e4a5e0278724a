"""Processors as bad as they get: they crash, hang, fork, eat memory, spy and lie. They run in hosts only."""

import ctypes
import fcntl
import gc
import json
import os
import re
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import cv2
import numpy as np

from processors.base import AudioProcessor, Processor, VideoProcessor
from processors.parameters import FileParameter, FloatParameter, MenuParameter, NumberParameter, TextParameter
from processors.results import Number, Result, Text


def hang_in_sleep() -> NoReturn:
    while True:
        time.sleep(60)


def hang_in_python() -> None:
    while True:
        pass


def hang_in_native_code() -> None:
    """A regular expression that never comes back holds the interpreter's lock all the while."""
    re.match(r"(a+)+$", "a" * 64 + "b")


def fork() -> int:
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    return child


FAULTS: dict[str, Callable[[], object]] = {
    "none": lambda: None,
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "hang": hang_in_python,
    "native": hang_in_native_code,
    "sleep": hang_in_sleep,
    "memory": lambda: np.ones(8 * 1024**3, np.uint8),
    "fork": lambda: [fork() for _ in range(1000)],
    "raise": lambda: 1 / 0,
}


class Bad(VideoProcessor):
    """Negates pictures until it is told to do something else."""

    label = "Bad"
    every_frame = False
    fault = MenuParameter("Fault", choices=list(FAULTS), default="none")
    # The fault comes with pictures whose first pixel has this value, so that one visitor's frames can be bad.
    trigger = NumberParameter("Trigger", default=-1, integer=True)
    results = {"loads": Number("Loads"), "pid": Number("Process")}
    loads = 0

    @classmethod
    def load(cls, configuration: Any) -> dict[str, int]:
        time.sleep(configuration.get("load_seconds", 0))
        FAULTS[configuration.get("load", "none")]()
        Bad.loads += 1
        return {"loads": Bad.loads}

    def start(self) -> None:
        FAULTS[self.configuration.get("start", "none")]()

    def process(self, image: Any) -> Result:
        if self.trigger < 0 or image[0, 0, 0] == self.trigger:
            FAULTS[self.fault]()
        return Result(255 - image, data={"loads": self.shared["loads"], "pid": os.getpid()})

    def close(self) -> None:
        FAULTS[self.configuration.get("close", "none")]()


class BadAtHundred(VideoProcessor):
    """Works for 99 pictures and fails at the hundredth."""

    label = "Bad at 100"
    count = 0

    def process(self, image: Any) -> Any:
        self.count += 1
        if self.count == 100:
            raise RuntimeError("The hundredth picture.")
        return 255 - image


class Wrong(VideoProcessor):
    """Gives what no processor may."""

    label = "Wrong"
    fault = MenuParameter(
        "Fault", choices=["none", "text", "shape", "float", "nan", "huge", "data", "time"], default="none"
    )
    results = {"value": Number("Value")}

    def process(self, image: Any) -> Any:
        wrong = {
            "text": "a string",
            "shape": image[0],
            "float": image / 255.0,
            "nan": image * np.nan,
            "huge": np.zeros((5000, 5000, 3), np.uint8),
            "data": Result(image, data={"other": 1}),
            "time": Result(image, time=float("inf")),
        }
        return wrong.get(self.fault, image)


class Spy(VideoProcessor):
    """Tries what a processor must not be able to do, and says how it went."""

    label = "Spy"
    attempt = TextParameter("Attempt", default="nothing")
    results = {"outcome": Text("Outcome")}

    def process(self, image: Any) -> Result:
        if self.attempt == "raise_refusal":
            self.try_socket()
        try:
            said = str(getattr(self, f"try_{self.attempt}")())
        except (OSError, MemoryError, cv2.error, RuntimeError) as error:
            said = f"refused: {type(error).__name__}"
        return Result(image, data={"outcome": said[:200]})

    def try_nothing(self) -> str:
        return "did nothing"

    def try_socket(self) -> str:
        with socket.create_connection(("127.0.0.1", self.configuration["port"]), 1):
            return "connected"

    def try_unix(self) -> str:
        with socket.socket(socket.AF_UNIX):
            return "has a socket"

    def try_settings(self) -> str:
        return Path(self.configuration["settings"]).read_text()[:50]

    def try_secret(self) -> str:
        return Path(self.configuration["secret"]).read_text()

    def try_home(self) -> str:
        return str(os.listdir(self.configuration["home"]))

    def try_environment(self) -> str:
        return os.environ.get("SHOWROOM_TEST_SECRET", "refused: not there")

    def try_parent(self) -> str:
        return Path(f"/proc/{os.getppid()}/environ").read_text()

    def try_write(self) -> str:
        return str(Path(self.configuration["writable"]).write_text("x"))

    def try_truncate(self) -> str:
        os.truncate(self.configuration["secret"], 0)
        return "cut a file"

    def try_remove(self) -> str:
        Path(self.configuration["secret"]).unlink()
        return "removed a file"

    def try_fork(self) -> str:
        return " ".join(str(fork()) for _ in range(1000))

    def try_execute(self) -> str:
        return subprocess.run(["/bin/echo", "ran"], capture_output=True, text=True, check=True).stdout

    def try_memory(self) -> str:
        return str(np.ones(8 * 1024**3, np.uint8)[::4096].sum())

    def try_kill(self) -> str:
        os.kill(os.getppid(), 0)
        return "could signal the worker"

    def try_thread_affinity(self) -> str:
        os.sched_setaffinity(os.getppid(), {0})
        return "could slow the worker"

    def try_signal_by_socket(self) -> str:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            fcntl.ioctl(ours, 0x8901, struct.pack("i", os.getppid()))
            return "could have the worker signalled"

    def try_outlive(self) -> str:
        return self._call("prctl", 1, 0, 0, 0, 0)

    def try_unshare(self) -> str:
        return self._call("unshare", 0x10000000)

    def try_ptrace(self) -> str:
        return self._call("ptrace", 16, os.getppid(), 0, 0)

    def _call(self, name: str, *arguments: int) -> str:
        libc = ctypes.CDLL(None, use_errno=True)
        return "refused: it" if getattr(libc, name)(*arguments) < 0 else f"could {name}"


class Hidden(VideoProcessor):
    """Shows a grey wall and never the room, also while it crashes."""

    label = "Hidden"
    never_passthrough = True
    fault = MenuParameter("Fault", choices=list(FAULTS), default="none")

    def process(self, image: Any) -> Any:
        FAULTS[self.fault]()
        return np.full_like(image, 112)


class Louder(AudioProcessor):
    """Doubles the sound."""

    label = "Louder"

    def process(self, samples: Any) -> Any:
        return samples * 2


class Clock(Processor):
    """Pictures of its own, as many a second as one wants."""

    label = "Clock"
    gives = frozenset({"video"})
    output_fps = FloatParameter("Frames", default=20, minimum=5, maximum=40, step=5)

    def render(self) -> Any:
        return np.full((48, 64, 3), int(self.frame_time * 10) % 256, np.uint8)


class Odd(VideoProcessor):
    """Leaves out the last row and column."""

    label = "Odd"

    def process(self, image: Any) -> Any:
        return image[:-1, :-1]


class Larger(VideoProcessor):
    """Gives a picture four times as large, in planes or in colour."""

    label = "Larger"

    def process(self, image: Any) -> Any:
        return cv2.resize(image, None, fx=2, fy=2)


class Planes(VideoProcessor):
    """Negates the brightness and leaves the colours."""

    label = "Planes"
    pixel_format = "yuv420p"

    def process(self, image: Any) -> Any:
        changed = image.copy()
        rows = image.shape[0] * 2 // 3
        changed[:rows] = 255 - changed[:rows]
        return changed


class Liar(VideoProcessor):
    """Takes over its own host and answers the worker with what the frame code would never say."""

    label = "Liar"
    lie = TextParameter("Lie", default="", maximum_characters=1000)

    def process(self, image: Any) -> Any:
        from processors.host.session import Session

        if self.lie.startswith("raw:"):
            Session._written = lambda session, outcome: send_raw(session, self.lie)  # type: ignore[assignment]
        elif self.lie:
            said = json.loads(self.lie)
            Session._written = lambda session, outcome: said  # type: ignore[assignment]
        return image


def send_raw(session: Any, lie: str) -> NoReturn:
    """Answer with bytes, not with a message, and with nothing else."""
    end = session._channel._socket
    end.setblocking(True)
    if lie == "raw:descriptors":
        body = b'{"number": 0}'
        socket.send_fds(end, [len(body).to_bytes(4, "big") + body], [1, 1, 1])
    elif lie == "raw:flood":
        end.sendall((2**31).to_bytes(4, "big") + bytes(2**20))
    else:
        end.sendall(lie.encode() * 100)
    hang_in_sleep()


class Talker(VideoProcessor):
    """Answers to the end of its session with messages that never end."""

    label = "Talker"

    def process(self, image: Any) -> Any:
        return 255 - image

    def close(self) -> None:
        from processors.host.session import Session

        [end] = [each._channel._socket for each in gc.get_objects() if isinstance(each, Session)]
        end.setblocking(True)
        body = b'{"number": 0}'
        while True:
            end.sendall((len(body).to_bytes(4, "big") + body) * 1000)


class Chatty(VideoProcessor):
    """Writes to its log without end, from a thread of its own."""

    label = "Chatty"

    def start(self) -> None:
        threading.Thread(target=self.chat, daemon=True).start()

    def chat(self) -> None:
        line = b"blah " * 800 + b"\n"
        while True:
            os.write(2, line)

    def process(self, image: Any) -> Any:
        return 255 - image


class Weigh(VideoProcessor):
    """Says how large the visitor's file is."""

    label = "Weigh"
    file = FileParameter("File")
    results = {"bytes": Number("Bytes")}

    def process(self, image: Any) -> Result:
        return Result(image, data={"bytes": len(self.file.data) if self.file else 0})


class Late(VideoProcessor):
    """Gives the picture before last, and the upper half of the last one as it was given."""

    label = "Late"

    def start(self) -> None:
        self.seen: list[Any] = []

    def process(self, image: Any) -> Any:
        self.seen = [*self.seen, image[: len(image) // 2]][-3:]
        return np.concatenate([self.seen[0], self.seen[-1]])
