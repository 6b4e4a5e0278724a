from collections.abc import Sequence
from typing import Any

from ..parameters import FloatParameter, RadioParameter
from ..results import Boxes, Number, Picture, Result, Table
from .configured_models import ConfiguredModel
from .found_boxes import Found, boxes, draw, found_in
from .model_task import ModelTask
from .thresholds import begun_at


class FaceDetection(ModelTask):
    """Finds faces, also turned away and partly hidden ones, with their eyes, nose and mouth if the model knows them."""

    label = "Face detection"
    model_tasks = ("faces",)
    results = {
        "count": Number("Faces"),
        "faces": Table("Found", columns=("Face", "Score", "Left", "Top", "Width", "Height")),
        "boxes": Boxes("Boxes", labels=("Face",)),
    }

    threshold = FloatParameter(
        "Threshold", default=0.6, step=0.05, help="Finds with a lower score are left out."
    )
    drawn = RadioParameter(
        "Draw boxes",
        choices={"page": "By the page", "picture": "In the picture"},
        help="In the picture they are in snapshots, too; the page draws them sharper.",
    )

    @classmethod
    def adapted(cls, models: Sequence[ConfiguredModel]) -> dict[str, Any]:
        [model] = models
        return {"threshold": begun_at(cls.threshold, model.picture_spec.threshold)}

    def process(self, image: Picture) -> Result:
        found = self._faces(image)
        by_page = self.drawn == "page"
        data = {
            "count": len(found),
            "faces": numbered(found),
            "boxes": boxes(image, found) if by_page else [],
        }
        if not by_page:
            draw(image, found)
        return Result(image=image, data=data)

    def _faces(self, image: Picture) -> list[Found]:
        """From left to right, so that numbers stay with people."""
        detections = self.shared.infer(image, threshold=self.threshold)
        found = found_in(image, detections, ["Face"] * len(detections))
        faces = sorted((each for each in found if each.score >= self.threshold), key=lambda each: each.x)
        return [each._replace(label=f"Face {number}") for number, each in enumerate(faces, start=1)]


def numbered(found: list[Found]) -> list[list[Any]]:
    return [
        [number, round(each.score, 2), each.x, each.y, each.width, each.height]
        for number, each in enumerate(found, start=1)
    ]
