from collections.abc import Sequence
from typing import Any

from ..inference.decoded import Detections
from ..parameters import ChoicesParameter, FloatParameter, RadioParameter
from ..results import Boxes, Number, Picture, Result
from .configured_models import ConfiguredModel
from .found_boxes import Found, boxes, draw, found_in, rows, table
from .model_task import ModelTask
from .thresholds import begun_at


class ObjectDetection(ModelTask):
    """Finds things in the picture, and says what they are and how sure it is.

    The model and the names of its classes come from the host's configuration.
    """

    label = "Object detection"
    model_tasks = ("detection",)
    results = {"count": Number("Count"), "found": table(()), "boxes": Boxes("Boxes")}

    threshold = FloatParameter(
        "Threshold", default=0.5, step=0.05, help="Finds with a lower score are left out."
    )
    classes = ChoicesParameter("Classes", choices=["person"], none_label="All")
    drawn = RadioParameter(
        "Draw boxes",
        choices={"page": "By the page", "picture": "In the picture"},
        help="In the picture they are in snapshots, too; the page draws them sharper.",
    )

    @classmethod
    def adapted(cls, models: Sequence[ConfiguredModel]) -> dict[str, Any]:
        [model] = models
        names = named_classes(model)
        views = {"found": table(names), "boxes": Boxes("Boxes", labels=names)}
        # A model of a single class has nothing to choose from.
        filtering = ChoicesParameter("Classes", choices=names, none_label="All") if len(names) > 1 else None
        return {
            "results": {**cls.results, **views},
            "threshold": begun_at(cls.threshold, model.picture_spec.threshold),
            "classes": filtering,
        }

    def process(self, image: Picture) -> Result:
        found = self._wanted(image, self.shared.infer(image, threshold=self.threshold))
        by_page = self.drawn == "page"
        data = {"count": len(found), "found": rows(found), "boxes": boxes(image, found) if by_page else []}
        if not by_page:
            draw(image, found)
        return Result(image=image, data=data)

    def _wanted(self, image: Picture, detections: Detections) -> list[Found]:
        names = [self.shared.spec.label(int(number)) for number in detections.classes]
        found = found_in(image, detections, names)
        chosen = self.classes or ()
        return [
            each for each in found if each.score >= self.threshold and (not chosen or each.label in chosen)
        ]


def named_classes(model: ConfiguredModel) -> tuple[str, ...]:
    """Each name once: lists of labels may repeat one, or leave one empty for the background."""
    return tuple(dict.fromkeys(name for name in model.picture_spec.names if name and name != "background"))
