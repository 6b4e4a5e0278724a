"""The picture in front of the tests' cameras: shapes with clear edges and, in the top rows, its own number.

Eight blocks carry seven bits and an odd parity bit: black or white, so that they survive any codec, and a
uniform picture never reads as a number.
"""

import base64
import json
import wave
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

WIDTH, HEIGHT, FRAMES_PER_SECOND = 640, 480, 30
NUMBERS = 128  # the number of a frame counts from 0 and starts again after these
BLOCKS = 8
BLOCK_ROWS = 48
SCENE_TOP = 64  # below here the picture is the same in every frame
BLACK, WHITE, GROUND = 24, 228, 64  # values of Y, video range
TONE_HERTZ = 440
SAMPLE_RATE = 48000


def luma(number: int) -> Plane:
    """The Y plane of the frame with this number."""
    plane = _shapes()
    for block, bit in enumerate(_bits(number)):
        left, right = block * WIDTH // BLOCKS, (block + 1) * WIDTH // BLOCKS
        plane[:BLOCK_ROWS, left:right] = WHITE if bit else BLACK
    return plane


def write_camera(path: Path) -> None:
    """A y4m film for Chromium's fake camera; it plays in a loop."""
    chroma = np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8).tobytes() * 2
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(NUMBERS):
            film.write(b"FRAME\n" + luma(number).tobytes() + chroma)


def write_microphone(path: Path) -> None:
    """One second of a tone at a quarter of full scale, for Chromium's fake microphone; it plays in a loop."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tone = (0.25 * 32767 * np.sin(2 * np.pi * TONE_HERTZ * time)).astype("<i2")
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(tone.tobytes())


def as_script() -> str:
    """The scene for a canvas, as ``const SCENE = {...}`` with a PNG in the canvas's full range."""
    full_range = np.clip((luma(0).astype(np.float64) - 16) * 255 / 219, 0, 255).round().astype(np.uint8)
    _, png = cv2.imencode(".png", full_range)
    scene = {
        "png": base64.b64encode(png.tobytes()).decode(),
        "width": WIDTH,
        "height": HEIGHT,
        "rate": FRAMES_PER_SECOND,
        "numbers": NUMBERS,
        "blockRows": BLOCK_ROWS,
        "black": round((BLACK - 16) * 255 / 219),
        "white": round((WHITE - 16) * 255 / 219),
    }
    return f"const SCENE = {json.dumps(scene)};"


def _shapes() -> Plane:
    plane = np.full((HEIGHT, WIDTH), GROUND, np.uint8)
    cv2.rectangle(plane, (60, 120), (240, 250), 220, -1)
    cv2.rectangle(plane, (110, 160), (190, 210), 90, -1)
    cv2.circle(plane, (420, 190), 80, 200, -1)
    cv2.circle(plane, (420, 190), 36, 70, -1)
    cv2.fillConvexPoly(plane, np.array([(90, 430), (170, 290), (260, 430)]), 190)
    # Two soft steps: seen with low thresholds only, so that a threshold visibly acts.
    cv2.rectangle(plane, (330, 310), (450, 430), GROUND + 22, -1)
    cv2.rectangle(plane, (480, 310), (600, 430), GROUND + 160, -1)
    return plane


def _bits(number: int) -> list[int]:
    bits = [(number >> bit) & 1 for bit in range(7)]
    return [*bits, 1 - sum(bits) % 2]
