"""One time line for a publisher's sound and picture, and what its viewers learn of it."""

import itertools
import time

import pytest

from workers.frames import EncodedFrame
from workers.media_clock import (
    LEAST_DELAY_SECONDS,
    MAX_CORRECTION,
    PublisherClock,
    RtpClock,
    SenderReport,
)
from workers.packetisers import OpusPacketiser, Vp8Packetiser

from .browser_peer import BrowserPeer, NumberedCamera, ToneMicrophone
from .conftest import WorkerUnderTest, until

# The publisher's clock shows this when the session begins.
NTP = 4_000_000_000.0


class Stream:
    """Packets at a steady pace, each ``late`` seconds on its way; RTP timestamps begin at ``start``."""

    def __init__(
        self, publisher: PublisherClock, rate: int, fps: int, start: int, late: float, ntp: float = NTP
    ) -> None:
        self.clock = RtpClock(rate, 0.0, publisher)
        self.rate, self.fps, self.start, self.late, self.ntp = rate, fps, start, late, ntp
        self.number = 0

    def next(self, more_late: float = 0.0) -> tuple[float, float]:
        """Return (moment of capture, media time) of the next packet."""
        captured_at = self.number / self.fps
        self.number += 1
        return captured_at, self.clock.time(self._timestamp(captured_at), captured_at + self.late + more_late)

    def report(self, moment: float) -> None:
        self.clock.report(SenderReport(self.ntp + moment, self._timestamp(moment)))

    def _timestamp(self, moment: float) -> int:
        return (self.start + round(moment * self.rate)) % 2**32


def pair(**of_video: float) -> tuple[Stream, Stream]:
    publisher = PublisherClock()
    return Stream(publisher, 48000, 50, 77, 0.01), Stream(
        publisher, 90000, 30, 2**32 - 9000, 0.02, **of_video
    )


def test_sound_and_picture_come_onto_one_time_line_without_a_jump() -> None:
    sound, video = pair()
    times = [video.next(more_late=0.15)[1], *(video.next()[1] for _ in range(29))]
    heard = [sound.next() for _ in range(50)]
    assert times[0] == pytest.approx(0.17)
    for stream in (sound, video):
        stream.report(1.0)
    for _ in range(5):
        times += [video.next()[1] for _ in range(30)]
        heard = [sound.next() for _ in range(50)]
    steps = [later - before for before, later in itertools.pairwise(times)]
    assert min(steps) > (1 - MAX_CORRECTION - 0.001) / 30
    assert max(steps) < (1 + MAX_CORRECTION + 0.001) / 30
    captured_at, media_time = video.next()
    assert media_time - captured_at == pytest.approx(0.01, abs=0.001)
    assert heard[-1][1] - heard[-1][0] == pytest.approx(0.01, abs=0.001)


def test_a_stream_that_joins_with_a_report_is_right_at_once() -> None:
    sound, video = pair()
    sound.report(0.0)
    video.report(0.0)
    sound.next()
    captured_at, media_time = video.next(more_late=0.3)
    assert media_time - captured_at == pytest.approx(0.01, abs=0.001)


def test_streams_whose_clocks_contradict_each_other_keep_their_arrival() -> None:
    sound, video = pair(ntp=NTP - 3600)
    for stream in (sound, video):
        stream.report(0.0)
    sound.next()
    times = [video.next() for _ in range(90)]
    assert all(
        media_time - captured_at == pytest.approx(0.02, abs=0.001) for captured_at, media_time in times
    )


def test_another_stream_in_its_place_begins_by_its_arrival() -> None:
    _, video = pair()
    video.report(0.0)
    for _ in range(30):
        video.next()
    video.start += 123_456_789
    captured_at, media_time = video.next()
    assert media_time - captured_at == pytest.approx(0.02, abs=0.001)


def test_clocks_that_drift_are_followed() -> None:
    publisher = PublisherClock()
    slow = 0.001
    moments = [second / 10 for second in range(int(LEAST_DELAY_SECONDS * 30))]
    for moment in moments:
        known = publisher.difference(NTP + moment * (1 - slow), moment)
    assert known is not None
    error = moments[-1] - (NTP + moments[-1] * (1 - slow)) - known
    assert 0 <= error < 2.1 * LEAST_DELAY_SECONDS * slow


def sound_at(moment: float, ticks: int | None) -> EncodedFrame:
    return EncodedFrame(b"x", "opus", moment, True, 0.0, ticks)


def test_corrections_of_time_do_not_stretch_sound() -> None:
    packetiser = OpusPacketiser()
    stamps = [packetiser.pack(sound_at(1 + n * 0.019, n * 960))[1] for n in range(50)]
    assert stamps == list(range(48000, 48000 + 50 * 960, 960))


def test_a_late_packet_of_forwarded_sound_keeps_its_place() -> None:
    packetiser = OpusPacketiser()
    stamps = [packetiser.pack(sound_at(n * 0.02, n * 960))[1] for n in (10, 12, 11, 13)]
    assert stamps == [9600, 11520, 10560, 12480]


def test_another_source_of_sound_goes_on_by_its_time() -> None:
    packetiser = OpusPacketiser()
    frames = [sound_at(1.0, 5), sound_at(3.0, 965), sound_at(3.02, None), sound_at(2.0, 7)]
    assert [packetiser.pack(frame)[1] for frame in frames] == [48000, 144000, 144960, 145920]


def test_a_sender_report_dates_the_capture() -> None:
    packetiser = Vp8Packetiser()
    epoch = time.monotonic() - 10
    packetiser.follow(lambda: 500, lambda: epoch)
    assert packetiser.timestamp_at(0.0, 500) is None
    packetiser.pack(EncodedFrame(b"x", "VP8", 9.7, True, 0.0))
    assert packetiser.timestamp_at(0.3, 500) == pytest.approx(500, abs=900)
    assert packetiser.timestamp_at(0.0, 500) == pytest.approx(500 + 27000, abs=900)


async def test_a_viewer_learns_how_old_picture_and_sound_are(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera(), ToneMicrophone())
    await worker.open("test-latepicture", peer)
    to_wall = time.time() - time.monotonic()

    def age(kind: str, packets: list[EncodedFrame]) -> float:
        return packets[-1].arrived_at + to_wall - peer.captured_at(kind, packets[-1])

    await until(lambda: len(peer.reports) == 2)
    # The microphone has begun before the connection stood: the worker needs a while to find out.
    await until(
        lambda: -0.01 < age("audio", peer.sound_packets) < 0.1 and 0.15 < age("video", peer.packets) < 0.5
    )
