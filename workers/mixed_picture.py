"""One picture of everybody in a room: each is decoded once, the grid is encoded once for all who ask for it."""

import asyncio
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
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

Image = np.ndarray[Any, np.dtype[np.uint8]]


class Face:
    """One published picture, a viewer of its stream. ``deliver`` runs on the loop, the rest in the mixer's thread."""

    waiting_frames = 0

    def __init__(self, ask_for_key_frame: Callable[[], None]) -> None:
        self._ask_for_key_frame = ask_for_key_frame
        self._frames: deque[EncodedFrame] = deque()
        self._decoder = VideoDecoder()
        self._wants_key_frame = True
        self._picture: VideoFrame | None = None

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
        self._picture = picture or self._picture
        return to_image(self._picture, "bgr24") if self._picture is not None else None

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
    """Composes a grid ``fps`` times a second, in a thread of its own."""

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
        # In the order in which people came; replaced as a whole on the loop.
        self._faces: dict[str, Face] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mixed-picture", daemon=True)
        self._thread.start()

    def face(self, participant: str, ask_for_key_frame: Callable[[], None]) -> Face:
        if participant not in self._faces:
            self._faces = self._faces | {participant: Face(ask_for_key_frame)}
        return self._faces[participant]

    def keep_only(self, participants: set[str]) -> None:
        self._faces = {who: face for who, face in self._faces.items() if who in participants}

    def close(self) -> None:
        self._closing.set()
        self.output.close()

    # From here on: the thread.

    def _run(self) -> None:
        began = planned = time.monotonic()
        while not self._closing.is_set():
            try:
                image = compose([face.latest() for face in list(self._faces.values())], self.size)
                self.output.publish(self._feed, image, planned - began, "bgr24")
            except Exception:
                logger.exception("A mixed picture is lost")
            planned = max(planned + 1 / self.fps, time.monotonic())
            self._closing.wait(max(0.0, planned - time.monotonic()))


def compose(pictures: list[Image | None], size: tuple[int, int]) -> Image:
    """Return a grid of the pictures, each as large as fits, in their own shape."""
    width, height = size
    grid = np.full((height, width, 3), BACKGROUND, np.uint8)
    columns = math.ceil(math.sqrt(len(pictures))) or 1
    rows = math.ceil(len(pictures) / columns) or 1
    cell = width // columns, height // rows
    for number, picture in enumerate(pictures):
        if picture is not None:
            place(grid, picture, (number % columns * cell[0], number // columns * cell[1]), cell)
    return grid


def place(grid: Image, picture: Image, corner: tuple[int, int], cell: tuple[int, int]) -> None:
    scale = min(cell[0] / picture.shape[1], cell[1] / picture.shape[0])
    width, height = max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale))
    x, y = corner[0] + (cell[0] - width) // 2, corner[1] + (cell[1] - height) // 2
    grid[y : y + height, x : x + width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
