"""A processor that takes 0.2 s for each picture, as a large model does on a small machine."""

import time
from typing import Any

from processors.base import VideoProcessor

from .jobs import SLEEP_SECONDS


class Sleep(VideoProcessor):
    """Waits, and gives the picture back."""

    label = "Sleep"

    def process(self, image: Any) -> Any:
        time.sleep(SLEEP_SECONDS)
        return image
