"""Finding faces and people with what OpenCV ships, on a reduced picture so that it keeps up with a camera."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from cv2.data import haarcascades

from .results import Picture

FACE_WIDTH_PIXELS = 320  # width of the reduced picture; a face in it should be 30 pixels wide
PERSON_WIDTH_PIXELS = 400
PERSON_WINDOW = (64, 128)  # of OpenCV's detector, which writes past its memory in a smaller picture
SMALLEST_FACE_PIXELS = 30
FACE_SCALE_STEP = 1.2
FACE_CONFIRMATIONS = 5  # overlapping finds that make a face
HOLD_SECONDS = 0.4  # a face that is lost for a moment (a blink, a turn) stays where it was


class Found(NamedTuple):
    """A rectangle in pixels of the full picture, and how sure the detector was."""

    x: int
    y: int
    width: int
    height: int
    score: float = 1.0


class FaceFinder:
    """Haar cascade of Viola and Jones (2001), as trained by Lienhart. One finder per instance: it has state."""

    def __init__(self) -> None:
        self._cascade = cv2.CascadeClassifier(f"{haarcascades}haarcascade_frontalface_default.xml")
        self._found: list[Found] = []
        self._found_at = float("-inf")

    def find(self, image: Picture, time: float) -> list[Found]:
        found = self._detect(image)
        if found or not 0 <= time - self._found_at < HOLD_SECONDS:
            self._found, self._found_at = found, time
        return self._found

    def forget(self) -> None:
        self._found, self._found_at = [], float("-inf")

    def _detect(self, image: Picture) -> list[Found]:
        small, factor = reduced(image, FACE_WIDTH_PIXELS)
        grey = cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY))
        least = (SMALLEST_FACE_PIXELS, SMALLEST_FACE_PIXELS)
        boxes, _, weights = self._cascade.detectMultiScale3(
            grey, FACE_SCALE_STEP, FACE_CONFIRMATIONS, minSize=least, outputRejectLevels=True
        )
        return enlarged(boxes, [certainty(float(weight)) for weight in weights], factor)


def certainty(weight: float) -> float:
    """Squeeze the cascade's last-stage weight, which has no upper end, between 0 and 1."""
    return float(1 / (1 + np.exp(-weight / 2)))


class PeopleFinder:
    """Histograms of oriented gradients with a linear classifier, after Dalal and Triggs (2005)."""

    def __init__(self) -> None:
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(np.array(cv2.HOGDescriptor.getDefaultPeopleDetector()))

    def find(self, image: Picture, least_score: float) -> list[Found]:
        small, factor = reduced(image, PERSON_WIDTH_PIXELS)
        small = at_least(small, PERSON_WINDOW)
        boxes, weights = self._hog.detectMultiScale(small, winStride=(8, 8), padding=(8, 8), scale=1.1)
        scores = [float(weight) for weight in np.ravel(weights)]
        found = enlarged(boxes, [min(1.0, score) for score in scores], factor)
        return [each for each in found if each.score >= least_score]


def reduced(image: Picture, width: int) -> tuple[Picture, float]:
    """Return the picture at most ``width`` wide, and the factor back to the full one."""
    factor = max(1.0, image.shape[1] / width)
    if factor == 1.0:
        return image, factor
    size = (round(image.shape[1] / factor), round(image.shape[0] / factor))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), factor


def at_least(image: Picture, size: tuple[int, int]) -> Picture:
    """Return the picture with its last row and column repeated as often as it needs."""
    right, below = max(0, size[0] - image.shape[1]), max(0, size[1] - image.shape[0])
    if not right and not below:
        return image
    return cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)


def enlarged(boxes: Sequence[Sequence[float]], scores: list[float], factor: float) -> list[Found]:
    """Return the boxes in pixels of the full picture, from left to right so that numbers stay with people."""
    return sorted(Found(*pixels(box, factor), score) for box, score in zip(boxes, scores, strict=True))


def pixels(box: Sequence[float], factor: float) -> tuple[int, int, int, int]:
    x, y, width, height = (round(float(side) * factor) for side in box)
    return x, y, width, height
