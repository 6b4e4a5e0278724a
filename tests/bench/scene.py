"""A picture that costs an encoder and an edge detector about what a camera's picture does.

A room with texture as in nature (amplitude falls with frequency), a person who moves in front of a camera on a desk,
and the noise of its sensor. Made from fixed random numbers: every run sees the same pictures.
"""

import math
from typing import Any

import cv2
import numpy as np

from .counter import BLOCK_ROWS, Plane, write_number

WIDTH, HEIGHT, FRAMES_PER_SECOND = 640, 480, 30
NOISE_LEVEL = 1.6
NOISE_FIELDS = 16
Texture = np.ndarray[Any, np.dtype[np.float32]]


class Scene:
    def __init__(self) -> None:
        random = np.random.default_rng(1)
        self._room = natural_texture(random, WIDTH, HEIGHT, contrast=20)
        furnish(self._room)
        self._skin = natural_texture(random, WIDTH, HEIGHT, contrast=14)
        self._noise = [
            random.normal(0, NOISE_LEVEL, (HEIGHT, WIDTH)).astype(np.float32) for _ in range(NOISE_FIELDS)
        ]

    def i420(self, number: int, frames_per_second: int = FRAMES_PER_SECOND) -> Plane:
        """Return the picture with this number as I420, (height·3/2, width)."""
        seconds = number / frames_per_second
        luma = self._room.copy()
        self._person(luma, seconds)
        luma += self._noise[number * 7 % NOISE_FIELDS]
        planes = np.empty((HEIGHT * 3 // 2, WIDTH), np.uint8)
        planes[:HEIGHT] = np.clip(luma, 16, 235)
        self._colour(planes[HEIGHT:], planes[:HEIGHT])
        write_number(planes[:HEIGHT], number)
        return planes

    def _person(self, luma: Texture, seconds: float) -> None:
        x = int(WIDTH / 2 + 60 * math.sin(0.9 * seconds))
        y = int(HEIGHT * 0.48 + 14 * math.sin(2.1 * seconds))
        mask = np.zeros(luma.shape, np.uint8)
        cv2.ellipse(mask, (x, y + 250), (190, 150), 0, 0, 360, 85, -1)
        cv2.ellipse(mask, (x, y), (85, 115), 6 * math.sin(1.3 * seconds), 0, 360, 150, -1)
        inside = mask > 0
        skin = np.roll(self._skin, (y, x), (0, 1))
        luma[inside] = mask[inside] + skin[inside]
        for side in (-34, 34):
            cv2.circle(luma, (x + side, y - 24), 11, 60, -1, cv2.LINE_AA)
        opening = int(6 + 5 * math.sin(8 * seconds))
        cv2.ellipse(luma, (x, y + 55), (28, opening), 0, 0, 360, 70, -1, cv2.LINE_AA)

    def _colour(self, chroma: Plane, luma: Plane) -> None:
        """Warm where it is light, cool where it is dark, as lamps make it."""
        small = cv2.resize(luma, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
        warm = cv2.blur(small, (9, 9)).astype(np.int16) - 120
        blue, red = chroma[: HEIGHT // 4].reshape(small.shape), chroma[HEIGHT // 4 :].reshape(small.shape)
        blue[:] = np.clip(128 - warm // 5, 90, 160)
        red[:] = np.clip(128 + warm // 6, 90, 160)


def natural_texture(random: np.random.Generator, width: int, height: int, contrast: float) -> Texture:
    """Noise whose amplitude falls with frequency as it does in photographs (about 1/f)."""
    frequency = np.hypot(*np.meshgrid(np.fft.rfftfreq(width), np.fft.fftfreq(height)))
    spectrum = np.fft.rfft2(random.normal(size=(height, width))) / np.maximum(frequency, 2 / width) ** 1.15
    texture = np.fft.irfft2(spectrum, (height, width))
    return (120 + contrast * (texture - texture.mean()) / texture.std()).astype(np.float32)


def furnish(room: Texture) -> None:
    """Things with clear edges: a window, shelves, books."""
    cv2.rectangle(room, (40, BLOCK_ROWS + 60), (190, 260), 205, -1)
    cv2.rectangle(room, (112, BLOCK_ROWS + 60), (118, 260), 60, -1)
    for shelf in range(3):
        top = 110 + 110 * shelf
        cv2.rectangle(room, (480, top), (660, top + 8), 50, -1)
        for book in range(9):
            left = 484 + 19 * book
            shade = 60 + (book * 53 + shelf * 37) % 140
            cv2.rectangle(room, (left, top - 62 + (book * 7) % 20), (left + 15, top - 1), shade, -1)
