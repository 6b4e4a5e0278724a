"""One running instance of a processor: calls it, checks what it gives, words what it raises."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, TypeVar

from .base import Processor
from .checks import check_data, check_picture, check_samples, check_time
from .exceptions import (
    CallFailed,
    LoadFailed,
    OutOfMemory,
    ProcessFailed,
    ProcessorError,
    StartFailed,
    WrongData,
)
from .parameters import set_values
from .planes import new_place
from .results import Picture, PixelFormat, Result, SampleArray

logger = logging.getLogger(__name__)

T = TypeVar("T")

LOG_PAUSE_SECONDS = 5.0
logged_at: dict[str, float] = {}  # by sentence, of which there are a few per processor class


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one call gave, checked. ``pixel_format`` says how to read ``image``."""

    time: float
    image: Picture | None = None
    pixel_format: PixelFormat = "bgr24"
    samples: SampleArray | None = None
    data: dict[str, Any] | None = None


class RunningInstance(Protocol):
    """What a runner calls: the processor itself, or its stand-in for one in another process."""

    @property
    def output_fps(self) -> float | None: ...
    @property
    def takes_format(self) -> PixelFormat: ...
    def start(self) -> None: ...
    def apply(self, values: Mapping[str, Any]) -> None: ...
    def reset(self) -> None: ...
    def close(self) -> None: ...
    def place(self, shape: tuple[int, ...]) -> Picture:
        """Return where the planes of the next picture may be written, so that they need no copy."""

    def picture(self, image: Picture, moment: float) -> Outcome: ...
    def samples(self, samples: SampleArray, moment: float) -> Outcome: ...
    def render(self, moment: float) -> Outcome: ...


class Instance:
    """Everything here runs in one thread and raises nothing but ``ProcessorError``."""

    def __init__(
        self, cls: type[Processor], configuration: Mapping[str, Any], values: Mapping[str, Any], shared: Any
    ) -> None:
        self.cls = cls
        self.processor = guarded(StartFailed(cls.label), cls)
        self.processor.shared = shared
        self.processor.configuration = configuration
        # What folds have gathered so far, by result name.
        self.folded: dict[str, Any] = {}
        set_values(self.processor, values)

    @property
    def output_fps(self) -> float | None:
        return self.processor.output_fps

    @property
    def takes_format(self) -> PixelFormat:
        return self.cls.pixel_format

    def start(self) -> None:
        guarded(StartFailed(self.cls.label), self.processor.start)

    def apply(self, values: Mapping[str, Any]) -> None:
        set_values(self.processor, values)

    def reset(self) -> None:
        self.folded.clear()
        guarded(ProcessFailed(self.cls.label), self.processor.reset)

    def close(self) -> None:
        try:
            guarded(ProcessFailed(self.cls.label), self.processor.close)
        except ProcessorError:
            logger.warning("%s did not close cleanly", self.cls.label)

    def place(self, shape: tuple[int, ...]) -> Picture:
        return new_place(shape)

    def picture(self, image: Picture, moment: float) -> Outcome:
        return self._called(lambda: self.processor.process_video(self._lent(image)), moment, "image")

    def samples(self, samples: SampleArray, moment: float) -> Outcome:
        return self._called(lambda: self.processor.process_audio(samples), moment, "samples")

    def render(self, moment: float) -> Outcome:
        return self._called(self.processor.render, moment, "image")

    def _lent(self, image: Picture) -> Picture:
        """Planes of the decoder are lent: writing into them raises instead of spoiling a reference."""
        if self.cls.pixel_format not in {"gray", "yuv420p"}:
            return image
        view = image.view()
        view.flags.writeable = False
        return view

    def _called(self, call: Callable[[], Any], moment: float, field: str) -> Outcome:
        self.processor.frame_time = moment
        given = guarded(ProcessFailed(self.cls.label), call)
        result = given if isinstance(given, Result) else Result(**{field: given})
        at = moment if result.time is None else check_time(result.time)
        samples = None if result.samples is None else self._checked_samples(result.samples)
        data = None if result.data is None else self._checked_data(result.data)
        if result.image is None:
            return Outcome(at, samples=samples, data=data)
        image, pixel_format = check_picture(result.image, self.cls.pixel_format)
        return Outcome(at, image, pixel_format, samples, data)

    def _checked_samples(self, samples: Any) -> SampleArray:
        return check_samples(samples, self.cls.channels, self.cls.sample_rate)

    def _checked_data(self, data: Any) -> dict[str, Any]:
        checked = check_data(data, set(self.cls.results))
        folds = {name: self.cls.results[name].accumulate for name in checked}
        folding = {name: fold for name, fold in folds.items() if callable(fold)}
        if not folding:
            return checked
        folded = {name: self._fold(fold, name, checked[name]) for name, fold in folding.items()}
        checked = check_data(checked | folded, set(self.cls.results))
        # Only now: what is refused must not be what the next result is added to.
        self.folded.update(folded)
        return checked

    def _fold(self, fold: Callable[[Any, Any], Any], name: str, new: Any) -> Any:
        try:
            return fold(self.folded.get(name), new)
        except Exception as error:
            logger.warning("The fold of %s.%s raised", self.cls.label, name, exc_info=True)
            raise WrongData(f"The fold of {name!r} failed; it gets (previous or None, new).") from error


def load(cls: type[Processor], configuration: Mapping[str, Any]) -> Any:
    return guarded(LoadFailed(cls.label), lambda: cls.load(configuration))


def guarded(failure: CallFailed, call: Callable[[], T]) -> T:
    """Call; a ``ProcessorError`` passes, anything else goes to the log and comes out as ``failure``."""
    try:
        return call()
    except ProcessorError:
        raise
    except MemoryError as error:
        fail(OutOfMemory(failure), error)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        fail(failure, error)


def fail(failure: ProcessorError, error: BaseException) -> NoReturn:
    log_seldom(failure, error)
    raise failure from error


def log_seldom(failure: ProcessorError, error: BaseException) -> None:
    """Log with the trace at most every few seconds: what fails on each frame must not fill a disk."""
    now = time.monotonic()
    if now - logged_at.get(failure.message, float("-inf")) > LOG_PAUSE_SECONDS:
        logged_at[failure.message] = now
        logger.warning("%s", failure, exc_info=error)
