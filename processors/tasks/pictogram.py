import numpy as np

from ..drawing import Colour
from ..parameters import ColourParameter, RadioParameter, SwitchParameter, bgr
from ..results import Picture, Result
from .body import Body
from .figure import draw_figure, draw_ring, unit_of
from .pose import PoseTask
from .skeleton import draw_bones

PAPER = "#ffffff"
LINE_SHARE = 0.08  # of the width of the shoulders


class Pictogram(PoseTask):
    """Turns everybody into a sports pictogram on plain ground. Nothing of the camera's picture is shown.

    In the manner of the pictograms of the Olympic Games, Tokyo 1964 and 2020: a disc for the head, limbs that taper,
    and gaps instead of lines.
    """

    label = "Pictogram"
    never_passthrough = True

    shown = RadioParameter("Draw", choices={"figure": "Figure", "skeleton": "Skeleton", "both": "Both"})
    colour = ColourParameter("Colour", default="#0a2a7a")
    reverse = SwitchParameter("Reverse colours", help="The figure in white on the colour.")

    def process(self, image: Picture) -> Result:
        ink, ground = bgr(self.colour), bgr(PAPER)
        if self.reverse:
            ink, ground = ground, ink
        people = sorted(self.people(image), key=unit_of)
        # Nobody is in the picture: the field stays, in its colour.
        field: Picture = np.full_like(image, ground)
        for body in people:
            self._draw(field, body, ink, ground)
        return Result(image=field, data={"people": len(people)})

    def _draw(self, field: Picture, body: Body, ink: Colour, ground: Colour) -> None:
        thickness = max(2, round(unit_of(body) * LINE_SHARE))
        if self.shown != "skeleton":
            draw_figure(field, body, ink, ground)
        if self.shown == "skeleton":
            draw_ring(field, body, thickness, ink)
        if self.shown != "figure":
            draw_bones(field, body, thickness, ink if self.shown == "skeleton" else ground)
