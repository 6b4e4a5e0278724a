"""Stills for the cards of tasks: drawn by the tasks' own code on our own samples, with answers written out here.

A card hangs before its model is installed, and a web process never opens one.
"""

from collections.abc import Callable

import cv2
import numpy as np

from .drawing import ACCENT, INK, QUIET, STAGE, draw_label
from .made_voice import CYCLE_SECONDS, PAUSE_SECONDS, spoken
from .parameters import bgr
from .results import Picture
from .tasks.body import Body
from .tasks.figure import draw_figure
from .tasks.found_boxes import Found, draw
from .tasks.skeleton import draw_skeleton

WIDTH, HEIGHT = 640, 360
# Somebody who runs, in pixels of a card and in the order of COCO.
RUNNER = [
    *[(372, 78), (372, 70), (362, 70), (366, 76), (350, 76)],
    *[(352, 132), (318, 128), (398, 166), (262, 150), (440, 132), (240, 206)],
    *[(322, 216), (292, 214), (392, 240), (262, 268), (378, 318), (192, 286)],
]
STREET = (
    Found("person", 0.94, 358, 82, 86, 218),
    Found("person", 0.91, 486, 94, 70, 202),
)
FACE = Found("Face 1", 0.99, 222, 92, 188, 240, ((277, 184), (358, 184), (312, 238), (286, 280), (352, 280)))
LIKELIEST = (("person", 0.92), ("potted plant", 0.05), ("chair", 0.02))
CELLS = 520
RATE, BARS = 16000, 48


def task_still(key: str, portrait: Picture, street: Picture) -> Picture:
    """Return a BGR picture of the size of a card."""
    return DRAWN[key](street.copy() if key == "object-detection" else portrait.copy())


def found_things(picture: Picture) -> Picture:
    draw(picture, STREET)
    return picture


def found_face(picture: Picture) -> Picture:
    draw(picture, [FACE])
    return picture


def pictogram(picture: Picture) -> Picture:
    card = np.full_like(picture, 255)
    draw_figure(card, runner(), bgr("#0a2a7a"), (255, 255, 255))
    return card


def skeleton(picture: Picture) -> Picture:
    card = np.full_like(picture, STAGE)
    draw_skeleton(card, runner(), 6)
    return card


def runner() -> Body:
    return Body(np.array([(x, y, 1.0) for x, y in RUNNER], np.float32), confidence=0.5)


def mosaic(picture: Picture) -> Picture:
    """Cells around random points, each in its mean colour, with dark joints."""
    points = np.random.default_rng(7).uniform((0, 0), (WIDTH, HEIGHT), (CELLS, 2)).astype(int)
    seeds = np.full((HEIGHT, WIDTH), 255, np.uint8)
    seeds[points[:, 1], points[:, 0]] = 0
    _, cells = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)
    counts = np.maximum(np.bincount(cells.ravel()), 1)
    means = [np.bincount(cells.ravel(), picture[..., channel].ravel()) / counts for channel in range(3)]
    tiles: Picture = np.stack(means, axis=1)[cells].astype(np.uint8)
    joints = cv2.morphologyEx(cells.astype(np.float32), cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)) > 0
    tiles[joints] = tiles[joints] // 4
    return tiles


def without_room(picture: Picture) -> Picture:
    """The room behind the person is blurred; who is in front is found by colour alone."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    start = (150, 4, 330, HEIGHT - 5)
    cv2.grabCut(picture, mask, start, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_RECT)
    found = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    outlines, _ = cv2.findContours(found, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    person = cv2.drawContours(np.zeros((HEIGHT, WIDTH), np.float32), outlines, -1, 1.0, -1)
    weights = np.asarray(cv2.blur(cv2.erode(person, np.ones((5, 5))), (7, 7)), np.float32)
    return cv2.blendLinear(picture, np.full_like(picture, bgr("#1d6f5f")), weights, 1 - weights)


def likeliest(picture: Picture) -> Picture:
    for index, (name, share) in enumerate(LIKELIEST):
        top = HEIGHT - 96 + 30 * index
        draw_label(picture, f"{name} {share:.0%}", 16, top + 8, colour=INK)
        cv2.rectangle(picture, (190, top - 4), (190 + round(400 * share), top + 8), ACCENT, -1, cv2.LINE_AA)
    return picture


def speech(picture: Picture) -> Picture:
    """A made voice as bars; those of the pause are grey and short."""
    card = np.full_like(picture, STAGE)
    parts = np.array_split(spoken(RATE, 0, CYCLE_SECONDS)[0], BARS)
    voiced = BARS * (1 - PAUSE_SECONDS / CYCLE_SECONDS)
    for number, part in enumerate(parts):
        x, half = (
            40 + round(number * 560 / (BARS - 1)),
            max(4, round(float(np.abs(part).max()) * HEIGHT * 0.8)),
        )
        colour = ACCENT if number < voiced else QUIET
        cv2.line(card, (x, HEIGHT // 2 - half), (x, HEIGHT // 2 + half), colour, 5, cv2.LINE_AA)
    return card


DRAWN: dict[str, Callable[[Picture], Picture]] = {
    "object-detection": found_things,
    "style-transfer": mosaic,
    "pictogram": pictogram,
    "pose": skeleton,
    "background": without_room,
    "face-detection": found_face,
    "classification": likeliest,
    "voice-activity": speech,
}
