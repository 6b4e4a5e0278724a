from collections.abc import Callable, Iterable
from typing import TypeAlias

import cv2
import numpy as np

from ..base import VideoProcessor
from ..drawing import ACCENT, draw_label
from ..parameters import SwitchParameter
from ..results import Boxes, Picture, Result, Text, box

Read: TypeAlias = Callable[[Picture], Iterable[tuple[str, Picture]]]

SHOWN_CHARACTERS = 40
REPEAT_SECONDS = 3.0  # a code that stays in view is reported once; after this pause it counts as new


class QrReader(VideoProcessor):
    """Reads the QR codes that you hold into the camera (``cv2.QRCodeDetector``)."""

    label = "QR reader"
    results = {
        "text": Text("Read so far", accumulate="append", keep=20),
        "boxes": Boxes("Codes"),
    }

    draw = SwitchParameter(
        "Draw boxes into the picture",
        help="So that they are in snapshots, too; otherwise the page draws them over the picture.",
    )

    def start(self) -> None:
        self.detector = cv2.QRCodeDetector()
        self.last_seen: dict[str, float] = {}

    def reset(self) -> None:
        self.last_seen = {}

    def process(self, image: Picture) -> Result:
        codes = self._read(image)
        boxes = [box(image, *rectangle(corners), label=text) for text, corners in codes]
        new = [text for text, _ in codes if self._is_new(text)]
        for text, corners in codes if self.draw else []:
            draw_code(image, text, corners)
        told = {"text": "\n".join(new)} if new else {}
        return Result(image=image, data={"boxes": [] if self.draw else boxes, **told})

    def _read(self, image: Picture) -> list[tuple[str, Picture]]:
        """Several codes at once first; alone, the detector also reads smaller ones."""
        return self._attempt(self._several, image) or self._attempt(self._single, image)

    def _attempt(self, read: Read, image: Picture) -> list[tuple[str, Picture]]:
        try:
            return [(text, corners.reshape(4, 2)) for text, corners in read(image) if text]
        except cv2.error:  # OpenCV asserts on some corners that cannot be a code: there is none
            return []

    def _several(self, image: Picture) -> Iterable[tuple[str, Picture]]:
        is_found, texts, corners, _ = self.detector.detectAndDecodeMulti(image)
        return zip(texts, np.asarray(corners).astype(np.int32), strict=False) if is_found else []

    def _single(self, image: Picture) -> Iterable[tuple[str, Picture]]:
        text, corners, _ = self.detector.detectAndDecode(image)
        return [(text, np.asarray(corners).astype(np.int32))] if text else []

    def _is_new(self, text: str) -> bool:
        before = self.last_seen.get(text, float("-inf"))
        self.last_seen = {kept: at for kept, at in self.last_seen.items() if self.frame_time - at < 60}
        self.last_seen[text] = self.frame_time
        return not 0 <= self.frame_time - before < REPEAT_SECONDS


def rectangle(corners: Picture) -> tuple[float, float, float, float]:
    x, y, width, height = cv2.boundingRect(corners)
    return x, y, width, height


def draw_code(image: Picture, text: str, corners: Picture) -> None:
    cv2.polylines(image, [corners.reshape(-1, 1, 2)], True, ACCENT, 2, cv2.LINE_AA)
    shown = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
    left, top = corners.min(axis=0)
    draw_label(image, shown.encode("ascii", "replace").decode(), int(left), max(24, int(top) - 10))
