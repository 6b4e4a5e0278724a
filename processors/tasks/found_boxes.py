"""Found things as rows of a table and as boxes, for tasks that find things."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2

from ..drawing import ACCENT, STAGE, draw_box
from ..inference.decoded import Detections
from ..results import Picture, Table, box

COLUMNS = ("Class", "Score", "Left", "Top", "Width", "Height")
MOST_FOUND = 100  # more say nothing, and would not fit into one message to the page


class Found(NamedTuple):
    """One thing, in whole pixels inside the picture."""

    label: str
    score: float
    x: int
    y: int
    width: int
    height: int
    points: tuple[tuple[float, float], ...] = ()


def found_in(image: Picture, detections: Detections, names: Sequence[str]) -> list[Found]:
    """Return the best finds, each cut to the picture."""
    height, width = image.shape[:2]
    found = []
    for index in range(min(len(detections), MOST_FOUND)):
        left, top, right, bottom = (float(side) for side in detections.boxes[index])
        left, right = clipped(left, width), clipped(right, width)
        top, bottom = clipped(top, height), clipped(bottom, height)
        place = round(left), round(top), round(right - left), round(bottom - top)
        score = float(detections.scores[index])
        found.append(Found(names[index], score, *place, landmarks(detections, index)))
    return found


def clipped(side: float, most: int) -> float:
    return min(max(side, 0.0), float(most))


def landmarks(detections: Detections, index: int) -> tuple[tuple[float, float], ...]:
    if detections.points is None:
        return ()
    return tuple((float(x), float(y)) for x, y, *_ in detections.points[index])


def rows(found: Sequence[Found]) -> list[list[Any]]:
    return [[each.label, round(each.score, 2), each.x, each.y, each.width, each.height] for each in found]


def boxes(image: Picture, found: Sequence[Found]) -> list[dict[str, Any]]:
    return [
        box(image, each.x, each.y, each.width, each.height, each.label, each.score, each.points)
        for each in found
    ]


def draw(image: Picture, found: Sequence[Found]) -> None:
    """Draw from the least certain to the most, so that good labels lie on top."""
    for each in reversed(found):
        draw_box(image, each.x, each.y, each.width, each.height, f"{each.label} {each.score:.0%}")
        for x, y in each.points:
            cv2.circle(image, (round(x), round(y)), 4, STAGE, -1, cv2.LINE_AA)
            cv2.circle(image, (round(x), round(y)), 3, ACCENT, -1, cv2.LINE_AA)


def table(labels: Sequence[str]) -> Table:
    return Table("Found", columns=COLUMNS, labels=tuple(labels))
