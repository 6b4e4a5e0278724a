"""One time line per session, in seconds, for sound and pictures.

A stream's RTP timestamps begin at random. Its sender reports (RFC 3550 §6.4.1) say which moment of the publisher's
clock a timestamp stands for. The publisher's clock is the same for its sound and its picture, so both come out on one
time line, however long their first packets were on their way. Until the first report the arrival of packets must do.
"""

import time
from dataclasses import dataclass

RTP_MODULUS = 2**32
NTP_FRACTION = 2**32
# Timestamps farther from their arrival are those of another stream, or of a sender that slept.
MAX_DRIFT_SECONDS = 5.0
# How fast a stream's times are corrected, in seconds a second: 1.7 ms a picture is less than networks do.
MAX_CORRECTION = 0.05
# The least delay is looked for over one to two such stretches: clocks drift some 0.1 ms in a second.
LEAST_DELAY_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class SenderReport:
    """What a publisher says of one stream: ``timestamp`` was captured at ``seconds`` of its clock."""

    seconds: float
    timestamp: int


class PublisherClock:
    """A publisher's clock on the session's time line: it differs by the least delay ever seen between the two."""

    def __init__(self) -> None:
        # Session time minus publisher's time: the least of this stretch, and of the one before.
        self._least: float | None = None
        self._least_before: float | None = None
        self._stretch_began = 0.0

    def difference(self, seconds: float, session_time: float) -> float | None:
        """Take that what was captured at ``seconds`` came in at ``session_time``; return how far the clocks differ.

        None when this contradicts what came before: the streams of a broken publisher may have different clocks.
        """
        delay = session_time - seconds
        known = self._known()
        if known is not None and abs(delay - known) > MAX_DRIFT_SECONDS:
            self._turn_over(session_time)
            return None
        self._turn_over(session_time)
        self._least = delay if self._least is None else min(self._least, delay)
        return self._known()

    def _known(self) -> float | None:
        return min((d for d in (self._least, self._least_before) if d is not None), default=None)

    def _turn_over(self, session_time: float) -> None:
        if session_time - self._stretch_began > LEAST_DELAY_SECONDS:
            self._least, self._least_before = None, self._least
            self._stretch_began = session_time


class RtpClock:
    """Maps one stream's 32 bit RTP timestamps to seconds since ``epoch`` (``time.monotonic()``).

    The first packet sets the offset by its arrival; so does the first of another stream in its place. Sender reports,
    and packets that come faster, correct it little by little: times never go back, and no picture's distance to the
    one before changes visibly.
    """

    def __init__(self, clock_rate: int, epoch: float, publisher: PublisherClock) -> None:
        self._rate = clock_rate
        self._epoch = epoch
        self._publisher = publisher
        # Unwrapped RTP timestamp of the newest packet, None before the first.
        self._last: int | None = None
        # Session time at unwrapped RTP timestamp 0.
        self._offset = 0.0
        self._report: SenderReport | None = None
        # The stream's own clock, for as long as no report ties it to the publisher's.
        self._own = PublisherClock()

    def report(self, report: SenderReport) -> None:
        """Take a sender report of this stream."""
        self._report = report

    def time(self, timestamp: int, arrived_at: float) -> float:
        """Return the capture time of ``timestamp`` in seconds on the session's time line."""
        arrived = arrived_at - self._epoch
        if self._last is None:
            self._begin(timestamp, arrived)
        ticks = self.ticks(timestamp)
        media_time = self._offset + ticks / self._rate
        if abs(media_time - arrived) > MAX_DRIFT_SECONDS:
            self._begin(timestamp, arrived)
            return self._offset + timestamp / self._rate
        self._correct(ticks, arrived)
        self._last = ticks if self._last is None else max(self._last, ticks)
        return self._offset + ticks / self._rate

    def ticks(self, timestamp: int) -> int:
        """Return ``timestamp`` unwrapped: 32 bits begin anew every half day."""
        if self._last is None:
            return timestamp
        return self._last + signed_difference(timestamp, self._last)

    def _begin(self, timestamp: int, arrived: float) -> None:
        """Let ``timestamp`` stand for its arrival, or for what a report has said already."""
        self._last = timestamp
        self._own = PublisherClock()
        known = self._known_offset(timestamp, arrived)
        self._offset = arrived - timestamp / self._rate if known is None else known

    def _correct(self, ticks: int, arrived: float) -> None:
        """Come nearer to what the sender reports say, or the packet that was fastest, slowly."""
        assert self._last is not None
        passed = (ticks - self._last) / self._rate
        known = self._known_offset(ticks, arrived) if passed > 0 else None
        if known is not None:
            most = passed * MAX_CORRECTION
            self._offset += min(max(known - self._offset, -most), most)

    def _known_offset(self, ticks: int, arrived: float) -> float | None:
        """Return the session time at timestamp 0, by the last report if it fits this stream."""
        reported = self._reported_offset(ticks, arrived)
        return self._own.difference(ticks / self._rate, arrived) if reported is None else reported

    def _reported_offset(self, ticks: int, arrived: float) -> float | None:
        if self._report is None:
            return None
        seconds = self._report.seconds + signed_difference(ticks, self._report.timestamp) / self._rate
        difference = self._publisher.difference(seconds, arrived)
        if difference is None:
            return None
        known = seconds + difference - ticks / self._rate
        return known if abs(known + ticks / self._rate - arrived) <= MAX_DRIFT_SECONDS else None


class SessionClock:
    """The session's time line: seconds since it began."""

    def __init__(self) -> None:
        self.epoch = time.monotonic()

    def now(self) -> float:
        return time.monotonic() - self.epoch

    def rtp_clock(self, clock_rate: int, publisher: PublisherClock) -> RtpClock:
        return RtpClock(clock_rate, self.epoch, publisher)


def signed_difference(later: int, earlier: int) -> int:
    """Return later − earlier modulo 2^32, in −2^31…2^31 − 1."""
    return (later - earlier + RTP_MODULUS // 2) % RTP_MODULUS - RTP_MODULUS // 2


def ntp_seconds(timestamp: int) -> float:
    """Return a 64 bit NTP timestamp in seconds (RFC 5905 §6)."""
    return timestamp / NTP_FRACTION
