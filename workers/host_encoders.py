"""Which encoders this host has for its workers: the ones that it names (``VIDEO_ENCODERS``), else software.

``VIDEO_ENCODERS`` maps a codec to the name that FFmpeg gives an encoder, for example ``{"H264": "h264_nvenc"}``.
"""

import logging
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from av import VideoFrame

from .encoder_options import SOFTWARE
from .video_encoders import ENCODERS, VideoEncoder

logger = logging.getLogger(__name__)

TRIAL_SIZE = (640, 480)
TRIAL_BIT_RATE = 500_000


class HostEncoders:
    """Makes the encoders of all streams of one worker, on the loop."""

    def __init__(self, named: Mapping[str, str] = MappingProxyType({})) -> None:
        self._named = dict(named)
        # Of each encoder that failed the first failure is told; each stream of its own would say the same.
        self._told: set[str] = set()

    @property
    def prefers_h264(self) -> bool:
        """Whether the host has an encoder for H.264 that is better than software for VP8."""
        return "H264" in self._named

    def make(self, codec_name: str, bit_rate: int) -> VideoEncoder:
        implementation = self._named.get(codec_name, SOFTWARE[codec_name])
        return ENCODERS[codec_name](bit_rate, implementation, self._failed)

    def try_out(self) -> None:
        """Forget what does not work here at all, before the first visitor needs it; in a thread."""
        for codec_name, name in list(self._named.items()):
            encoder = self.make(codec_name, TRIAL_BIT_RATE)
            encoder.encode(grey_picture(*TRIAL_SIZE), True)
            if encoder.implementation != name:
                del self._named[codec_name]

    def _failed(self, name: str, error: Exception) -> None:
        if name not in self._told:
            self._told.add(name)
            logger.warning("The encoder %s fails here (%r); software takes its place", name, error)


def grey_picture(width: int, height: int) -> VideoFrame:
    return VideoFrame.from_ndarray(np.full((height * 3 // 2, width), 128, np.uint8), format="yuv420p")
