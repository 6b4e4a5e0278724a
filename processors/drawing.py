"""Drawing for built-ins: one accent colour, hairlines, text that stays readable on any picture."""

from typing import TypeAlias

import cv2

from .results import Picture

Colour: TypeAlias = tuple[int, int, int]  # blue, green, red

ACCENT: Colour = (154, 199, 76)
INK: Colour = (236, 240, 241)
QUIET: Colour = (161, 168, 169)
STAGE: Colour = (13, 14, 14)

FONT = cv2.FONT_HERSHEY_DUPLEX
SCRIM_STRENGTH = 0.6  # how much of the picture a scrim covers
PADDING_PIXELS = 6


def draw_box(image: Picture, x: int, y: int, width: int, height: int, text: str = "") -> None:
    """Draw a rectangle with an optional label above its top left corner (inside if there is no room)."""
    cv2.rectangle(image, (x, y), (x + width, y + height), STAGE, 4, cv2.LINE_AA)
    cv2.rectangle(image, (x, y), (x + width, y + height), ACCENT, 2, cv2.LINE_AA)
    if text:
        draw_label(image, text, x, y - 2 * PADDING_PIXELS if y > 30 else y + 24)


def draw_label(image: Picture, text: str, x: int, y: int, scale: float = 0.5, colour: Colour = INK) -> None:
    """Write one line with its left end at (x, y), on a scrim."""
    (width, height), below = cv2.getTextSize(text, FONT, scale, 1)
    darken(image, x, y - height - PADDING_PIXELS, width + 2 * PADDING_PIXELS, height + below + PADDING_PIXELS)
    cv2.putText(image, text, (x + PADDING_PIXELS, y), FONT, scale, colour, 1, cv2.LINE_AA)


def draw_centred(image: Picture, text: str, y: int, scale: float, colour: Colour = INK) -> None:
    """Write one line in the middle of the picture's width; ``y`` is the base line."""
    thickness = max(1, round(scale))
    (width, _), _ = cv2.getTextSize(text, FONT, scale, thickness)
    at = ((image.shape[1] - width) // 2, y)
    cv2.putText(image, text, at, FONT, scale, colour, thickness, cv2.LINE_AA)


def darken(image: Picture, x: int, y: int, width: int, height: int) -> None:
    part = image[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)]
    if part.size:
        cv2.convertScaleAbs(part, part, 1 - SCRIM_STRENGTH)
