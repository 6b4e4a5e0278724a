"""Processors as somebody else's package would bring them: found by entry point, some of them broken on purpose."""

import time
from typing import Any

import cv2
import numpy as np

from processors.base import AudioVideoProcessor, VideoProcessor
from processors.builtin.invert import Invert
from processors.exceptions import ProcessorError
from processors.parameters import FloatParameter, MenuParameter
from processors.results import Boxes, Chart, Number, Result, Table, Text, box

BLOCKS = 8
CURTAIN_GREY = 112


def number_in(grey: Any) -> int | None:
    """The number in the top rows of the test's picture (see tests/browser/scene.py)."""
    rows, columns = grey.shape[:2]
    middle = [int((block + 0.5) * columns / BLOCKS) for block in range(BLOCKS)]
    row = rows * 24 // 480
    bits = [int(grey[row - 3 : row + 3, at - 4 : at + 4].mean() > 126) for at in middle]
    return sum(bit << index for index, bit in enumerate(bits[:7])) if sum(bits) % 2 else None


class Copy(VideoProcessor):
    """Gives each picture back as it came, but by way of pixels."""

    label = "Copy"

    def process(self, image: Any) -> Any:
        return image.copy()


class HostedInvert(Invert):
    """The built-in, run as if it came from somewhere else: to see what that costs."""

    label = "Hosted invert"


class Slow(VideoProcessor):
    """Takes its time over each picture."""

    label = "Slow"
    seconds = FloatParameter("Seconds", default=0.2, minimum=0, maximum=2)

    def process(self, image: Any) -> Any:
        time.sleep(self.configuration.get("seconds", self.seconds))
        return image


class LatePicture(AudioVideoProcessor):
    """Takes 0.2 s for each picture and leaves the sound as it is."""

    label = "Late picture"

    def process_video(self, image: Any) -> Any:
        time.sleep(0.2)
        return image


class Report(VideoProcessor):
    """Says in three ways which picture it saw."""

    label = "Report"
    pixel_format = "gray"
    results = {
        "rows": Table("Rows", columns=("What", "Number")),
        "number": Number("Number"),
        "line": Chart("Line", series=("number",), accumulate="append"),
    }

    def process(self, image: Any) -> Result:
        number = number_in(image)
        return Result(image=image, data={"rows": [["seen", number]], "number": number, "line": [number or 0]})


class Frame(VideoProcessor):
    """Finds the middle of each picture, and says so."""

    label = "Frame"
    results = {"middle": Boxes("Middle"), "words": Text("Words"), "count": Number("Found")}

    def process(self, image: Any) -> Result:
        rows, columns = image.shape[:2]
        found = box(image, columns / 4, rows / 4, columns / 2, rows / 2, label="Middle")
        return Result(data={"middle": [found], "words": "The middle is there", "count": 1})


class Curtain(VideoProcessor):
    """Shows a curtain and never the room behind it, whatever happens."""

    label = "Curtain"
    never_passthrough = True
    mode = MenuParameter(
        "Mode", choices={"well": "Works", "raise": "Raises", "slow": "Overloaded"}, default="well"
    )

    @classmethod
    def load(cls, configuration: Any) -> None:
        time.sleep(0.5)

    def process(self, image: Any) -> Any:
        if self.mode == "raise":
            raise RuntimeError("The curtain fell down.")
        if self.mode == "slow":
            time.sleep(1.5)
        return np.full_like(image, CURTAIN_GREY)


class Shape(VideoProcessor):
    """Gives pictures of another shape."""

    label = "Shape"
    shape = MenuParameter("Shape", choices={"4:3": "4:3", "16:9": "16:9", "9:16": "Portrait"}, default="4:3")
    sizes = {"4:3": (640, 480), "16:9": (640, 360), "9:16": (360, 640)}

    def process(self, image: Any) -> Any:
        return cv2.resize(image, self.sizes[self.shape])


class Fault(VideoProcessor):
    """Gives back what no processor may."""

    label = "Fault"
    fault = MenuParameter(
        "Fault",
        choices={name: name for name in ("none", "raise", "text", "shape", "nan", "float")},
        default="none",
    )

    def process(self, image: Any) -> Any:
        if self.fault == "raise":
            raise RuntimeError("secret-of-the-process")
        wrong = {"text": "a string", "shape": image[0], "nan": image * np.nan, "float": image / 255.0}
        return wrong.get(self.fault, image)


class BrokenLoad(VideoProcessor):
    """Cannot be loaded."""

    label = "Broken load"

    @classmethod
    def load(cls, configuration: Any) -> None:
        raise ProcessorError("The weights of this model are missing.", permanent=True)

    def process(self, image: Any) -> Any:
        return image
