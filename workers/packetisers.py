"""From encoded frames to RTP payloads and timestamps."""

import time
from collections.abc import Callable

from .frames import AUDIO_CLOCK, VIDEO_CLOCK, EncodedFrame

# Leaves room for RTP, extensions, SRTP, UDP and IP under the smallest usual MTU.
PAYLOAD_BYTES = 1200
PICTURE_ID_MODULUS = 2**15
RTP_MODULUS = 2**32
# RFC 6184 table 1: fragmentation unit without decoding order number.
FU_A, FU_START, FU_END = 28, 0x80, 0x40
# The usual pace, where nothing else tells how far apart two frames are.
FRAMES_PER_SECOND = {VIDEO_CLOCK: 30, AUDIO_CLOCK: 50}
# A source whose count goes on otherwise than its time is another source.
MAX_STEP_DIFFERENCE_SECONDS = 0.1


class Packetiser:
    """What a sender needs: payloads for each frame, time stamps that only go up, and the viewer's estimate."""

    clock_rate: int

    def __init__(self, on_estimate: Callable[[int], None] = lambda bits_per_second: None) -> None:
        self._on_estimate = on_estimate
        # Timestamp of the frame packed last; None before the first.
        self._timestamp: int | None = None
        # When that frame was captured: on its session's clock, and by ``time.monotonic()``.
        self._time = 0.0
        self._captured_at = 0.0
        # Returns when (time.monotonic()) the session began whose frames come.
        self._epoch: Callable[[], float] = lambda: 0.0
        # Added to all timestamps: grows when a new source's clock begins behind the old one's.
        self._offset = 0
        # What the sender adds to every timestamp; None until the first frame has been sent.
        self._sender_offset: int | None = None
        # Returns the timestamp of the last packet that the sender sent.
        self._sent_timestamp: Callable[[], int] = lambda: 0
        self._target_bitrate = 0

    @property
    def target_bitrate(self) -> int:
        """The viewer's estimate (REMB), in bit/s, as it came."""
        return self._target_bitrate

    @target_bitrate.setter
    def target_bitrate(self, bits_per_second: int) -> None:
        self._target_bitrate = bits_per_second
        self._on_estimate(bits_per_second)

    def pack(self, frame: EncodedFrame) -> tuple[list[bytes], int]:
        """Return (payloads, RTP timestamp without the sender's offset)."""
        self._learn_sender_offset()
        self._timestamp = self._next_timestamp(frame)
        self._offset = self._timestamp - round(frame.time * self.clock_rate)
        self._time, self._captured_at = frame.time, self._epoch() + frame.time
        return self._payloads(frame), self._timestamp % RTP_MODULUS

    def follow(self, sent_timestamp: Callable[[], int], epoch: Callable[[], float]) -> None:
        """Learn the sender's random offset from what it has sent, and the frames' time line from ``epoch``."""
        self._sent_timestamp = sent_timestamp
        self._epoch = epoch

    def timestamp_at(self, age_seconds: float, sent_timestamp: int) -> int | None:
        """Return the RTP timestamp of what was captured ``age_seconds`` ago; None before the first frame.

        For sender reports: ``sent_timestamp`` is that of the last packet sent.
        """
        if self._timestamp is None:
            return None
        sender_offset = self._sender_offset
        if sender_offset is None:
            # One frame was packed so far, and it is being sent.
            sender_offset = sent_timestamp - self._timestamp
        later = time.monotonic() - age_seconds - self._captured_at
        return (self._timestamp + round(later * self.clock_rate) + sender_offset) % RTP_MODULUS

    def viewer_timestamp(self, media_time: float) -> int | None:
        """Return the RTP timestamp that the viewer sees on the frame of ``media_time``; None at the very start."""
        if self._sender_offset is None:
            return None
        return (round(media_time * self.clock_rate) + self._offset + self._sender_offset) % RTP_MODULUS

    def _next_timestamp(self, frame: EncodedFrame) -> int:
        """Return when the frame was captured, but always later than the frame before."""
        timestamp = round(frame.time * self.clock_rate) + self._offset
        if self._timestamp is None or timestamp > self._timestamp:
            return timestamp
        return self._timestamp + self.clock_rate // FRAMES_PER_SECOND[self.clock_rate]

    def _learn_sender_offset(self) -> None:
        """When the next frame is packed, the one before has been sent: its two timestamps differ by the offset."""
        if self._sender_offset is None and self._timestamp is not None:
            self._sender_offset = self._sent_timestamp() - self._timestamp

    def _payloads(self, frame: EncodedFrame) -> list[bytes]:
        raise NotImplementedError


class Vp8Packetiser(Packetiser):
    """RFC 7741: each packet begins with a payload descriptor; the picture id goes up by one a frame."""

    clock_rate = VIDEO_CLOCK

    def __init__(self, on_estimate: Callable[[int], None] = lambda bits_per_second: None) -> None:
        super().__init__(on_estimate)
        self._picture_id = 0

    def _payloads(self, frame: EncodedFrame) -> list[bytes]:
        # X (extension), then I (picture id present) and 15 bits of picture id; S marks the frame's first packet.
        tail = b"\x80" + (0x8000 | self._picture_id).to_bytes(2, "big")
        self._picture_id = (self._picture_id + 1) % PICTURE_ID_MODULUS
        data = frame.data
        return [
            (b"\x90" if start == 0 else b"\x80") + tail + data[start : start + PAYLOAD_BYTES]
            for start in range(0, len(data), PAYLOAD_BYTES)
        ]


class H264Packetiser(Packetiser):
    """RFC 6184 §5.6, §5.8: a NAL unit that fits is a packet of its own, a larger one is cut into FU-A."""

    clock_rate = VIDEO_CLOCK

    def _payloads(self, frame: EncodedFrame) -> list[bytes]:
        return [payload for unit in nal_units(frame.data) for payload in h264_payloads(unit)]


def nal_units(data: bytes) -> list[bytes]:
    """Split an Annex B byte stream at its start codes (ITU-T H.264 annex B)."""
    pieces = data.split(b"\x00\x00\x01")[1:]
    return [unit for piece in pieces if (unit := piece.rstrip(b"\x00"))]


def h264_payloads(unit: bytes) -> list[bytes]:
    if len(unit) <= PAYLOAD_BYTES:
        return [unit]
    indicator, kind = unit[0] & 0xE0 | FU_A, unit[0] & 0x1F
    parts = [unit[start : start + PAYLOAD_BYTES - 2] for start in range(1, len(unit), PAYLOAD_BYTES - 2)]
    headers = [kind] * len(parts)
    headers[0] |= FU_START
    headers[-1] |= FU_END
    return [bytes((indicator, header)) + part for header, part in zip(headers, parts, strict=True)]


class OpusPacketiser(Packetiser):
    """RFC 7587: one packet a frame."""

    clock_rate = AUDIO_CLOCK

    def __init__(self, on_estimate: Callable[[int], None] = lambda bits_per_second: None) -> None:
        super().__init__(on_estimate)
        # The source's own count at the frame packed last.
        self._ticks: int | None = None

    def _next_timestamp(self, frame: EncodedFrame) -> int:
        """Go on by the source's own count while the source is the same; a late packet keeps its place."""
        before, self._ticks = self._ticks, frame.ticks
        if before is None or frame.ticks is None or self._timestamp is None:
            return super()._next_timestamp(frame)
        step = frame.ticks - before
        is_other_source = abs(step / AUDIO_CLOCK - (frame.time - self._time)) > MAX_STEP_DIFFERENCE_SECONDS
        return super()._next_timestamp(frame) if is_other_source else self._timestamp + step

    def _payloads(self, frame: EncodedFrame) -> list[bytes]:
        return [frame.data]


PACKETISERS: dict[str, type[Packetiser]] = {
    "VP8": Vp8Packetiser,
    "H264": H264Packetiser,
    "opus": OpusPacketiser,
}
