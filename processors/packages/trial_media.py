"""What a trial feeds to a processor: pictures and sound, each with its time."""

from dataclasses import dataclass
from typing import TypeAlias

from ..results import Picture, SampleArray


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture in the format that the processor asks for."""

    image: Picture
    time: float


@dataclass(frozen=True, eq=False)
class Heard:
    samples: SampleArray
    time: float


Media: TypeAlias = Seen | Heard
