from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..exceptions import ProcessorError
from ..inference.decoded import Mask
from ..parameters import (
    ColourParameter,
    FileParameter,
    FileValue,
    FloatParameter,
    IntegerParameter,
    MenuParameter,
    RadioParameter,
    bgr,
)
from ..pictures import decoded
from ..results import Picture
from .configured_models import ConfiguredModel
from .model_task import ModelTask

PERSON = "person"
REDUCTION = 4  # the background is blurred at a quarter of the size: nobody sees it, and it keeps up
WIDEST_EDGE_PIXELS = 40

Weights = npt.NDArray[np.float32]


class Background(ModelTask):
    """Leaves the person in the picture, and blurs what is behind, or puts a colour or a picture there.

    Nothing of the camera is shown before the model has separated the two.
    """

    label = "Background"
    model_tasks = ("segmentation",)
    never_passthrough = True

    way = RadioParameter("Background", choices={"blur": "Blurred", "colour": "Colour", "picture": "Picture"})
    blur = IntegerParameter(
        "Blur", minimum=1, maximum=40, default=16, unit="px", help="For a blurred background."
    )
    colour = ColourParameter("Colour", default="#1d6f5f")
    picture = FileParameter("Your own picture", help="Until there is one, the colour is shown.")
    softness = FloatParameter(
        "Soft edge", default=0.3, step=0.05, help="How gradually the person passes into the background."
    )
    kept = MenuParameter("Stays in the picture", choices={PERSON: "person"})

    @classmethod
    def adapted(cls, models: Sequence[ConfiguredModel]) -> dict[str, Any]:
        [model] = models
        names = [name for name in model.picture_spec.names if name]
        # A mask of people has nothing to choose from.
        if len(names) < 2:
            return {"kept": None}
        default = PERSON if PERSON in names else names[-1]
        return {"kept": MenuParameter("Stays in the picture", choices=names, default=default)}

    def start(self) -> None:
        # The visitor's picture in the size of the camera's, and what it was made from.
        self.fitted: tuple[FileValue, Picture] | None = None

    def process(self, image: Picture) -> Picture:
        weights = softened(self._foreground(self.shared.infer(image)), self.softness)
        return laid_over(image, self._behind(image, weights), weights)

    def _foreground(self, mask: Mask) -> Weights:
        if mask.probabilities is not None:
            return mask.probabilities
        assert mask.classes is not None
        names = self.shared.spec.names
        # Without names, class 0 is what is behind.
        kept = mask.classes == names.index(self.kept) if self.kept in names else mask.classes > 0
        return kept.astype(np.float32)

    def _behind(self, image: Picture, weights: Weights) -> Picture:
        if self.way == "blur":
            return blurred(image, weights, self.blur)
        if self.way == "picture" and self.picture is not None:
            return self._picture_like(image, self.picture)
        return np.full_like(image, bgr(self.colour))

    def _picture_like(self, image: Picture, upload: FileValue) -> Picture:
        if self.fitted is None or self.fitted[0] is not upload or self.fitted[1].shape != image.shape:
            picture = decoded(upload.data)
            if picture is None:
                raise ProcessorError(
                    "Your background cannot be read. Choose a PNG or JPEG of at most 40 megapixels."
                )
            self.fitted = upload, covering(picture, image.shape[1], image.shape[0])
        return self.fitted[1]


def softened(weights: Weights, softness: float) -> Weights:
    """A soft mask fades over some pixels; a hard one is cut at one half."""
    shape: Weights = weights
    if softness > 0:
        size = 2 * round(softness * WIDEST_EDGE_PIXELS / 2) + 1
        shape = np.asarray(cv2.blur(cv2.blur(weights, (size, size)), (size, size)), np.float32)
    steepness = 1 / max(softness, 0.02)
    return np.asarray(np.clip((shape - 0.5) * steepness + 0.5, 0, 1), np.float32)


def blurred(image: Picture, weights: Weights, radius: int) -> Picture:
    """Only what is behind is spread: the person's own colours would make a glow around him."""
    height, width = image.shape[:2]
    size = max(1, width // REDUCTION), max(1, height // REDUCTION)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    behind = 1 - cv2.resize(weights, size, interpolation=cv2.INTER_AREA) + 1e-3
    sigma = max(0.5, radius / REDUCTION)
    spread = cv2.GaussianBlur(small * behind[..., None], (0, 0), sigma)
    share = cv2.GaussianBlur(behind, (0, 0), sigma)
    smooth = (spread / share[..., None]).clip(0, 255).astype(np.uint8)
    return cv2.resize(smooth, (width, height), interpolation=cv2.INTER_CUBIC)


def laid_over(image: Picture, behind: Picture, weights: Weights) -> Picture:
    return cv2.blendLinear(image, behind, weights, 1 - weights)


def covering(picture: Picture, width: int, height: int) -> Picture:
    """Return the middle of the picture, so large that it fills ``width`` × ``height``."""
    factor = max(width / picture.shape[1], height / picture.shape[0])
    size = max(width, round(picture.shape[1] * factor)), max(height, round(picture.shape[0] * factor))
    large = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(large[top : top + height, left : left + width])
