"""Keeps pictures of absurd size from everybody: a header costs the sender ten bytes, and each viewer the memory."""

from .frames import EncodedFrame, is_forwardable_size, vp8_size
from .h264_size import H264SizeUnreadable, h264_sizes


class SizeGate:
    """Open from a key frame of bearable size to the next one that is not."""

    def __init__(self) -> None:
        # An IDR picture of H.264 need not repeat its size, nor come before others.
        self._is_open = True

    def admits(self, frame: EncodedFrame) -> bool:
        if frame.is_key:
            self._judge(frame)
        return self._is_open

    def _judge(self, frame: EncodedFrame) -> None:
        try:
            sizes = said_sizes(frame)
        except H264SizeUnreadable:
            self._is_open = False
            return
        if sizes:
            self._is_open = all(is_forwardable_size(*size) for size in sizes)


def said_sizes(frame: EncodedFrame) -> list[tuple[int, int]]:
    """Return the sizes in pixels that a key frame says of itself and of what follows it."""
    if frame.codec == "VP8":
        return [vp8_size(frame.data)]
    return h264_sizes(frame.data) if frame.codec == "H264" else []
