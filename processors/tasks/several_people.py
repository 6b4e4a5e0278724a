"""Models that know one body at a time, and a map of everybody: each person is looked at alone, cut out by the map."""

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np

from ..inference.decoded import KeyPoints, Numbers
from ..inference.placement import Floats
from ..results import Picture

MOST_PEOPLE = 3  # each costs a run of the model
LEAST_PERSON = 0.5  # probability that a pixel shows somebody
CORE = 0.85  # where it is surest: people who hold hands are apart there
CORES_LOOKED_AT = 8
SMALLEST_SHARE = 0.2  # of the largest core's area: smaller ones are no people
OVERLAP_SHARE = 0.3  # of the narrower one, seen from above
MARGIN_SHARE = 0.12  # around a person, so that hands and feet are not cut off

Look = Callable[[Picture], KeyPoints]


Box = tuple[int, int, int, int]  # left, top, right, bottom


def each_alone(image: Picture, found: KeyPoints, look: Look) -> KeyPoints:
    """Return what was found, or what is found in the parts if several people stand beside each other."""
    boxes = [] if found.mask is None or len(found) != 1 else apart(found.mask)
    if len(boxes) < 2:
        return found
    seen = [seen_alone(image, box, look) for box in boxes]
    points, scores = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    return KeyPoints(points, scores, mask=found.mask)


def seen_alone(image: Picture, box: Box, look: Look) -> tuple[Floats, Floats]:
    """The cut-out has grey around it in the picture's shape, because models stretch what they get."""
    left, top, right, bottom = box
    rows, columns = bottom - top, right - left
    height = max(rows, round(columns * image.shape[0] / image.shape[1]))
    width = max(columns, round(rows * image.shape[1] / image.shape[0]))
    across, down = (width - columns) // 2, (height - rows) // 2
    canvas = np.full((height, width, 3), 127, np.uint8)
    canvas[down : down + rows, across : across + columns] = image[top:bottom, left:right]
    found = look(canvas)
    return found.points + np.array([left - across, top - down, 0], np.float32), found.scores


def apart(mask: Floats) -> list[Box]:
    """Return a box for each person of the map, from left to right so that people keep their number.

    They end half-way between each other, so that nobody has an arm or an ear of his neighbour's.
    """
    _, _, spots, _ = cv2.connectedComponentsWithStats((mask >= CORE).astype(np.uint8))
    cores = sorted((spots[number] for number in beside_each_other(spots)), key=lambda spot: int(spot[0]))
    between = [int(one[0] + one[2] + other[0]) // 2 for one, other in pairwise(cores)]
    return [box_between(mask, start, end) for start, end in pairwise([0, *between, mask.shape[1]])]


def box_between(mask: Floats, start: int, end: int) -> Box:
    left, top, width, height = cv2.boundingRect((mask[:, start:end] >= LEAST_PERSON).astype(np.uint8))
    around = round(MARGIN_SHARE * max(width, height))
    right, bottom = min(start + left + width + around, end), min(top + height + around, mask.shape[0])
    return max(start, start + left - around), max(0, top - around), right, bottom


def beside_each_other(spots: Numbers) -> list[int]:
    """Return the largest cores; one above another is the same person, with a belt or an arm in between."""
    areas = spots[:, cv2.CC_STAT_AREA]
    order = [int(number) for number in np.argsort(-areas) if number > 0]
    chosen: list[int] = []
    for number in order[:CORES_LOOKED_AT]:
        large = areas[number] >= SMALLEST_SHARE * areas[order[0]]
        if large and all(is_beside(spots[number], spots[other]) for other in chosen):
            chosen.append(number)
    return chosen[:MOST_PEOPLE]


def is_beside(spot: Numbers, other: Numbers) -> bool:
    left, right = max(spot[0], other[0]), min(spot[0] + spot[2], other[0] + other[2])
    return bool(right - left < OVERLAP_SHARE * min(spot[2], other[2]))
