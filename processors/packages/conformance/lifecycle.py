"""The life of an instance: ``reset`` forgets, ``close`` gives back, also after an error."""

import gc
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...base import needs_pixels, needs_samples
from ...exceptions import ProcessFailed, ProcessorError
from ...instance import Instance, guarded, load
from .scene import play, traces
from .subject import Subject

STEPS = 5
LIVES = 3  # what is left behind once may be shared; what is left behind each time is lost
GRACE_SECONDS = 1.0  # for threads that were told to end


def check_load(subject: Subject) -> None:
    subject.at("load()")
    began = time.perf_counter()
    subject.shared = load(subject.cls, subject.configuration)
    subject.at("start()")
    instance = subject.instance()
    subject.measured(start_ms=round((time.perf_counter() - began) * 1000, 1))
    subject.close(instance)


def check_reset(subject: Subject) -> None:
    """After it, the same frames give what they gave to a new instance."""
    instance = subject.instance()
    fresh = traces(play(instance, STEPS))
    subject.at("reset()")
    instance.reset()
    again = traces(play(instance, STEPS))
    subject.close(instance)
    if fresh != again and fresh == of_a_new_one(subject):
        subject.fault(
            "After reset() the same frames give other results: something is left of earlier ones.",
            "Set in reset() what start() sets; often reset() just calls self.start().",
        )


def check_close(subject: Subject) -> None:
    for name in ("at once", "after frames", "after an error"):
        close(subject, lived(subject, name), name)


def check_leaves_nothing(subject: Subject) -> None:
    """Lives of one instance after another: threads and files may not become more."""
    close(subject, lived(subject, "after frames"), "close()")
    threads, files = running_threads(), open_files()
    for _ in range(LIVES):
        close(subject, lived(subject, "after frames"), "close()")
    new = wait_for_end(threads)
    if len(new) >= LIVES:
        subject.fault(
            f"After close() {len(new) // LIVES} thread of each instance goes on ({new[0].name}).",
            "Tell it to end in close(), and join it.",
        )
    gc.collect()
    if len(open_files() - files) >= LIVES:
        subject.fault(
            "After close() files of each instance stay open.", "Close in close() what start() opened."
        )


def of_a_new_one(subject: Subject) -> list[Any]:
    instance = subject.instance()
    seen = traces(play(instance, STEPS))
    subject.close(instance)
    return seen


def lived(subject: Subject, life: str) -> Instance:
    subject.at(f"{life}, before close()")
    instance = subject.instance()
    if life == "after frames":
        traces(play(instance, STEPS))
    if life == "after an error":
        provoke(instance)
    return instance


def provoke(instance: Instance) -> None:
    """Nothing instead of a picture: most raise, and close() comes all the same."""
    nothing: Any = None
    if needs_pixels(instance.cls):
        with suppress(Exception):
            instance.processor.process_video(nothing)
    if needs_samples(instance.cls):
        with suppress(Exception):
            instance.processor.process_audio(nothing)


def close(subject: Subject, instance: Instance, place: str) -> None:
    subject.at(f"close() {place}")
    try:
        guarded(ProcessFailed(subject.cls.label), instance.processor.close)
    except ProcessorError as error:
        cause = error.__cause__ or error
        subject.fault(
            f"close() raised {type(cause).__name__} ({cause}).",
            "Let close() bear what start() and the frames did not get to.",
            place,
        )


def running_threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def wait_for_end(before: set[threading.Thread]) -> list[threading.Thread]:
    end = time.monotonic() + GRACE_SECONDS
    while (new := running_threads() - before) and time.monotonic() < end:
        time.sleep(0.02)
    return sorted(new, key=lambda thread: thread.name)


def open_files() -> set[tuple[str, str]]:
    """Return number and target of each open file, where the system tells."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return {(name, "") for name in os.listdir("/dev/fd")}
    found = set()
    for entry in folder.iterdir():
        with suppress(OSError):
            found.add((entry.name, os.readlink(entry)))
    return found
