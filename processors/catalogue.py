"""Which processors there are. An explicit table; nothing is imported before somebody chooses it."""

import importlib
import json
import logging
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from .base import Processor
from .exceptions import ProcessorError, ProcessorUnavailable
from .function import processor_from_function

logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP = "showroom.processors"
VARIANTS_KEPT = 512  # classes made for configurations: a few per row, and an old one now and then

BUILTINS: dict[str, str] = {
    "passthrough": "processors.builtin.passthrough:Passthrough",
    "invert": "processors.builtin.invert:Invert",
    "edges": "processors.builtin.edges:Edges",
    "cartoon": "processors.builtin.cartoon:Cartoon",
    "rotate": "processors.builtin.rotate:Rotate",
    "flip": "processors.builtin.flip:Flip",
    "blur": "processors.builtin.blur:Blur",
    "sketch": "processors.builtin.sketch:Sketch",
    "faces": "processors.builtin.faces:Faces",
    "hidden-faces": "processors.builtin.hidden_faces:HiddenFaces",
    "face-overlay": "processors.builtin.face_overlay:FaceOverlay",
    "people": "processors.builtin.people:People",
    "style": "processors.builtin.style:Style",
    "qr": "processors.builtin.qr_reader:QrReader",
    "histogram": "processors.builtin.histogram:Histogram",
    "gain": "processors.builtin.gain:Gain",
    "echo": "processors.builtin.echo:Echo",
    "voice": "processors.builtin.voice:Voice",
    "level-meter": "processors.builtin.level_meter:LevelMeter",
    "frame-counter": "processors.builtin.frame_counter:FrameCounter",
}

# Our own, too, but each needs a model that an admin installs.
TASKS: dict[str, str] = {
    "object-detection": "processors.tasks.object_detection:ObjectDetection",
    "style-transfer": "processors.tasks.style_transfer:StyleTransfer",
    "pictogram": "processors.tasks.pictogram:Pictogram",
    "pose": "processors.tasks.pose:Pose",
    "background": "processors.tasks.background:Background",
    "face-detection": "processors.tasks.face_detection:FaceDetection",
    "classification": "processors.tasks.classification:Classification",
    "voice-activity": "processors.tasks.voice_activity:VoiceActivity",
}


# Gives what stands for a class of another package, in processes that must not run its code; else it is imported.
stand_in: Callable[[str, Mapping[str, Any]], type[Processor]] | None = None


def keys() -> list[str]:
    """Return all keys: our own in their order, then those of installed packages."""
    return [*BUILTINS, *TASKS, *(key for key in sorted(installed()) if not is_our_own(key))]


def is_our_own(key: str) -> bool:
    return key in BUILTINS or key in TASKS


def load_class(key: str, configuration: Mapping[str, Any] | None = None) -> type[Processor]:
    """Import and return the class, as the configuration makes it; a plain function is wrapped.

    ``ProcessorUnavailable`` says why not. The same configuration gives the same class, so that sessions share.
    """
    try:
        if stand_in is not None and key in installed() and not is_our_own(key):
            return stand_in(key, configuration or {})
        return as_configured(as_class(key, load_target(key)), configuration or {})
    except ProcessorUnavailable:
        raise
    except ProcessorError as error:
        raise ProcessorUnavailable(f"The processor {key!r} is not written correctly. {error}") from error
    except Exception as error:
        logger.warning("The processor %r cannot be imported", key, exc_info=True)
        raise ProcessorUnavailable(
            f"The processor {key!r} cannot be imported; the host finds the reason in the log."
        ) from error


@cache
def installed() -> dict[str, EntryPoint]:
    """Return the processors of installed packages. Read once: packages come and go with a restart."""
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINT_GROUP)}


def load_target(key: str) -> Any:
    if is_our_own(key):
        module, name = {**BUILTINS, **TASKS}[key].split(":")
        return getattr(importlib.import_module(module), name)
    if key in installed():
        return installed()[key].load()
    raise ProcessorUnavailable(f"There is no processor {key!r}; it may have been uninstalled.")


def as_class(key: str, target: Any) -> type[Processor]:
    if isinstance(target, type) and issubclass(target, Processor):
        return target
    if callable(target) and not isinstance(target, type):
        return wrapped(target)
    raise ProcessorUnavailable(f"The processor {key!r} is neither a Processor class nor a function.")


def as_configured(cls: type[Processor], configuration: Mapping[str, Any]) -> type[Processor]:
    if not any("configured" in vars(base) for base in cls.__mro__[:-2]):
        return cls
    return variant_for(cls, json.dumps(dict(configuration), sort_keys=True))  # type: ignore[arg-type]


@lru_cache(maxsize=VARIANTS_KEPT)
def variant_for(cls: Any, configuration_json: str) -> type[Processor]:
    variant: type[Processor] = cls.configured(json.loads(configuration_json))
    return variant


@cache
def wrapped(function: Any) -> type[Processor]:
    """One class per function, so that sessions share what is loaded."""
    return processor_from_function(function)
