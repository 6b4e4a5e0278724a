"""A processor class as JSON: all that the web and a media worker need of it, so that they need not import it.

``written`` runs where the class is, in a sandbox; ``read`` makes a stand-in from it. What is written came from code
of others, so reading it believes nothing: everything passes through the constructors of our own contract.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, NoReturn

from . import parameters, results
from .base import Processor, declared_fps, has_own_clock, needs_pixels, needs_samples
from .exceptions import DeclarationError
from .parameters import Parameter
from .results import ResultView

Json = dict[str, Any]

# By kind of parameter, what its constructor takes besides what all take.
OPTIONS: dict[str, tuple[str, ...]] = {
    "IntegerParameter": ("minimum", "maximum", "step"),
    "FloatParameter": ("minimum", "maximum", "step"),
    "NumberParameter": ("minimum", "maximum", "step", "integer"),
    "SwitchParameter": (),
    "MenuParameter": ("choices",),
    "RadioParameter": ("choices",),
    "ChoicesParameter": ("choices", "none_label"),
    "TextParameter": ("maximum_characters",),
    "ColourParameter": (),
    "FileParameter": ("accept", "maximum_bytes"),
}
VIEWS = ("Table", "Ranking", "Number", "Text", "Chart", "Boxes", "Meter")
# What is taken over as it is, and of which type it must be.
PLAIN: dict[str, type] = {
    "pixel_format": str,
    "sample_rate": int,
    "channels": int,
    "every_frame": bool,
    "never_passthrough": bool,
    "installed": bool,
    "sends_elsewhere": str,
    "video_constraints": dict,
    "audio_constraints": dict,
}


def written(cls: type[Processor]) -> Json:
    return {
        "name": cls.__name__,
        "label": cls.label,
        "description": cls.description,
        "takes": sorted(cls.takes),
        "gives": sorted(cls.gives),
        "parameters": {name: written_parameter(each) for name, each in cls.parameters.items()},
        "results": {name: written_view(each) for name, each in cls.results.items()},
        "output_fps": declared_fps(cls),
        "has_own_clock": has_own_clock(cls),
        "needs_pixels": needs_pixels(cls),
        "needs_samples": needs_samples(cls),
        "is_configurable": is_configurable(cls),
        **{name: kind(getattr(cls, name)) for name, kind in PLAIN.items()},
    }


def is_configurable(cls: type[Processor]) -> bool:
    """Whether another configuration may give another class."""
    return any("configured" in vars(base) for base in cls.__mro__[:-2])


def written_parameter(parameter: Parameter[Any]) -> Json:
    kind = next((base.__name__ for base in type(parameter).__mro__ if base.__name__ in OPTIONS), "")
    if not kind:
        raise DeclarationError(f"The parameter {parameter.label!r} is of no kind that a page can show.")
    default = {} if kind == "FileParameter" else {"default": parameter.to_json(parameter.default)}
    common = {"help": parameter.help, "unit": parameter.unit, "live": parameter.live}
    own = {name: getattr(parameter, name) for name in OPTIONS[kind]}
    return {"kind": kind, "label": parameter.label, "options": common | default | own}


def written_view(view: ResultView) -> Json:
    """A function that folds values stays with its class; a page only hears how it shows what comes of it."""
    kind = next((base.__name__ for base in type(view).__mro__ if base.__name__ in VIEWS), "")
    if not kind:
        raise DeclarationError(f"The result {view.label!r} is of no kind that a page can show.")
    known = {field.name for field in dataclasses.fields(getattr(results, kind))}
    values = {name: getattr(view, name) for name in known}
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return {"kind": kind, "options": values | {"accumulate": view.accumulates_on_page}}


def read(told: Mapping[str, Any]) -> type[Processor]:
    """Return a class that looks like the one written down, and can do nothing."""
    try:
        return stand_in(told)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DeclarationError(f"What the class says of itself cannot be read ({error}).") from error


def stand_in(told: Mapping[str, Any]) -> type[Processor]:
    body: Json = {name: typed(told[name], kind) for name, kind in PLAIN.items()}
    body |= {
        "__doc__": typed(told["description"], str),
        "__module__": __name__,
        "label": typed(told["label"], str),
        "takes": frozenset(told["takes"]),
        "gives": frozenset(told["gives"]),
        "results": {typed(name, str): read_view(each) for name, each in told["results"].items()},
        "isolation": "host",
        "_is_configurable": told["is_configurable"] is True,
        "load": classmethod(cannot_run),
    }
    body |= clock(told) | dict.fromkeys(methods(told), cannot_run)
    body |= {name: read_parameter(name, each) for name, each in told["parameters"].items()}
    return type(typed(told["name"], str), (Processor,), body)


def typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.80} is not of the type {kind.__name__}")
    return value


def methods(told: Mapping[str, Any]) -> list[str]:
    """What the class overrides decides what is decoded for it."""
    needs = {
        "process_video": told["needs_pixels"],
        "process_audio": told["needs_samples"],
        "render": told["has_own_clock"],
    }
    return [name for name, is_needed in needs.items() if is_needed is True]


def clock(told: Mapping[str, Any]) -> Json:
    """A rate that only an instance knows stays open here as well."""
    fps = told["output_fps"]
    if fps is not None:
        return {"output_fps": float(fps)}
    return {"output_fps": property(lambda self: None)} if told["has_own_clock"] is True else {}


def read_parameter(name: str, told: Mapping[str, Any]) -> Parameter[Any]:
    if not name.isidentifier() or name.startswith("_"):
        raise ValueError(f"{name!r:.80} is no name of a parameter")
    kind = told["kind"]
    known = {"help", "unit", "live", "default", *OPTIONS[kind]}
    options = {option: value for option, value in told["options"].items() if option in known}
    made: Parameter[Any] = getattr(parameters, kind)(typed(told["label"], str), **options)
    return made


def read_view(told: Mapping[str, Any]) -> ResultView:
    if told["kind"] not in VIEWS:
        raise ValueError(f"there is no view {told['kind']!r:.80}")
    options = {
        name: tuple(each) if isinstance(each, list) else each for name, each in told["options"].items()
    }
    view: ResultView = getattr(results, told["kind"])(**options)
    return view


def cannot_run(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("This class only stands for one of another package, which runs in a processor host.")
