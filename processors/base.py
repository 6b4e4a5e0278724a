"""The processor contract: picture in, picture out; sound in, sound out; and what lies between."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self, cast

from .declaration import check_declaration, declared_parameters, first_paragraph
from .parameters import Parameter, Refused, set_values
from .results import Picture, PixelFormat, Result, ResultView, SampleArray

CAMERA = {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}}
MICROPHONE = {"echoCancellation": True, "noiseSuppression": True, "autoGainControl": True}


class Processor:
    """Common base of ``VideoProcessor``, ``AudioProcessor`` and ``AudioVideoProcessor``.

    Subclass this one for what takes one kind and gives another, and say what it ``takes`` and ``gives``.

    One instance serves one visitor. All its methods run in one thread, one after the other, so state simply
    lives in ``self``. ``shared`` is what ``load`` returned: it belongs to all instances, so only read it.
    """

    label: ClassVar[str] = ""
    description: ClassVar[str] = ""

    # What comes in and what goes out: subsets of {"video", "audio"}.
    takes: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()

    # Collected from the class body, in order; never written by hand.
    parameters: ClassVar[dict[str, Parameter[Any]]] = {}
    # How each name in ``Result.data`` is shown.
    results: ClassVar[Mapping[str, ResultView]] = {}

    # Pictures as process() wants them. "gray" is the decoded Y plane; it and "yuv420p" are read-only views.
    pixel_format: ClassVar[PixelFormat] = "bgr24"
    sample_rate: ClassVar[int] = 48000
    channels: ClassVar[int] = 1

    # False: the newest frame wins, a slow processor skips. True: a bounded queue, every frame in order.
    every_frame: ClassVar[bool] = False
    # True: nothing of the input may reach the visitor, whatever happens: a placeholder is shown instead of the picture,
    # and a sound that no process_audio() has made is silence.
    never_passthrough: ClassVar[bool] = False
    # Pictures per second of a processor with its own clock: one that overrides render().
    output_fps: float | None = None
    # "host": runs in a child process because it may hang, crash or need much memory.
    isolation: ClassVar[Literal["thread", "host"]] = "thread"
    # False: it needs something that the host has not installed yet, such as a model; visitors cannot start it.
    installed: ClassVar[bool] = True
    # A sentence for the privacy card if data leaves this server.
    sends_elsewhere: ClassVar[str] = ""

    # What the page asks getUserMedia for, unless the host configured something else.
    video_constraints: ClassVar[Mapping[str, Any]] = CAMERA
    audio_constraints: ClassVar[Mapping[str, Any]] = MICROPHONE

    # Given by the runner before start().
    shared: Any = None
    configuration: Mapping[str, Any] = {}
    # Seconds on the media clock of the frame, or the first of the samples, at hand; in render(), since the start.
    frame_time: float = 0.0

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.takes = frozenset(cls.takes)
        cls.gives = frozenset(cls.gives)
        cls.description = first_paragraph(cls.__doc__)
        cls.label = cls.__dict__.get("label") or cls.__name__
        cls.parameters = declared_parameters(cls)
        check_declaration(cls)

    def __init__(self, **values: Any) -> None:
        """Make an instance by hand, as in a notebook or a test: ``Edges(low=50).process(image)``."""
        unknown = set(values) - set(self.parameters)
        if unknown:
            raise TypeError(f"{type(self).__name__} has no parameter {', '.join(sorted(unknown))}")
        set_values(self, {name: cleaned(self.parameters[name], value) for name, value in values.items()})

    @classmethod
    def configured(cls, configuration: Mapping[str, Any]) -> type["Processor"]:
        """Return the class for a host's configuration: this one, or a ``variant`` with other parameters or results.

        Called wherever the class is shown or run, also in the web process: read no weights here. Raise
        ``ProcessorError`` with a sentence for the host if the configuration cannot work.
        """
        return cls

    @classmethod
    def variant(cls, **attributes: Any) -> type[Self]:
        """Return a subclass that differs in these attributes only, as ``configured`` needs it."""
        same = {"label": cls.label, "__doc__": cls.__doc__, "__module__": cls.__module__}
        return type(cls.__name__, (cls,), {**same, **attributes})

    @classmethod
    def load(cls, configuration: Mapping[str, Any]) -> Any:
        """Read weights and the like, once for all visitors; its result is every instance's ``shared``."""
        return None

    def start(self) -> None:
        """Prepare for one visitor: parameters and ``shared`` are there, no frame has come yet."""

    def reset(self) -> None:
        """Forget what earlier frames left behind; the next frame may be of another scene."""

    def close(self) -> None:
        """Give back what ``start`` took. Called once, also after an error."""

    def process_video(self, image: Picture) -> Picture | Result | None:
        return image

    def process_audio(self, samples: SampleArray) -> SampleArray | Result | None:
        return samples

    def render(self) -> Picture | Result | None:
        """Give the picture of this moment; called ``output_fps`` times a second if overridden."""
        return None


class VideoProcessor(Processor):
    """Picture in, picture out.

    ``process`` gets ``uint8 (height, width, 3)``, blue-green-red unless ``pixel_format`` says otherwise, and
    returns a picture of any size, ``None`` (keep the last picture) or a ``Result``. A class that does not
    override it needs no pixels, and the engine forwards the stream untouched.
    """

    takes = frozenset({"video"})
    gives = frozenset({"video"})

    def process(self, image: Picture) -> Picture | Result | None:
        return image

    def process_video(self, image: Picture) -> Picture | Result | None:
        return self.process(image)


class AudioProcessor(Processor):
    """Sound in, sound out.

    ``process`` gets ``float32 (channels, n)`` between -1 and 1 at ``sample_rate`` and returns the like,
    ``None`` (silence) or a ``Result``.
    """

    takes = frozenset({"audio"})
    gives = frozenset({"audio"})

    def process(self, samples: SampleArray) -> SampleArray | Result | None:
        return samples

    def process_audio(self, samples: SampleArray) -> SampleArray | Result | None:
        return self.process(samples)


class AudioVideoProcessor(Processor):
    """Both kinds at once: override ``process_video(image)`` and ``process_audio(samples)``."""

    takes = frozenset({"video", "audio"})
    gives = frozenset({"video", "audio"})


def needs_pixels(cls: type[Processor]) -> bool:
    """Whether the incoming picture has to be decoded at all."""
    return "video" in cls.takes and overrides(cls, "process_video", VideoProcessor)


def needs_samples(cls: type[Processor]) -> bool:
    """Whether the incoming sound has to be decoded at all."""
    return "audio" in cls.takes and overrides(cls, "process_audio", AudioProcessor)


def has_own_clock(cls: type[Processor]) -> bool:
    """Whether pictures come from ``render()``, ``output_fps`` times a second."""
    return cls.render is not Processor.render


def overrides(cls: type[Processor], method: str, simple_base: type[Processor]) -> bool:
    own = getattr(cls, method)
    if own is not getattr(Processor, method) and own is not getattr(simple_base, method):
        return True
    return issubclass(cls, simple_base) and getattr(cls, "process") is not getattr(simple_base, "process")  # noqa: B009


def cleaned(parameter: Parameter[Any], value: Any) -> Any:
    try:
        return parameter.clean(value)
    except Refused as error:
        raise ValueError(f"{parameter.name}={value!r} does not fit. {error}") from error


def declared_fps(cls: type[Processor]) -> float | None:
    """Return ``output_fps`` as far as the class alone knows it (it may also be a parameter or a property)."""
    declared = cast(object, cls.output_fps)
    if isinstance(declared, Parameter):
        return float(declared.default)
    return float(declared) if isinstance(declared, int | float) else None
