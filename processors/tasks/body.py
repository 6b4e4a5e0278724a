"""The seventeen points of a body, in the order of COCO, and what lies between them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..inference.decoded import KeyPoints
from ..inference.labels import COCO_17
from ..inference.placement import Floats

NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR = range(5)
LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_ELBOW, RIGHT_ELBOW, LEFT_WRIST, RIGHT_WRIST = range(5, 11)
LEFT_HIP, RIGHT_HIP, LEFT_KNEE, RIGHT_KNEE, LEFT_ANKLE, RIGHT_ANKLE = range(11, 17)

FACE = (NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR)
ARMS = ((LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST), (RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST))
LEGS = ((LEFT_HIP, LEFT_KNEE, LEFT_ANKLE), (RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE))
BONES = (
    (LEFT_EAR, LEFT_EYE),
    (LEFT_EYE, NOSE),
    (NOSE, RIGHT_EYE),
    (RIGHT_EYE, RIGHT_EAR),
    (LEFT_SHOULDER, RIGHT_SHOULDER),
    (LEFT_SHOULDER, LEFT_ELBOW),
    (LEFT_ELBOW, LEFT_WRIST),
    (RIGHT_SHOULDER, RIGHT_ELBOW),
    (RIGHT_ELBOW, RIGHT_WRIST),
    (LEFT_SHOULDER, LEFT_HIP),
    (RIGHT_SHOULDER, RIGHT_HIP),
    (LEFT_HIP, RIGHT_HIP),
    (LEFT_HIP, LEFT_KNEE),
    (LEFT_KNEE, LEFT_ANKLE),
    (RIGHT_HIP, RIGHT_KNEE),
    (RIGHT_KNEE, RIGHT_ANKLE),
)
# A joint between two others; where the model is sure of both, half as sure is enough in between.
BETWEEN = {
    LEFT_ELBOW: (LEFT_SHOULDER, LEFT_WRIST),
    RIGHT_ELBOW: (RIGHT_SHOULDER, RIGHT_WRIST),
    LEFT_HIP: (LEFT_SHOULDER, LEFT_KNEE),
    RIGHT_HIP: (RIGHT_SHOULDER, RIGHT_KNEE),
    LEFT_KNEE: (LEFT_HIP, LEFT_ANKLE),
    RIGHT_KNEE: (RIGHT_HIP, RIGHT_ANKLE),
}
LEAST_POINTS = 3  # fewer are a mistake of the model rather than somebody


@dataclass(frozen=True)
class Body:
    """Where the points of one person are, as far as the model is sure of them."""

    points: Floats  # (17, 3): x, y, score
    confidence: float

    def has(self, *numbers: int) -> bool:
        return all(number in self.known for number in numbers)

    def at(self, number: int) -> Floats:
        return np.asarray(self.points[number, :2], np.float32)

    def middle(self, *numbers: int) -> Floats | None:
        """The middle of those of the points that are known."""
        known = [self.at(number) for number in numbers if self.has(number)]
        return np.asarray(np.mean(known, axis=0), np.float32) if known else None

    @cached_property
    def known(self) -> list[int]:
        scores = self.points[:, 2]
        sure = {number for number in range(len(COCO_17)) if scores[number] >= self.confidence}
        between = {
            joint
            for joint, ends in BETWEEN.items()
            if sure.issuperset(ends) and scores[joint] >= self.confidence / 2
        }
        return sorted(sure | between)


def bodies(found: KeyPoints, confidence: float) -> list[Body]:
    everybody = [Body(points, confidence) for points in found.points if len(points) == len(COCO_17)]
    return [body for body in everybody if len(body.known) >= LEAST_POINTS]
