"""How long a frame takes, and whether memory grows with the frames."""

import gc
import os
import resource
import sys
import time
from itertools import count
from pathlib import Path

from ...base import has_own_clock, needs_pixels
from ...instance import Instance
from ...runner import quantile
from .scene import FPS, USUAL, calls, moment
from .subject import Subject

FRAMES = 200
WARM_UP_FRAMES = 5
BUDGET_SECONDS = 10.0  # a slow one is measured by fewer frames
LEAST_FPS = 10
GROWTH_BYTES = 12 * 1024 * 1024  # a plane of 640×480 kept from each of 100 frames is 30 MB
SOUND_GROWTH_BYTES = 3 * 1024 * 1024  # 40 ms of sound kept from each of 1000 chunks are 7 MB
SOUND_FACTOR = 10  # sound is small and quick, so more of it is played


def check_timing(subject: Subject) -> None:
    instance, taken = subject.instance(), list[float]()
    began = time.monotonic()
    for step in range(FRAMES):
        subject.at(f"frame {step + 1}")
        taken.append(milliseconds(instance, step))
        if time.monotonic() - began > BUDGET_SECONDS and step > WARM_UP_FRAMES:
            break
    subject.close(instance)
    report_times(subject, taken[WARM_UP_FRAMES:])


def report_times(subject: Subject, taken: list[float]) -> None:
    ordered, mean = sorted(taken), sum(taken) / len(taken)
    fps = min(1000.0 / max(mean, 0.001), 1000.0)
    p50, p95 = quantile(ordered, 0.5), quantile(ordered, 0.95)
    subject.measured(frame_ms_p50=p50, frame_ms_p95=p95, fps=round(fps, 1))
    if fps < LEAST_FPS:
        subject.warn(
            f"It holds {fps:.1f} pictures a second of 640×480 on this machine.",
            "Work on a smaller picture, or on every second one; under 10 a second looks broken.",
        )


def check_memory(subject: Subject) -> None:
    """Buffers fill in the beginning; what still grows after that grows for as long as a visitor stays."""
    factor, allowed = scale(subject)
    instance, steps = subject.instance(), count()
    try:
        run(subject, instance, FRAMES // 2 * factor, steps)
        if grown(subject, instance, FRAMES // 2 * factor, steps) > allowed:
            growth = grown(subject, instance, FRAMES * factor, steps)
            if growth > allowed:
                report_growth(subject, growth, FRAMES * factor)
    except TooSlow:
        subject.note(f"It is too slow to look for growth of memory over {FRAMES} frames.")
    subject.close(instance)


class TooSlow(Exception):
    pass


def report_growth(subject: Subject, growth: int, frames: int) -> None:
    each = growth / frames / 1024
    subject.fault(
        f"Memory grows by {each:.0f} KiB with every frame.",
        "Keep a bounded number: collections.deque(maxlen=…) forgets the oldest by itself.",
    )


def scale(subject: Subject) -> tuple[int, int]:
    pictures = needs_pixels(subject.cls) or has_own_clock(subject.cls)
    return (1, GROWTH_BYTES) if pictures else (SOUND_FACTOR, SOUND_GROWTH_BYTES)


def grown(subject: Subject, instance: Instance, frames: int, steps: "count[int]") -> int:
    before = memory_bytes()
    run(subject, instance, frames, steps)
    return memory_bytes() - before


def run(subject: Subject, instance: Instance, frames: int, steps: "count[int]") -> None:
    began = time.monotonic()
    for _ in range(frames):
        step = next(steps)
        subject.at(f"frame {step + 1}")
        for _ in moment(instance, step / FPS, "portrait", USUAL):
            pass
        if time.monotonic() - began > BUDGET_SECONDS:
            raise TooSlow


def milliseconds(instance: Instance, step: int) -> float:
    spent = 0.0
    for call in calls(instance, step / FPS, "portrait", USUAL):
        began = time.perf_counter()
        call()
        spent += time.perf_counter() - began
    return spent * 1000


def memory_bytes() -> int:
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
