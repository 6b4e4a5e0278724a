"""Reading a processor class as it is written: what it declares, and whether that can work."""

import inspect
from typing import TYPE_CHECKING, Any, get_args

from .exceptions import DeclarationError
from .parameters import Parameter
from .results import PixelFormat, ResultView

if TYPE_CHECKING:
    from .base import Processor

KINDS = frozenset({"video", "audio"})


def first_paragraph(docstring: str | None) -> str:
    """Return the sentence or two that a visitor reads, without the marks of the documentation language."""
    paragraph = inspect.cleandoc(docstring or "").split("\n\n")[0]
    return " ".join(paragraph.split()).replace("``", "")


def declared_parameters(cls: "type[Processor]") -> dict[str, Parameter[Any]]:
    found: dict[str, Parameter[Any]] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, Parameter):
                found[name] = value
            else:
                found.pop(name, None)
    return found


def check_declaration(cls: "type[Processor]") -> None:
    """Refuse a class that cannot work when it is written, not when a visitor opens it."""
    contract = cls.__mro__[-2]
    reserved = [name for name in cls.parameters if hasattr(contract, name) and name != "output_fps"]
    if reserved:
        raise DeclarationError(
            f"{cls.__name__}.{reserved[0]} is a word of the contract; rename the parameter."
        )
    strange = (cls.takes | cls.gives) - KINDS
    if strange:
        raise DeclarationError(
            f"{cls.__name__} takes or gives {sorted(strange)[0]!r}; there is 'video' and 'audio'."
        )
    if cls.pixel_format not in get_args(PixelFormat):
        formats = ", ".join(get_args(PixelFormat))
        raise DeclarationError(
            f"{cls.__name__}.pixel_format is {cls.pixel_format!r}; choose one of: {formats}."
        )
    if not all(isinstance(view, ResultView) for view in cls.results.values()):
        raise DeclarationError(
            f"{cls.__name__}.results needs a view for every name, such as Number('Faces')."
        )
    if cls.render is not getattr(contract, "render", cls.render) and cls.output_fps is None:
        raise DeclarationError(f"{cls.__name__} overrides render(); say how often with output_fps = 15.0.")
