import cv2

from ..base import VideoProcessor
from ..detection import FaceFinder, Found
from ..parameters import IntegerParameter, RadioParameter, SwitchParameter
from ..results import Number, Picture, Result

MARGIN = 0.25  # of the face's size on each side: hair and chin belong to a face


class HiddenFaces(VideoProcessor):
    """Hides every face that it finds, and the whole picture when it finds none.

    A detector can miss a face. ``never_passthrough`` makes the engine show a placeholder whenever there is no result,
    and "hide everything" covers the frames in which no face was seen.
    """

    label = "Hidden faces"
    never_passthrough = True
    results = {"count": Number("Hidden faces")}

    way = RadioParameter("Hide by", choices={"blur": "Blur", "pixels": "Large pixels"})
    coarseness = IntegerParameter(
        "Coarseness", minimum=4, maximum=16, default=8, help="Fewer details are left at a higher value."
    )
    strict = SwitchParameter(
        "No face found: hide everything",
        default=True,
        help="Off: a picture without a found face stays visible.",
    )

    def start(self) -> None:
        self.finder = FaceFinder()

    def reset(self) -> None:
        self.finder.forget()

    def process(self, image: Picture) -> Result:
        faces = self.finder.find(image, self.frame_time)
        whole = Found(0, 0, image.shape[1], image.shape[0])
        for part in faces or [whole] * self.strict:
            self._hide(image, part)
        return Result(image=image, data={"count": len(faces)})

    def _hide(self, image: Picture, face: Found) -> None:
        part = with_margin(image, face)
        height, width = part.shape[:2]
        cells = max(2, 96 // self.coarseness)  # across; the rest of the detail is gone for good
        small = cv2.resize(part, (cells, max(2, cells * height // width)), interpolation=cv2.INTER_AREA)
        grow = cv2.INTER_NEAREST if self.way == "pixels" else cv2.INTER_CUBIC
        part[:] = cv2.resize(small, (width, height), interpolation=grow)


def with_margin(image: Picture, face: Found) -> Picture:
    across, down = int(face.width * MARGIN), int(face.height * MARGIN)
    left, top = max(0, face.x - across), max(0, face.y - down)
    return image[top : face.y + face.height + down, left : face.x + face.width + across]
