"""One picture of everybody in a room: each is decoded once, the whole is encoded once for all who ask for it.

Faces stand in a grid; while somebody shares a screen it is large, and the faces stand beside it.
"""

import asyncio
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence, Set
from concurrent.futures import Executor
from typing import Any

import cv2
import numpy as np
from av import VideoFrame

from .frames import EncodedFrame, take_oldest
from .host_encoders import HostEncoders
from .outgoing import Feed, OutgoingVideo
from .video_codecs import UndecodableFrame, VideoDecoder, to_image

logger = logging.getLogger(__name__)

BACKLOG_FRAMES = 30
BACKGROUND = 24
# A mixed picture's bit rate, in bit/s for each pixel and frame.
BITS_PER_PIXEL = 0.12
# What shared screens get of the width.
SCREEN_SHARE = 0.75
# The usual shape of a camera's picture: the grid that shows it largest is taken.
USUAL_SHAPE = (4, 3)

Image = np.ndarray[Any, np.dtype[np.uint8]]


class Face:
    """One published picture, a viewer of its stream. ``deliver`` runs on the loop, the rest in the mixer's thread."""

    waiting_frames = 0

    def __init__(self, ask_for_key_frame: Callable[[], None]) -> None:
        self._ask_for_key_frame = ask_for_key_frame
        self._frames: deque[EncodedFrame] = deque()
        self._decoder = VideoDecoder()
        self._wants_key_frame = True
        self._image: Image | None = None

    def deliver(self, frame: EncodedFrame) -> None:
        if len(self._frames) >= BACKLOG_FRAMES:
            self._frames.clear()
            self._wants_key_frame = True
        self._frames.append(frame)

    def begin_anew(self) -> None:
        self._frames.clear()

    def latest(self) -> Image | None:
        """Return the newest picture; the one before while none has come."""
        picture = None
        while (frame := take_oldest(self._frames)) is not None:
            picture = self._decode(frame) or picture
        if picture is not None:
            self._image = to_image(picture, "bgr24")
        return self._image

    def _decode(self, frame: EncodedFrame) -> VideoFrame | None:
        if self._wants_key_frame and not frame.is_key:
            self._ask_for_key_frame()
            return None
        self._wants_key_frame = False
        try:
            return self._decoder.decode(frame)
        except UndecodableFrame:
            self._wants_key_frame = True
            return None


class MixedPicture:
    """Composes a picture ``fps`` times a second, in a thread of its own."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        codec_pool: Executor,
        size: tuple[int, int],
        fps: int,
        encoders: HostEncoders | None = None,
    ) -> None:
        self.size, self.fps = size, fps
        bit_rate = int(size[0] * size[1] * fps * BITS_PER_PIXEL)
        self.output = OutgoingVideo(loop, codec_pool, bit_rate, encoders=encoders)
        self.output.count_frames_by(max(1, round(30 / fps)))
        self._feed = Feed("mix")
        self.output.switch_to(self._feed)
        # By participant and source, in the order in which they came; replaced as a whole on the loop.
        self._faces: dict[tuple[str, str], Face] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mixed-picture", daemon=True)
        self._thread.start()

    def face(self, key: tuple[str, str], ask_for_key_frame: Callable[[], None]) -> Face:
        if key not in self._faces:
            self._faces = self._faces | {key: Face(ask_for_key_frame)}
        return self._faces[key]

    def keep_only(self, keys: Set[tuple[str, str]]) -> None:
        self._faces = {key: face for key, face in self._faces.items() if key in keys}

    def close(self) -> None:
        self._closing.set()
        self.output.close()

    # From here on: the thread.

    def _run(self) -> None:
        began = planned = time.monotonic()
        while not self._closing.is_set():
            try:
                self.output.publish(self._feed, self._compose(), planned - began, "bgr24")
            except Exception:
                logger.exception("A mixed picture is lost")
            planned = max(planned + 1 / self.fps, time.monotonic())
            self._closing.wait(max(0.0, planned - time.monotonic()))

    def _compose(self) -> Image:
        latest = [(source, face.latest()) for (_, source), face in self._faces.items()]
        screens = [image for source, image in latest if source == "screen"]
        return compose([image for source, image in latest if source != "screen"], self.size, screens)


def compose(faces: list[Image | None], size: tuple[int, int], screens: Sequence[Image | None] = ()) -> Image:
    """Return all in one picture, each as large as fits, in their own shape."""
    width, height = size
    whole = np.full((height, width, 3), BACKGROUND, np.uint8)
    split = int(width * SCREEN_SHARE) if screens and faces else width if screens else 0
    arrange(whole[:, :split], screens)
    arrange(whole[:, split:], faces)
    return whole


def arrange(area: Image, pictures: Sequence[Image | None]) -> None:
    """Put the pictures into a grid that fills the area."""
    if not pictures:
        return
    columns = columns_for(len(pictures), area.shape[1], area.shape[0])
    cell = area.shape[1] // columns, area.shape[0] // math.ceil(len(pictures) / columns)
    for number, picture in enumerate(pictures):
        if picture is not None:
            place(area, picture, (number % columns * cell[0], number // columns * cell[1]), cell)


def columns_for(count: int, width: int, height: int) -> int:
    """Return how many pictures side by side are shown largest."""

    def scale(columns: int) -> float:
        rows = math.ceil(count / columns)
        return min(width / columns / USUAL_SHAPE[0], height / rows / USUAL_SHAPE[1])

    return max(range(1, count + 1), key=scale)


def place(grid: Image, picture: Image, corner: tuple[int, int], cell: tuple[int, int]) -> None:
    scale = min(cell[0] / picture.shape[1], cell[1] / picture.shape[0])
    width, height = max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale))
    x, y = corner[0] + (cell[0] - width) // 2, corner[1] + (cell[1] - height) // 2
    grid[y : y + height, x : x + width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
