"""What a processor does beside its work: connections, programs, files, pickles, settings of the whole process."""

import socket
import sys
from typing import Any

import cv2

from .scene import play
from .subject import Subject

PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"}
REMOTE_FAMILIES = (socket.AF_INET, socket.AF_INET6)
WRITING = ("w", "a", "x", "+")

# Python has no way to take an audit hook back, so there is one, for the whole life of this process.
seen: dict[str, set[str]] = {
    "connection": set(),
    "program": set(),
    "socket": set(),
    "pickle": set(),
    "written": set(),
}
watched_files = [False]


def watch() -> None:
    sys.addaudithook(heard)


def heard(event: str, arguments: tuple[Any, ...]) -> None:
    """Called by Python for each such event; must be quick and never raise."""
    if event == "socket.connect" and getattr(arguments[0], "family", None) != socket.AF_UNIX:
        seen["connection"].add(str(arguments[1])[:80])
    elif event == "socket.__new__" and watched_files[0] and arguments[1] in REMOTE_FAMILIES:
        # In a sandbox it ends here, before there is any address. Some libraries open one at their import: no matter.
        seen["socket"].add("the network")
    elif event == "pickle.find_class":
        seen["pickle"].add(f"{arguments[0]}.{arguments[1]}"[:80])
    elif event in PROGRAMS:
        seen["program"].add(str(arguments[0] if arguments else event)[:80])
    elif event == "open" and watched_files[0] and is_written(arguments):
        seen["written"].add(str(arguments[0])[:120])


def is_written(arguments: tuple[Any, ...]) -> bool:
    name, mode = arguments[0], arguments[1]
    return isinstance(name, str) and isinstance(mode, str) and any(letter in mode for letter in WRITING)


def check_side_effects(subject: Subject) -> None:
    watch_frames(subject)
    for address in sorted(seen["connection"] or seen["socket"]):
        if not subject.cls.sends_elsewhere:
            subject.fault(
                f"It connects to {address}, and sends_elsewhere is empty.",
                "Say in sends_elsewhere what goes where: visitors read it on the privacy card.",
            )
    for name in sorted(seen["pickle"])[:1]:
        subject.warn(
            f"It unpickles ({name}): who can change that file runs his own code here.",
            "Keep weights as .onnx, .npz or .json; np.load refuses pickles by itself.",
        )
    for program in sorted(seen["program"]):
        subject.warn(
            f"It starts another program ({program}).", "A processor host forbids that; use a library."
        )
    for name in sorted(seen["written"]):
        subject.warn(f"It writes the file {name}.", "Pictures and sound are not stored on this site.")


def watch_frames(subject: Subject) -> None:
    threads = cv2.getNumThreads()
    subject.at("looking for side effects")
    watched_files[0] = True
    instance = subject.instance()
    for _ in play(instance, 3):
        pass
    subject.close(instance)
    watched_files[0] = False
    if cv2.getNumThreads() != threads:
        subject.fault("It calls cv2.setNumThreads, which is for all visitors.", "Leave that call out.")
