from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cv2

from ..inference.decoded import Image
from ..parameters import FloatParameter, IntegerParameter, MenuParameter
from ..results import Picture, Result, Text
from .configured_models import ConfiguredModel, models_of
from .model_task import ModelTask
from .style_shelf import StyleShelf
from .tiles import painted_in_tiles

if TYPE_CHECKING:
    from ..inference.session import Model

MULTIPLE_PIXELS = 4  # of a side: these networks halve their picture twice and double it twice


class StyleTransfer(ModelTask):
    """Paints the picture anew in the style of a painting.

    One network per style, after J. Johnson et al., Perceptual Losses for Real-Time Style Transfer, 2016. The styles
    come from the host's configuration.
    """

    label = "Style transfer"
    model_tasks = ("image",)
    most_models = 32
    results = {"style": Text("Style")}

    style = MenuParameter(
        "Style", choices={"": "None"}, help="The style before goes on until the new one is ready."
    )
    width = IntegerParameter(
        "Working width",
        minimum=150,
        maximum=500,
        step=10,
        default=250,
        unit="px",
        help="More width gives finer strokes and takes longer. A model of one size paints a wider picture in pieces.",
    )
    strength = FloatParameter(
        "Strength", default=1.0, step=0.05, help="How much of the painting is laid over the picture."
    )

    @classmethod
    def adapted(cls, models: Sequence[ConfiguredModel]) -> dict[str, Any]:
        titles = {model.name: model.title for model in models}
        return {"style": MenuParameter("Style", choices=titles, help=cls.parameters["style"].help)}

    @classmethod
    def load(cls, configuration: Mapping[str, Any]) -> StyleShelf:
        return StyleShelf(models_of(configuration))

    def start(self) -> None:
        """A visitor who comes with a style of his choice waits for that one rather than see another first."""
        # What is painted with, until the chosen style is ready.
        self.painting, self.model = self.shared.opened(self.style)

    def process(self, image: Picture) -> Result:
        self._change_style()
        said = self.shared.error(self.style) or self.shared.title(self.painting)
        if self.strength == 0:
            return Result(image=image, data={"style": said})
        painted = painted_by(self.model, image, self.width)
        full = cv2.resize(painted, image.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        mixed = cv2.addWeighted(full, self.strength, image, 1 - self.strength, 0)
        return Result(image=mixed, data={"style": said})

    def _change_style(self) -> None:
        if self.painting == self.style:
            return
        ready = self.shared.get(self.style)
        if ready is not None:
            self.painting, self.model = self.style, ready


def painted_by(model: "Model", image: Picture, width: int) -> Picture:
    """Return the painting at the working width; a model of one size paints tiles of its own size."""
    small = cv2.resize(image, working_size(image, width), interpolation=cv2.INTER_AREA)
    if model.takes_any_size:
        return painted_whole(model.resized(small.shape[1], small.shape[0]), small)
    own = model.spec.input
    return painted_in_tiles(small, own.width, own.height, lambda tile: painted_whole(model, tile))


def painted_whole(model: "Model", image: Picture) -> Picture:
    answer = model.infer(image)
    assert isinstance(answer, Image)
    return answer.picture


def working_size(image: Picture, width: int) -> tuple[int, int]:
    height = image.shape[0] * width / image.shape[1]
    across, down = (max(1, round(side / MULTIPLE_PIXELS)) * MULTIPLE_PIXELS for side in (width, height))
    return across, down
