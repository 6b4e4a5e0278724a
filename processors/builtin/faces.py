from typing import Any

from ..base import VideoProcessor
from ..detection import FaceFinder, Found
from ..drawing import draw_box
from ..parameters import SwitchParameter
from ..results import Boxes, Number, Picture, Result, Table, box


class Faces(VideoProcessor):
    """Finds faces that look into the camera and counts them.

    A cascade of Haar features after P. Viola and M. Jones, Rapid Object Detection using a Boosted Cascade of Simple
    Features, 2001; trained by R. Lienhart, shipped with OpenCV.
    """

    label = "Faces"
    results = {
        "count": Number("Faces"),
        "faces": Table("Found", columns=("Face", "Left", "Top", "Width", "Height", "Score")),
        "boxes": Boxes("Boxes", labels=("Face",)),
    }

    draw = SwitchParameter(
        "Draw boxes into the picture",
        help="So that they are in snapshots, too; otherwise the page draws them over the picture.",
    )

    def start(self) -> None:
        self.finder = FaceFinder()

    def reset(self) -> None:
        self.finder.forget()

    def process(self, image: Picture) -> Result:
        faces = self.finder.find(image, self.frame_time)
        data = {"count": len(faces), "faces": rows(faces), "boxes": [] if self.draw else boxes(image, faces)}
        for number, face in enumerate(faces if self.draw else [], start=1):
            draw_box(image, *face[:4], text=str(number))
        return Result(image=image, data=data)


def rows(faces: list[Found]) -> list[list[Any]]:
    return [[number, *face[:4], round(face.score, 2)] for number, face in enumerate(faces, start=1)]


def boxes(image: Picture, faces: list[Found]) -> list[dict[str, Any]]:
    labelled = enumerate(faces, start=1)
    return [box(image, *face[:4], label=f"Face {number}", score=face.score) for number, face in labelled]
