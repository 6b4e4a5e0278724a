"""A person as a pictogram: a disc for the head, a rounded trunk, limbs that taper, and a gap between the parts."""

from collections.abc import Sequence

import cv2
import numpy as np

from ..drawing import Colour
from ..inference.placement import Floats
from ..results import Picture
from .body import (
    ARMS,
    FACE,
    LEFT_EAR,
    LEFT_EYE,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEGS,
    RIGHT_EAR,
    RIGHT_EYE,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    Body,
)
from .skeleton import SHIFT, dot, fixed

# All in units of the width of the shoulders.
HEAD = 0.42
NECK = 0.14  # what must stay free between head and trunk
TRUNK_RIM = 0.13
TRUNK_LENGTH = 1.5
GAP = 0.075
SPLINTER = 0.12
ARM = (0.2, 0.17, 0.13)  # half the thickness at shoulder, elbow and wrist
LEG = (0.26, 0.21, 0.15)
SMALLEST_UNIT_PIXELS = 12.0
# What is drawn on the stencil: its first channel is the figure, its second what the figure and its gaps cover.
PART: Colour = (255, 255, 0)
FREE: Colour = (0, 255, 0)


def draw_figure(image: Picture, body: Body, ink: Colour, ground: Colour) -> None:
    """Lay the figure, with a gap around each of its parts, over the picture."""
    unit = unit_of(body)
    stencil = np.zeros((*image.shape[:2], 3), np.uint8)
    for leg in LEGS:
        draw_limb(stencil, body, leg, [unit * part for part in LEG], unit * GAP)
    draw_trunk(stencil, body, unit)
    draw_head(stencil, body, unit)
    for arm in ARMS:
        draw_limb(stencil, body, arm, [unit * part for part in ARM], unit * GAP)
    lay(image, stencil[..., 1], ground)
    lay(image, swept(stencil[..., 0], unit), ink)


def swept(mask: Picture, unit: float) -> Picture:
    """Splinters are left where parts almost cover each other; nobody would cut them out of paper."""
    size = max(3, round(unit * SPLINTER))
    return cv2.morphologyEx(mask, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))


def lay(image: Picture, mask: Picture, colour: Colour) -> None:
    weights = mask.astype(np.float32) / 255
    image[:] = cv2.blendLinear(np.full_like(image, colour), image, weights, 1 - weights)


def unit_of(body: Body) -> float:
    """The width of the shoulders as seen from the front, also of somebody who stands sideways."""
    guesses = [
        distance(body, LEFT_SHOULDER, RIGHT_SHOULDER),
        distance(body, LEFT_SHOULDER, LEFT_HIP) * 0.66,
        distance(body, RIGHT_SHOULDER, RIGHT_HIP) * 0.66,
    ]
    # A face alone says less: ears are often guessed.
    return max(*guesses, SMALLEST_UNIT_PIXELS) if any(guesses) else face_unit(body)


def face_unit(body: Body) -> float:
    widest = max(distance(body, LEFT_EAR, RIGHT_EAR), 1.6 * distance(body, LEFT_EYE, RIGHT_EYE))
    return max(widest * 1.6, SMALLEST_UNIT_PIXELS)


def distance(body: Body, start: int, end: int) -> float:
    return float(np.linalg.norm(body.at(start) - body.at(end))) if body.has(start, end) else 0.0


def draw_head(stencil: Picture, body: Body, unit: float) -> None:
    centre = head_of(body, unit)
    if centre is None:
        return
    dot(stencil, centre, unit * (HEAD + GAP), FREE)
    dot(stencil, centre, unit * HEAD, PART)


def draw_ring(image: Picture, body: Body, thickness: int, ink: Colour) -> None:
    """The head of a skeleton."""
    unit = unit_of(body)
    centre = head_of(body, unit)
    if centre is not None:
        radius = round(unit * HEAD * (1 << SHIFT))
        cv2.circle(image, fixed(centre), radius, ink, thickness, cv2.LINE_AA, SHIFT)


def head_of(body: Body, unit: float) -> Floats | None:
    """Between the ears, and far enough from the shoulders that a neck is seen."""
    both_ears = body.has(LEFT_EAR, RIGHT_EAR)
    centre = body.middle(LEFT_EAR, RIGHT_EAR) if both_ears else body.middle(*FACE)
    shoulders = body.middle(LEFT_SHOULDER, RIGHT_SHOULDER)
    if centre is None or shoulders is None:
        return centre
    away = centre - shoulders
    length = float(np.linalg.norm(away))
    least = unit * (HEAD + NECK + TRUNK_RIM)
    if length >= least or length == 0:
        return centre
    return np.asarray(shoulders + away * (least / length), np.float32)


def draw_trunk(stencil: Picture, body: Body, unit: float) -> None:
    corners = trunk_of(body, unit)
    if corners is None:
        return
    for rim, colour in ((TRUNK_RIM + GAP, FREE), (TRUNK_RIM, PART)):
        for corner, following in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            taper(stencil, (corner, following), (unit * rim, unit * rim), colour)
        fill(stencil, corners, colour)


def trunk_of(body: Body, unit: float) -> Floats | None:
    """Shoulders and hips, moved inwards by the rim; a trunk that leaves the picture goes on straight down."""
    if not body.has(LEFT_SHOULDER, RIGHT_SHOULDER):
        return None
    left, right = body.at(LEFT_SHOULDER), body.at(RIGHT_SHOULDER)
    hips = hips_of(body, left, right, unit)
    corners = np.stack([left, right, hips[1], hips[0]])
    middle = corners.mean(axis=0)
    away = corners - middle
    lengths = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-3)
    inward = np.minimum(unit * TRUNK_RIM / lengths, 0.8)
    return np.asarray(corners - away * inward, np.float32)


def hips_of(body: Body, left: Floats, right: Floats, unit: float) -> tuple[Floats, Floats]:
    if body.has(LEFT_HIP, RIGHT_HIP):
        return body.at(LEFT_HIP), body.at(RIGHT_HIP)
    down = np.array([0, unit * TRUNK_LENGTH], np.float32)
    middle = (left + right) / 2
    return middle + (left - middle) * 0.7 + down, middle + (right - middle) * 0.7 + down


def draw_limb(
    stencil: Picture, body: Body, joints: Sequence[int], radii: Sequence[float], gap: float
) -> None:
    """As far as the joints are known: a lower leg also without its hip."""
    bones = [index for index in range(len(joints) - 1) if body.has(joints[index], joints[index + 1])]
    for wider, colour in ((gap, FREE), (0.0, PART)):
        for index in bones:
            ends = body.at(joints[index]), body.at(joints[index + 1])
            taper(stencil, ends, (radii[index] + wider, radii[index + 1] + wider), colour)


def taper(image: Picture, ends: tuple[Floats, Floats], radii: tuple[float, float], colour: Colour) -> None:
    """Two discs and what lies between their outer tangents."""
    start, end = ends
    dot(image, start, radii[0], colour)
    dot(image, end, radii[1], colour)
    length = float(np.linalg.norm(end - start))
    if length <= abs(radii[0] - radii[1]) or length < 1e-3:
        return
    along = (end - start) / length
    across = np.array([-along[1], along[0]], np.float32)
    lean = (radii[0] - radii[1]) / length
    upright = np.sqrt(1 - lean * lean)
    sides = [along * lean + across * upright, along * lean - across * upright]
    corners = [start + sides[0] * radii[0], end + sides[0] * radii[1]]
    corners += [end + sides[1] * radii[1], start + sides[1] * radii[0]]
    fill(image, np.stack(corners), colour)


def fill(image: Picture, corners: Floats, colour: Colour) -> None:
    polygon = np.array([fixed(corner) for corner in corners], np.int32)
    cv2.fillPoly(image, [polygon], colour, cv2.LINE_AA, SHIFT)
