"""A class with a parameter of every kind, as the admin's form must cope with."""

from typing import Any

from processors.base import VideoProcessor
from processors.parameters import (
    ChoicesParameter,
    ColourParameter,
    FileParameter,
    FloatParameter,
    IntegerParameter,
    MenuParameter,
    NumberParameter,
    RadioParameter,
    SwitchParameter,
    TextParameter,
)


class EveryKind(VideoProcessor):
    """Does nothing in many ways."""

    label = "Every kind"
    size = IntegerParameter("Size", minimum=1, maximum=9, default=3, unit="px")
    share = FloatParameter("Share", default=0.5, step=0.1)
    count = NumberParameter("Count", default=7, minimum=0, integer=True)
    ratio = NumberParameter("Ratio", default=1.5)
    loud = SwitchParameter("Loud", default=True)
    side = RadioParameter("Side", choices={"left": "Left", "right": "Right"})
    place = MenuParameter("Place", choices=("hall", "wall"), help="Where it hangs.")
    guests = ChoicesParameter(
        "Guests", choices={"ann": "Ann", "ben": "Ben", "cem": "Cem"}, none_label="Nobody"
    )
    words = TextParameter("Words", default="hello", maximum_characters=12)
    paint = ColourParameter("Paint", default="#102030")
    picture = FileParameter("Picture", accept=("image/png", "image/jpeg"), maximum_bytes=100_000)
    notes = FileParameter("Notes", accept=("text/plain",), maximum_bytes=1000)

    def process(self, image: Any) -> Any:
        return image


class OnlySize(VideoProcessor):
    """Shares one parameter with the other."""

    label = "Only size"
    size = IntegerParameter("Size", minimum=1, maximum=5, default=2)
    words = TextParameter("Words", default="", maximum_characters=100)

    def process(self, image: Any) -> Any:
        return image
