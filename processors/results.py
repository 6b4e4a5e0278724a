"""What a processor gives back besides a bare picture, and how the page shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .exceptions import DeclarationError

Picture: TypeAlias = NDArray[Any]  # uint8; the annotations of OpenCV promise less
SampleArray: TypeAlias = NDArray[np.float32]
PixelFormat: TypeAlias = Literal["bgr24", "rgb24", "gray", "yuv420p"]
Accumulate: TypeAlias = Literal["replace", "append"] | Callable[[Any, Any], Any]

KEEP_ITEMS = 200  # rows, lines or points that a page keeps of an appending result


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A picture or sound together with data; every part may be left out.

    ``time`` (seconds on the clock of ``frame_time``) says which moment the result belongs to; without it, the
    moment of the frame at hand.
    """

    image: Picture | None = None
    samples: SampleArray | None = None
    data: dict[str, Any] | None = None
    time: float | None = None


@dataclass(frozen=True)
class ResultView:
    """How one named value of ``Result.data`` is shown and how successive values add up.

    ``replace`` shows the newest value, ``append`` adds it to the last ``keep`` ones, and a function
    ``fold(previous, new)`` returns the value to show (``previous`` is ``None`` at first).
    """

    view: ClassVar[str] = ""

    label: str
    accumulate: Accumulate = "replace"
    keep: int = KEEP_ITEMS
    unit: str = ""

    def __post_init__(self) -> None:
        if not callable(self.accumulate) and self.accumulate not in {"replace", "append"}:
            raise DeclarationError(
                f"The result {self.label!r} accumulates by {self.accumulate!r}; "
                "write 'replace', 'append' or a function of (previous, new)."
            )

    @property
    def accumulates_on_page(self) -> str:
        """A fold happens beside the processor, so the page replaces what it shows."""
        return "append" if self.accumulate == "append" else "replace"

    def describe(self) -> dict[str, Any]:
        return {
            "view": self.view,
            "label": self.label,
            "accumulate": self.accumulates_on_page,
            "keep": self.keep,
            "columns": [],
            "unit": self.unit,
        }


@dataclass(frozen=True)
class Table(ResultView):
    """Rows of cells: ``[["car", 0.93], ["dog", 0.88]]``, in the order of ``columns``.

    ``labels`` are the words that cells may hold; a page shows them in the visitor's language.
    """

    view: ClassVar[str] = "table"
    columns: tuple[str, ...] = ()
    labels: Sequence[str] = ()

    def describe(self) -> dict[str, Any]:
        return super().describe() | {
            "columns": list(self.columns),
            "labels": {word: word for word in self.labels},
        }


@dataclass(frozen=True)
class Ranking(ResultView):
    """Named bars, the longest first: ``[["tabby cat", 0.81], ["tiger cat", 0.12]]``; each share is between 0 and 1.

    ``labels`` are the names that bars may have; a page shows them in the visitor's language.
    """

    view: ClassVar[str] = "ranking"
    labels: Sequence[str] = ()

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"labels": {word: word for word in self.labels}}


@dataclass(frozen=True)
class Number(ResultView):
    """One number, shown large."""

    view: ClassVar[str] = "number"


@dataclass(frozen=True)
class Text(ResultView):
    """A string; appended texts are lines.

    ``labels`` are texts that it may be; a page shows them in the visitor's language.
    """

    view: ClassVar[str] = "text"
    labels: Sequence[str] = ()

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"labels": {word: word for word in self.labels}}


@dataclass(frozen=True)
class Chart(ResultView):
    """Lines or bars: a list of numbers per name in ``series``; appended: one number per series."""

    view: ClassVar[str] = "chart"
    series: tuple[str, ...] = ("",)
    colours: tuple[str, ...] = ()
    kind: Literal["line", "bars"] = "line"

    def describe(self) -> dict[str, Any]:
        extra = {"series": list(self.series), "colours": list(self.colours), "kind": self.kind}
        return super().describe() | extra


@dataclass(frozen=True)
class Boxes(ResultView):
    """Rectangles over the picture: ``box(...)`` objects in fractions of its width and height.

    ``labels`` are labels of boxes or words with which they begin; a page shows them in the visitor's language.
    """

    view: ClassVar[str] = "boxes"
    labels: Sequence[str] = ()

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"labels": {word: word for word in self.labels}}


@dataclass(frozen=True)
class Meter(ResultView):
    """A bar between ``minimum`` and ``maximum``."""

    view: ClassVar[str] = "meter"
    minimum: float = 0.0
    maximum: float = 1.0

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"minimum": self.minimum, "maximum": self.maximum}


def box(
    image: Picture,
    x: float,
    y: float,
    width: float,
    height: float,
    label: str = "",
    score: float | None = None,
    points: Sequence[tuple[float, float]] = (),
) -> dict[str, Any]:
    """Return one rectangle for a ``Boxes`` result, from pixels of ``image``; ``points`` are dots that go with it."""
    rows, columns = image.shape[:2]
    dots = [[round(float(x) / columns, 4), round(float(y) / rows, 4)] for x, y in points]
    return {
        "x": round(float(x) / columns, 4),
        "y": round(float(y) / rows, 4),
        "width": round(float(width) / columns, 4),
        "height": round(float(height) / rows, 4),
        "label": label,
        "score": None if score is None else round(float(score), 3),
        **({"points": dots} if dots else {}),
    }
