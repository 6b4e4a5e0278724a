"""Runs one processor on a camera, a clip or a photo, with the code that runs it on the site."""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ..base import Processor, has_own_clock, needs_pixels, needs_samples
from ..catalogue import load_class
from ..exceptions import ProcessorError, TooManyErrors
from ..instance import Instance, Outcome, load
from ..parameters import clean_parameters, default_values
from ..runner import ERRORS_IN_A_ROW
from .trial_errors import TrialFailed
from .trial_figures import Figures
from .trial_media import Heard, Media, Seen
from .trial_output import TrialOutput, check_out, output_for
from .trial_parameters import parsed
from .trial_sources import open_source


class Writer(Protocol):
    """Django's wrapper around a stream, or a stream."""

    def write(self, text: str, *, ending: str | None = None) -> object: ...


class Trial:
    """``results`` takes what was found, ``remarks`` what a person reads."""

    def __init__(
        self,
        key: str,
        configuration: Mapping[str, Any],
        row_values: Mapping[str, Any],
        assignments: Sequence[str],
        results: Writer,
        remarks: Writer,
    ) -> None:
        self.cls = checked_class(key, configuration)
        self.values = self._values(row_values, assignments)
        self.configuration = configuration
        self.results = results
        self.remarks = remarks
        self.figures = Figures()
        # By how many frames in a row it has failed.
        self.failed = 0
        self.next_tick = 0.0

    def run(self, camera: str, seconds: float | None, out: Path | None, as_json: bool) -> None:
        if out is not None:
            check_out(out, self.cls)
        source = open_source(camera, self.cls, seconds)
        instance = self._started()
        output = output_for(out, self.cls)
        try:
            self._play(instance, source, output, as_json)
        except KeyboardInterrupt:
            # How one ends a camera.
            pass
        finally:
            source.close()
            instance.close()
            output.close()
        self._finish(output, out)

    def _values(self, row_values: Mapping[str, Any], assignments: Sequence[str]) -> dict[str, Any]:
        """The row's defaults may be older than the class; what was typed must fit."""
        of_row, _ = clean_parameters(self.cls, row_values)
        accepted, errors = clean_parameters(self.cls, parsed(self.cls, assignments))
        if errors:
            name, message = next(iter(errors.items()))
            known = ", ".join(self.cls.parameters) or "none"
            raise TrialFailed(f"--parameter {name}: {message} Its parameters are: {known}.")
        return default_values(self.cls) | of_row | accepted

    def _started(self) -> Instance:
        shared = load(self.cls, self.configuration)
        instance = Instance(self.cls, self.configuration, self.values, shared)
        instance.start()
        return instance

    def _play(self, instance: Instance, source: Iterator[Media], output: TrialOutput, as_json: bool) -> None:
        for media in source:
            for call in self._calls(instance, media):
                outcome = self._called(call, media.time, as_json)
                if outcome is not None:
                    output.take(outcome)
                    self._report(outcome, as_json)
            if not as_json and sys.stderr.isatty() and self.figures.is_due():
                self.remarks.write(f"\r{self.figures.line()}", ending="")

    def _calls(self, instance: Instance, media: Media) -> Iterator[Any]:
        cls = self.cls
        if isinstance(media, Heard) and needs_samples(cls):
            yield lambda: instance.samples(media.samples, media.time)
        if isinstance(media, Seen) and (needs_pixels(cls) or not has_own_clock(cls)):
            yield lambda: instance.picture(media.image, media.time)
        if has_own_clock(cls) and media.time >= self.next_tick:
            self.next_tick = media.time + 1 / float(instance.processor.output_fps or 1)
            yield lambda: instance.render(media.time)

    def _called(self, call: Any, at: float, as_json: bool) -> Outcome | None:
        """As on the site: an error costs one frame, the tenth in a row ends it."""
        began = time.perf_counter()
        try:
            outcome: Outcome = call()
        except ProcessorError as error:
            self._failed(error, at, as_json)
            return None
        self.figures.add(time.perf_counter() - began)
        self.failed = 0
        return outcome

    def _failed(self, error: ProcessorError, at: float, as_json: bool) -> None:
        self.failed += 1
        self.figures.errors += 1
        if as_json:
            self._write_json({"time": round(at, 3), "error": error.message, "code": error.code})
        elif self.failed == 1:
            self.remarks.write(error.message)
        if error.permanent:
            raise error
        if self.failed >= ERRORS_IN_A_ROW:
            raise TooManyErrors(self.cls.label, ERRORS_IN_A_ROW, error)

    def _report(self, outcome: Outcome, as_json: bool) -> None:
        if as_json and outcome.data is not None:
            self._write_json({"time": round(outcome.time, 3), "data": outcome.data})

    def _write_json(self, value: dict[str, Any]) -> None:
        self.results.write(json.dumps(value, ensure_ascii=False))

    def _finish(self, output: TrialOutput, out: Path | None) -> None:
        if sys.stderr.isatty():
            self.remarks.write("\r", ending="")
        self.remarks.write(self.figures.line())
        if out is not None:
            self.remarks.write(output.told())
        elif "video" in self.cls.gives:
            self.remarks.write(
                "This shows no window; --out result.mp4 or --out result.jpg writes what came out."
            )
        if self.figures.count == 0:
            raise TrialFailed(nothing_for(self.cls, self.figures))


def checked_class(key: str, configuration: Mapping[str, Any]) -> type[Processor]:
    cls = load_class(key, configuration)
    if not cls.installed:
        raise TrialFailed(
            f"{cls.label} needs a model that is not installed. Install one, and name the address of its row "
            "in the catalogue instead of the key."
        )
    return cls


def nothing_for(cls: type[Processor], figures: Figures) -> str:
    if figures.errors:
        return f"{cls.label} failed on every frame; the trace is above."
    kinds = " and ".join(sorted(cls.takes)) or "nothing"
    return f"{cls.label} takes {kinds}, and nothing of that was there. Take a clip that has it, or --camera sample."
