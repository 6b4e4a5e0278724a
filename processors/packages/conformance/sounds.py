"""Sound in pieces of every length, silent and loud, and as much out as came in."""

import numpy as np

from ...base import Processor, has_own_clock, needs_samples
from ...results import SampleArray
from .scene import sound
from .subject import Subject

# 20 ms are usual. A lost packet makes one longer, a broken one makes it empty, other rates make odd numbers.
CHUNK_SECONDS = (0.02, 0.01, 0.06, 0.0025, 0.12)
ODD_SAMPLES = (0, 1, 441, 960)
SECONDS = 3.0
DRIFT_SHARE = 0.1  # more than this, after three seconds, and lips no longer fit the words


def check_chunks(subject: Subject) -> None:
    cls = subject.cls
    counts = [*(round(seconds * cls.sample_rate) for seconds in CHUNK_SECONDS), *ODD_SAMPLES]
    for count in counts:
        heard(subject, [sound(cls, 0.0, count)] * 2, f"{count} samples")
    changing = [sound(cls, 0.0, count) for count in counts]
    heard(subject, changing, "changing lengths")


def check_loudness(subject: Subject) -> None:
    """Silence divides by zero, full scale overflows."""
    cls, count = subject.cls, round(0.02 * subject.cls.sample_rate)
    silence = np.zeros((cls.channels, count), np.float32)
    heard(subject, [silence] * 5, "silence")
    heard(subject, [silence + 1, silence - 1] * 3, "full scale")


def check_duration(subject: Subject) -> None:
    """What gives more or less sound than it takes drifts away from the picture."""
    chunks = [sound(subject.cls, step * 0.02, round(0.02 * subject.cls.sample_rate)) for step in steps()]
    given, taken = heard(subject, chunks, "three seconds"), sum(chunk.shape[1] for chunk in chunks)
    if not given and not has_own_clock(subject.cls) and not subject.has_faults:
        subject.fault("It gave no sound in three seconds.", "Return samples of the form that came in.")
    elif given and abs(given - taken) > DRIFT_SHARE * taken:
        subject.warn(
            f"It gave {given} samples for {taken}.", "Return as many samples as came in, or sound will drift."
        )


def steps() -> range:
    return range(round(SECONDS / 0.02))


def takes_sound(subject: Subject) -> bool:
    return needs_samples(subject.cls)


def gives_sound(subject: Subject) -> bool:
    return takes_sound(subject) and "audio" in subject.cls.gives


def heard(subject: Subject, chunks: list[SampleArray], place: str) -> int:
    """Play the chunks to a new instance; return how many samples came back."""
    instance, at, given = subject.instance(), 0.0, 0
    for chunk in chunks:
        # A copy: sound is the processor's own to change.
        outcome = subject.attempt(place, lambda: instance.samples(chunk.copy(), at))  # noqa: B023 (called at once)
        given += 0 if outcome is None or outcome.samples is None else outcome.samples.shape[1]
        at += seconds_of(subject.cls, chunk)
    subject.close(instance)
    return given


def seconds_of(cls: type[Processor], chunk: SampleArray) -> float:
    return float(chunk.shape[1] / cls.sample_rate)
