from typing import Any

from ..base import VideoProcessor
from ..detection import Found, PeopleFinder
from ..drawing import draw_box
from ..parameters import FloatParameter, SwitchParameter
from ..results import Boxes, Number, Picture, Result, Table, box


class People(VideoProcessor):
    """Finds people who stand upright and can be seen from head to foot.

    Histograms of oriented gradients after N. Dalal and B. Triggs, Histograms of Oriented Gradients for Human
    Detection, 2005, with the classifier that OpenCV ships.
    """

    label = "People"
    results = {
        "count": Number("People"),
        "people": Table("Found", columns=("Person", "Left", "Top", "Width", "Height", "Score")),
        "boxes": Boxes("Boxes", labels=("Person",)),
    }

    certainty = FloatParameter("Certainty", default=0.4, step=0.05, help="Less certain finds are left out.")
    draw = SwitchParameter(
        "Draw boxes into the picture",
        help="So that they are in snapshots, too; otherwise the page draws them over the picture.",
    )

    def start(self) -> None:
        self.finder = PeopleFinder()

    def process(self, image: Picture) -> Result:
        people = self.finder.find(image, self.certainty)
        data = {
            "count": len(people),
            "people": rows(people),
            "boxes": [] if self.draw else boxes(image, people),
        }
        for person in people if self.draw else []:
            draw_box(image, *person[:4], text=f"{person.score:.0%}")
        return Result(image=image, data=data)


def rows(people: list[Found]) -> list[list[Any]]:
    return [[number, *person[:4], round(person.score, 2)] for number, person in enumerate(people, start=1)]


def boxes(image: Picture, people: list[Found]) -> list[dict[str, Any]]:
    return [box(image, *person[:4], label="Person", score=person.score) for person in people]
