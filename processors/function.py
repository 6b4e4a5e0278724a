"""A plain function as a processor: ``def threshold(image, level: int = 128): ...``"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .base import AudioProcessor, Processor, VideoProcessor
from .exceptions import DeclarationError
from .parameters import FloatParameter, NumberParameter, Parameter, SwitchParameter, TextParameter
from .results import PixelFormat, ResultView

# The name of the first argument says what the function takes.
METHODS: dict[str, tuple[type[Processor], str]] = {
    "image": (VideoProcessor, "process"),
    "samples": (AudioProcessor, "process"),
}


def processor_from_function(
    function: Callable[..., Any],
    *,
    label: str = "",
    pixel_format: PixelFormat = "bgr24",
    results: Mapping[str, ResultView] | None = None,
    output_fps: float | None = None,
) -> type[Processor]:
    """Return a class around ``function``.

    A function of ``image`` or ``samples`` processes them; one without such an argument is a source and needs
    ``output_fps``. Keyword defaults become parameters: ``True`` a switch, ``0.3`` a slider from 0 to 1,
    another number a number field, a string a text field, and a ``Parameter`` itself.
    """
    subject, keywords = signature_of(function)
    base, method = METHODS[subject] if subject else (Processor, "render")
    body: dict[str, Any] = {
        **{name: parameter_for(name, default) for name, default in keywords.items()},
        "__doc__": function.__doc__,
        "__module__": function.__module__,
        "label": label or title_from(function.__name__),
        "pixel_format": pixel_format,
        "results": dict(results or {}),
        method: method_around(function, list(keywords), bool(subject)),
    }
    if not subject:
        body |= {"gives": frozenset({"video"}), "output_fps": output_fps}
    return type(title_from(function.__name__).replace(" ", ""), (base,), body)


def signature_of(function: Callable[..., Any]) -> tuple[str, dict[str, Any]]:
    """Return the name of the first argument, if it is one that we feed, and the keyword defaults."""
    arguments = list(inspect.signature(function).parameters.values())
    fed = [argument.name for argument in arguments if argument.default is inspect.Parameter.empty]
    if fed and (len(fed) > 1 or fed[0] not in METHODS):
        raise DeclarationError(
            f"{function.__name__}({', '.join(fed)}) cannot be a processor; name the first argument image or "
            "samples and give every other one a default."
        )
    keywords = {argument.name: argument.default for argument in arguments if argument.name not in fed}
    return fed[0] if fed else "", keywords


def parameter_for(name: str, default: Any) -> Parameter[Any]:
    label = title_from(name)
    if isinstance(default, Parameter):
        return default
    if isinstance(default, bool):
        return SwitchParameter(label, default=default)
    if isinstance(default, float) and 0 <= default <= 1:
        return FloatParameter(label, default=default)
    if isinstance(default, int | float):
        return NumberParameter(label, default=default, integer=isinstance(default, int))
    if isinstance(default, str):
        return TextParameter(label, default=default)
    raise DeclarationError(
        f"The default of {name} is {default!r}; give a number, True, False, a text or a Parameter."
    )


def method_around(function: Callable[..., Any], keywords: list[str], fed: bool) -> Callable[..., Any]:
    def process(self: Processor, subject: Any) -> Any:
        return function(subject, **{name: getattr(self, name) for name in keywords})

    def render(self: Processor) -> Any:
        return function(**{name: getattr(self, name) for name in keywords})

    return process if fed else render


def title_from(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()
