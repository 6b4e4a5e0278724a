from collections.abc import Mapping
from typing import Any, NamedTuple

import cv2
import numpy as np

from ..assets import OVERLAYS
from ..base import VideoProcessor
from ..detection import FaceFinder, Found
from ..exceptions import ProcessorError
from ..parameters import FileParameter, FileValue, FloatParameter, MenuParameter
from ..pictures import decoded_with_alpha
from ..results import Number, Picture, Result


class Place(NamedTuple):
    """Where a picture sits on a face: its width, and the way of its middle, in parts of the face's size."""

    width: float
    right: float
    down: float


PLACES = {
    "glasses": Place(0.88, 0, -0.10),
    "hat": Place(1.25, 0, -0.62),
    "crown": Place(0.95, 0, -0.58),
    "moustache": Place(0.55, 0, 0.20),
    "cat": Place(1.15, 0, -0.12),
}
OWN_PLACE = Place(1.2, 0, 0)


class FaceOverlay(VideoProcessor):
    """Glasses, hats and whiskers that follow your face, or a picture of your own.

    Faces come from the Haar cascade that OpenCV ships; the pictures are drawn by ``processors/assets``.
    """

    label = "Face overlay"
    results = {"count": Number("Faces")}

    picture = MenuParameter(
        "Picture",
        choices={
            "glasses": "Glasses",
            "hat": "Hat",
            "crown": "Crown",
            "moustache": "Moustache",
            "cat": "Cat",
        },
    )
    own = FileParameter("Your own picture", help="A PNG with transparent parts works best.")
    size = FloatParameter("Size", minimum=0.5, maximum=2, step=0.05, default=1)

    @classmethod
    def load(cls, configuration: Mapping[str, Any]) -> dict[str, Picture]:
        return {name: bundled(name) for name in PLACES}

    def start(self) -> None:
        self.finder = FaceFinder()
        # The visitor's upload that was opened last, and its picture.
        self.opened: tuple[FileValue, Picture] | None = None

    def reset(self) -> None:
        self.finder.forget()

    def process(self, image: Picture) -> Result:
        faces = self.finder.find(image, self.frame_time)
        picture, place = self._chosen()
        for face in faces:
            self._put(image, picture, place, face)
        return Result(image=image, data={"count": len(faces)})

    def _chosen(self) -> tuple[Picture, Place]:
        if self.own is None:
            return self.shared[self.picture], PLACES[self.picture]
        if self.opened is None or self.opened[0] is not self.own:
            self.opened = self.own, opened(self.own)
        return self.opened[1], OWN_PLACE

    def _put(self, image: Picture, picture: Picture, place: Place, face: Found) -> None:
        width = max(1, round(face.width * place.width * self.size))
        height = max(1, round(width * picture.shape[0] / picture.shape[1]))
        fitted = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        left = round(face.x + face.width * (0.5 + place.right) - width / 2)
        top = round(face.y + face.height * (0.5 + place.down) - height / 2)
        blend(image, fitted, left, top)


def bundled(name: str) -> Picture:
    picture = decoded_with_alpha((OVERLAYS / f"{name}.png").read_bytes())
    if picture is None:
        raise ProcessorError(f"The picture {name}.png of this installation is damaged.", permanent=True)
    return picture


def opened(upload: FileValue) -> Picture:
    picture = decoded_with_alpha(upload.data)
    if picture is None:
        raise ProcessorError("Your picture cannot be read. Choose a PNG or JPEG of at most 40 megapixels.")
    return picture


def blend(image: Picture, overlay: Picture, left: int, top: int) -> None:
    """Lay a BGRA picture over the image; what sticks out is cut off."""
    x, y = max(0, left), max(0, top)
    part = image[y : max(0, top + overlay.shape[0]), x : max(0, left + overlay.shape[1])]
    if not part.size:
        return
    cut = overlay[y - top : y - top + part.shape[0], x - left : x - left + part.shape[1]]
    cover = cut[:, :, 3:].astype(np.uint16)
    part[:] = ((cut[:, :, :3] * cover + part * (255 - cover)) // 255).astype(np.uint8)
