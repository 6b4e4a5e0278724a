"""Paints the style pictures: ``python -m processors.assets.make_styles``. Each is a mood of colours and contrast."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from . import STYLES

WIDTH, HEIGHT = 320, 240
JPEG_QUALITY = 85

Colour = tuple[int, int, int]  # red, green, blue: as one reads them in a paint box
Array = np.ndarray[Any, Any]

# Name: colours from the top of the picture to its bottom, how strongly waves mix them, and the strokes' length.
MOODS: dict[str, tuple[Sequence[Colour], float, int]] = {
    "dawn": (((52, 48, 92), (168, 92, 110), (244, 168, 104), (252, 220, 160), (96, 70, 84)), 0.06, 18),
    "sea": (((206, 226, 228), (120, 178, 196), (36, 110, 148), (14, 62, 104), (10, 34, 66)), 0.14, 26),
    "meadow": (((186, 214, 226), (226, 230, 186), (148, 178, 76), (76, 128, 56), (40, 74, 44)), 0.10, 14),
    "ember": (((18, 10, 14), (74, 18, 18), (172, 44, 20), (246, 136, 36), (255, 222, 128)), 0.18, 22),
    "ink": (((244, 240, 230), (214, 208, 196), (150, 146, 140), (74, 74, 78), (22, 24, 30)), 0.22, 30),
    "clay": (((232, 214, 190), (206, 150, 112), (166, 92, 66), (110, 66, 58), (52, 92, 96)), 0.12, 16),
}


def painted(colours: Sequence[Colour], waves: float, length: int, random: np.random.Generator) -> Array:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH] / HEIGHT
    height = rows + waves * (np.sin(9 * columns + 5 * rows) + 0.6 * np.sin(23 * columns - 11 * rows))
    stops = np.linspace(0, 1, len(colours))
    base = np.stack(
        [np.interp(height, stops, [colour[band] for colour in colours]) for band in range(3)], axis=-1
    )
    return with_strokes(base.astype(np.uint8), length, random)


def with_strokes(base: Array, length: int, random: np.random.Generator) -> Array:
    """Go over the picture with short brush strokes, each in the colour below it, a little off."""
    canvas = base.copy()
    for _ in range(2600):
        x, y = int(random.integers(WIDTH)), int(random.integers(HEIGHT))
        angle = 0.9 * np.sin(x / 40) + random.normal(0, 0.25)
        end = int(x + length * np.cos(angle)), int(y + length * np.sin(angle))
        colour = np.clip(base[y, x] + random.normal(0, 12) + random.normal(0, 4, 3), 0, 255)
        cv2.line(canvas, (x, y), end, colour.tolist(), int(random.integers(2, 5)), cv2.LINE_AA)
    return cv2.GaussianBlur(canvas, (3, 3), 0)


def main() -> None:
    for number, (name, (colours, waves, length)) in enumerate(MOODS.items()):
        picture = painted(colours, waves, length, np.random.default_rng(number))
        options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        cv2.imwrite(str(STYLES / f"{name}.jpg"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)


if __name__ == "__main__":
    main()
