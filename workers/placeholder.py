"""The picture shown instead of the input while a processor that hides people is not ready: a calm, empty stage."""

import cv2
import numpy as np

from .video_codecs import Image

STAGE = (13, 14, 14)
LINE = (95, 96, 100)


def draw_placeholder(width: int, height: int) -> Image:
    """Return a dark (height, width, 3) BGR picture with a crossed-out eye, made of nothing but these numbers."""
    image = np.full((height, width, 3), STAGE, np.uint8)
    centre, unit = (width // 2, height // 2), max(min(width, height) // 12, 4)
    thickness = max(unit // 8, 1)
    cv2.ellipse(image, centre, (2 * unit, unit), 0, 0, 360, LINE, thickness, cv2.LINE_AA)
    cv2.circle(image, centre, unit // 2, LINE, thickness, cv2.LINE_AA)
    begin, end = (centre[0] - 2 * unit, centre[1] + unit), (centre[0] + 2 * unit, centre[1] - unit)
    cv2.line(image, begin, end, LINE, thickness, cv2.LINE_AA)
    return image
