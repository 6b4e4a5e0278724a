from typing import Any

import cv2
import numpy as np

from ..inference.decoded import KeyPoints
from ..inference.labels import COCO_17
from ..inference.placement import Floats
from ..parameters import FloatParameter, SwitchParameter
from ..results import Number, Picture, Result, Table
from .body import Body, bodies
from .model_task import ModelTask
from .several_people import each_alone
from .skeleton import draw_skeleton
from .steady import SteadyPoints

LINE_SHARE = 160  # lines are this part of the picture's longer side
REACH_SHARE = 40  # as far beside a person a joint may lie
LEAST_PERSON = 0.5  # probability that a pixel shows somebody


class PoseTask(ModelTask):
    """Finds the joints of people; common to all tasks that draw them."""

    model_tasks = ("keypoints",)
    results = {"people": Number("People")}

    confidence = FloatParameter(
        "Confidence", default=0.5, step=0.05, help="Joints of which the model is less sure are left out."
    )

    def start(self) -> None:
        self.steady = SteadyPoints()

    def reset(self) -> None:
        self.steady.forget()

    def people(self, image: Picture) -> list[Body]:
        found = each_alone(image, self._look(image), self._look)
        if not len(found):
            self.steady.forget()
            return []
        points = self.steady.steadied(on_somebody(found))
        return bodies(KeyPoints(points, found.scores), self.confidence)

    def _look(self, image: Picture) -> KeyPoints:
        threshold = min(self.confidence, self.shared.spec.threshold)
        found: KeyPoints = self.shared.infer(image, threshold=threshold)
        return found


def on_somebody(found: KeyPoints) -> Floats:
    """Return the points; those beside everybody, where the model also says where people are, with a score of 0."""
    points = np.array(found.points, np.float32)
    if found.mask is None:
        return points
    height, width = found.mask.shape
    reach = 2 * (max(height, width) // REACH_SHARE) + 1
    near = cv2.dilate(found.mask, np.ones((reach, reach), np.uint8))
    columns = points[..., 0].clip(0, width - 1).astype(int)
    rows = points[..., 1].clip(0, height - 1).astype(int)
    points[..., 2] *= near[rows, columns] >= LEAST_PERSON
    return points


class Pose(PoseTask):
    """Draws the skeleton of everybody it finds into the picture: one side of the body green, the other orange."""

    label = "Pose"
    results = {
        "people": Number("People"),
        "joints": Table("Joints", columns=("Person", "Joint", "Left", "Top", "Score"), labels=COCO_17),
    }

    plain = SwitchParameter("Skeleton only", help="On a dark ground instead of the picture.")

    def process(self, image: Picture) -> Result:
        people = self.people(image)
        shown = np.full_like(image, 14) if self.plain else image
        thickness = max(2, round(max(image.shape[:2]) / LINE_SHARE))
        for body in people:
            draw_skeleton(shown, body, thickness)
        return Result(image=shown, data={"people": len(people), "joints": rows(people)})


def rows(people: list[Body]) -> list[list[Any]]:
    return [
        [number, COCO_17[joint], *(round(float(side)) for side in body.at(joint)), score_of(body, joint)]
        for number, body in enumerate(people, start=1)
        for joint in body.known
    ]


def score_of(body: Body, joint: int) -> float:
    return round(float(body.points[joint, 2]), 2)
