"""Bones as lines and joints as dots; left and right differ, so that one sees who turned round."""

import cv2

from ..drawing import ACCENT, INK, STAGE, Colour
from ..inference.placement import Floats
from ..results import Picture
from .body import BONES, FACE, LEFT_ANKLE, Body

LEFT: Colour = ACCENT
RIGHT: Colour = (77, 171, 242)
MIDDLE: Colour = INK
SHIFT = 4  # OpenCV draws between pixels with this many fractional bits


def draw_skeleton(image: Picture, body: Body, thickness: int) -> None:
    """In three colours with a dark rim, which stand out from any picture."""
    bones = [bone for bone in BONES if body.has(*bone)]
    for start, end in bones:
        line(image, body.at(start), body.at(end), STAGE, thickness + 3)
    for start, end in bones:
        line(image, body.at(start), body.at(end), side_of(start, end), thickness)
    for number in body.known:
        dot(image, body.at(number), thickness * 0.9, INK)


def draw_bones(image: Picture, body: Body, thickness: int, colour: Colour) -> None:
    """In one colour on plain ground, without the small bones of the face, which would be a blot."""
    for start, end in BONES:
        if start not in FACE and body.has(start, end):
            line(image, body.at(start), body.at(end), colour, thickness)
    for number in body.known:
        if number not in FACE:
            dot(image, body.at(number), thickness * 0.9, colour)


def side_of(start: int, end: int) -> Colour:
    """Odd numbers are on the left side of the body, even ones on the right; the nose is in the middle."""
    if start > 0 and start % 2 == end % 2 and end <= LEFT_ANKLE + 1:
        return LEFT if start % 2 else RIGHT
    return MIDDLE


def line(image: Picture, start: Floats, end: Floats, colour: Colour, thickness: int) -> None:
    cv2.line(image, fixed(start), fixed(end), colour, thickness, cv2.LINE_AA, SHIFT)


def dot(image: Picture, centre: Floats, radius: float, colour: Colour) -> None:
    cv2.circle(image, fixed(centre), round(radius * (1 << SHIFT)), colour, -1, cv2.LINE_AA, SHIFT)


def fixed(point: Floats) -> tuple[int, int]:
    return round(float(point[0]) * (1 << SHIFT)), round(float(point[1]) * (1 << SHIFT))
