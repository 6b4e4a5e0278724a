"""One time line per session, in seconds, for sound and pictures."""

import time

RTP_MODULUS = 2**32
# Timestamps farther from their arrival are those of another stream, or of a sender that slept.
MAX_DRIFT_SECONDS = 5.0


class RtpClock:
    """Maps one stream's 32 bit RTP timestamps to seconds since ``epoch`` (``time.monotonic()``).

    The first packet sets the offset by its arrival; so does the first of another stream in its place.
    """

    def __init__(self, clock_rate: int, epoch: float) -> None:
        self._rate = clock_rate
        self._epoch = epoch
        # Unwrapped RTP timestamp of the newest packet, None before the first.
        self._last: int | None = None
        # Session time at unwrapped RTP timestamp 0.
        self._offset = 0.0

    def time(self, timestamp: int, arrived_at: float) -> float:
        """Return the capture time of ``timestamp`` in seconds on the session's time line."""
        if self._last is None:
            self._begin(timestamp, arrived_at)
        media_time = self._offset + self._unwrap(timestamp) / self._rate
        if abs(media_time - (arrived_at - self._epoch)) > MAX_DRIFT_SECONDS:
            self._begin(timestamp, arrived_at)
            media_time = arrived_at - self._epoch
        return media_time

    def _begin(self, timestamp: int, arrived_at: float) -> None:
        """Let ``timestamp`` stand for its arrival."""
        self._last = timestamp
        self._offset = arrived_at - self._epoch - timestamp / self._rate

    def _unwrap(self, timestamp: int) -> int:
        assert self._last is not None
        difference = (timestamp - self._last + RTP_MODULUS // 2) % RTP_MODULUS - RTP_MODULUS // 2
        unwrapped = self._last + difference
        self._last = max(self._last, unwrapped)
        return unwrapped


class SessionClock:
    """The session's time line: seconds since it began."""

    def __init__(self) -> None:
        self.epoch = time.monotonic()

    def now(self) -> float:
        return time.monotonic() - self.epoch

    def rtp_clock(self, clock_rate: int) -> RtpClock:
        return RtpClock(clock_rate, self.epoch)
