"""The test bench: one processor plays a sample picture, or its own sound, in a process of its own.

``python -m processors.bench`` reads what to play as JSON from its input and writes what came out as JSON. A
processor that hangs or crashes takes nothing with it, and the web process never loads one.
"""

import base64
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any, TextIO

import cv2
import numpy as np

from . import sandbox
from .assets import SAMPLES
from .base import Processor, has_own_clock, needs_pixels, needs_samples
from .catalogue import is_our_own, load_class
from .exceptions import NotInstalled, ProcessorError
from .instance import Instance, Outcome, load
from .made_voice import spoken
from .model_files import FOLDER_VARIABLE
from .parameters import clean_parameters, default_values
from .pictures import decoded
from .results import Picture
from .stills import converted, in_bgr, waveform

SAMPLE_NAMES = ("portrait", "street")
STEPS = 15
FPS = 10
WARM_UP_STEPS = 3  # the first frames fill caches and are no measure


class Bench:
    """Plays one processor for a second and a half of media time, as fast as it goes."""

    def __init__(self, cls: type[Processor], configuration: dict[str, Any], values: dict[str, Any]) -> None:
        accepted, _ = clean_parameters(cls, values)
        started = time.perf_counter()
        self.instance = Instance(cls, configuration, default_values(cls) | accepted, load(cls, configuration))
        self.instance.start()
        self.start_ms = (time.perf_counter() - started) * 1000
        self.frame_ms: list[float] = []
        self.picture: Picture | None = None
        self.sound: list[Any] = []
        self.data: dict[str, Any] = {}

    def play(self, picture: Picture) -> None:
        for step in range(STEPS):
            self.step(picture, step)

    def step(self, picture: Picture, number: int) -> None:
        started = time.perf_counter()
        outcomes = list(self._moment(picture, number / FPS))
        self.frame_ms.append((time.perf_counter() - started) * 1000)
        for outcome in outcomes:
            self._keep(outcome)

    def report(self) -> dict[str, Any]:
        shown = self.shown()
        return {
            "start_ms": round(self.start_ms, 1),
            "frame_ms": round(statistics.median(self.frame_ms[WARM_UP_STEPS:]), 1),
            "picture": None if shown is None else as_jpeg(shown),
            "data": self.data,
        }

    def shown(self) -> Picture | None:
        """What came out last; of sound, a drawing."""
        return self.picture if self.picture is not None else self._sound_picture()

    def _moment(self, picture: Picture, at: float) -> Iterator[Outcome]:
        cls = self.instance.cls
        if needs_samples(cls):
            yield self.instance.samples(spoken(cls.sample_rate, at), at)
        if needs_pixels(cls):
            yield self.instance.picture(converted(picture, cls.pixel_format), at)
        if has_own_clock(cls):
            yield self.instance.render(at)

    def _keep(self, outcome: Outcome) -> None:
        self.data |= outcome.data or {}
        if outcome.image is not None:
            self.picture = in_bgr(outcome.image, outcome.pixel_format)
        if outcome.samples is not None:
            self.sound.append(outcome.samples[0])

    def _sound_picture(self) -> Picture | None:
        return waveform(np.concatenate(self.sound)) if self.sound else None


def run(order: dict[str, Any]) -> dict[str, Any]:
    try:
        picture = picture_of(order)
        cls = load_class(order["key"], order["configuration"])
        if not cls.installed:
            raise NotInstalled(cls.label)
        bench = Bench(cls, order["configuration"], order["values"])
        bench.play(picture)
    except ProcessorError as error:
        return {"error": str(error)}
    return bench.report() | {"input": as_jpeg(picture)}


def picture_of(order: dict[str, Any]) -> Picture:
    """The admin's own picture, else one of our samples."""
    own = base64.b64decode(order.get("picture") or "")
    name = order.get("sample") if order.get("sample") in SAMPLE_NAMES else SAMPLE_NAMES[0]
    picture = decoded(own or (SAMPLES / f"{name}.jpg").read_bytes())
    if picture is None:
        raise ProcessorError("This picture cannot be read.")
    return picture


def as_jpeg(picture: Picture) -> str:
    return base64.b64encode(cv2.imencode(".jpg", picture)[1].tobytes()).decode()


def answer_alone() -> TextIO:
    """The way back to the web process, for the report alone: what a processor prints goes to the error output."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def keep_apart(order: dict[str, Any]) -> None:
    """Code of others, and a model that somebody uploaded, are as dangerous here as in a processor host."""
    has_files = any("sha256" in entry for entry in order["configuration"].get("models") or [])
    if has_files or not is_our_own(order["key"]):
        sandbox.restrict(limits_of(order), os.getppid())


def limits_of(order: dict[str, Any]) -> sandbox.Limits:
    """Those of the site's processor hosts, if it says them."""
    return sandbox.Limits(**{**order.get("limits", {}), "readable": readable_folders()})


def readable_folders() -> tuple[str, ...]:
    """What a processor is made of: its package, and the models."""
    return (*sandbox.code_folders(), os.environ.get(FOLDER_VARIABLE, ""))


if __name__ == "__main__":
    with answer_alone() as answers:
        order = json.load(sys.stdin)
        keep_apart(order)
        json.dump(run(order), answers)
