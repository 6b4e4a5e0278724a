"""What is known of a viewer's network, and how carefully it is used: reports, steps of a bit rate, the pacer."""

import asyncio
from types import SimpleNamespace

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket, RtpPacket

from workers import aiortc_hooks, rate_steps, reception
from workers.answer import QUALITIES
from workers.frames import EncodedFrame
from workers.outgoing import Feed, OutgoingVideo
from workers.pacer import Pacer
from workers.rate_steps import RateSteps
from workers.reception import Reception
from workers.subscriber_track import SubscriberTrack
from workers.versions import Versions


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    for module in (reception, rate_steps):
        monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def reported(clock: list[float], network: Reception, lost: int, of: int, round_trip: float) -> None:
    """Let two streams report once more, a second later."""
    clock[0] += 1.0
    for ssrc in (1, 2):
        before = network._told.get(ssrc, (0, 65_000))
        network.note(ssrc, before[0] + lost, (before[1] + of) % 2**16, round_trip)


def test_without_reports_a_network_may_be_the_trouble() -> None:
    assert Reception().is_troubled
    assert not Reception().is_drowned
    assert not Reception().is_clear


def test_a_network_is_in_trouble_while_it_loses_or_holds_packets(clock: list[float]) -> None:
    network = Reception()
    for _ in range(3):
        reported(clock, network, 0, 400, 0.02)
    assert network.is_clear
    assert not network.is_troubled
    for _ in range(3):
        reported(clock, network, 0, 400, 0.5)
    assert network.is_troubled
    assert not network.is_drowned
    for _ in range(3):
        reported(clock, network, 200, 400, 0.5)
    assert network.is_drowned
    assert network.lost_share == 0.5
    for _ in range(3):
        reported(clock, network, 0, 400, 0.02)
    assert network.is_clear


def test_a_machine_that_is_late_now_and_then_is_no_trouble(clock: list[float]) -> None:
    network = Reception()
    for round_trip in (0.01, 0.7, 0.9, 0.05, 0.8, 0.9, 0.04):
        reported(clock, network, 0, 400, round_trip)
        assert not network.is_troubled


def test_a_bit_rate_goes_down_at_once_and_up_later_each_time_that_it_was_too_much(clock: list[float]) -> None:
    stream, steps, waits = SimpleNamespace(bit_rate=100_000), RateSteps(), []
    for _ in range(4):
        began = clock[0]
        while stream.bit_rate < 200_000:
            clock[0] += 0.5
            steps.follow(stream, 200_000)
        waits.append(clock[0] - began)
        clock[0] += 1.0
        steps.follow(stream, 100_000)
        assert stream.bit_rate == 100_000
    assert waits == [4, 8, 16, 32]


def test_small_changes_do_not_keep_a_bit_rate_from_going_up(clock: list[float]) -> None:
    stream, steps = SimpleNamespace(bit_rate=100_000), RateSteps()
    for wanted in (99_000, 99_000, 98_000, 98_000, 98_000, 98_000, 98_000, 98_000, 97_000):
        clock[0] += 0.5
        steps.follow(stream, wanted)
    steps.follow(stream, 150_000)
    assert stream.bit_rate == 150_000


async def test_round_trips_are_measured_by_the_report_that_a_receiver_answers() -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    sender = connection.addTransceiver("video").sender
    heard: list[tuple[int, int, int, float | None]] = []

    async def nothing(packets: object) -> None: ...

    sender._send_rtcp = nothing
    aiortc_hooks.hear_reports(sender, lambda *said: heard.append(said))
    await sender._send_rtcp([RtcpSrPacket(sender._ssrc, RtcpSenderInfo(7 << 16, 0, 1, 1))])
    await asyncio.sleep(0.1)
    for ssrc, lsr, held in (
        (sender._ssrc, 7, 0.05),
        (sender._ssrc, 8, 0.05),
        (99, 7, 0.05),
        (sender._ssrc, 0, 0),
    ):
        report = RtcpReceiverInfo(ssrc, 10, 3, 4000, 0, lsr, round(held * 65536))
        await sender._handle_rtcp_packet(RtcpRrPacket(5, [report]))
    await connection.close()
    assert [said[:3] for said in heard] == [(sender._ssrc, 3, 4000)] * 3
    assert heard[0][3] is not None
    assert 0.03 < heard[0][3] < 0.2
    assert [said[3] for said in heard[1:]] == [None, None]


class Wire:
    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def _send_rtp(self, data: bytes) -> None:
        self.sent.append(data)


def packet(timestamp: int, size: int = 1000) -> bytes:
    return RtpPacket(payload_type=97, timestamp=timestamp, payload=bytes(size)).serialize()


async def test_what_waits_of_another_stream_is_dropped() -> None:
    wire, gate = Wire(), Pacer()
    paced = aiortc_hooks._PacedTransport(wire, gate)
    gate.rate = 100_000
    old = [asyncio.create_task(paced._send_rtp(packet(1))) for _ in range(4)]
    await asyncio.sleep(0.02)
    paced.drop_pictures()
    await asyncio.gather(*old)
    await paced._send_rtp(packet(1))
    await paced._send_rtp(packet(2))
    assert [RtpPacket.parse(data).timestamp for data in wire.sent] == [1, 2]


async def test_repeats_that_would_come_too_late_are_not_sent() -> None:
    gate, sent = Pacer(), []
    gate.rate = 100_000

    async def repeat(number: int) -> None:
        await gate.wait(1200)
        sent.append(number)

    for number in range(50):
        gate.later(repeat(number))
    await asyncio.sleep(0.05)
    began = asyncio.get_running_loop().time()
    await gate.wait(1200)
    assert asyncio.get_running_loop().time() - began < 0.6
    assert 1 <= len(sent) <= 5
    gate.close()


async def test_a_viewer_whose_network_carries_all_is_not_slow_however_small_the_estimate() -> None:
    """On a machine that is short of time an estimate falls though every packet arrives."""
    loop = asyncio.get_running_loop()
    main, feed = OutgoingVideo(loop, None, 900_000), Feed("camera")  # type: ignore[arg-type]
    versions = Versions(main, None, QUALITIES["standard"])  # type: ignore[arg-type]
    viewers = [SubscriberTrack("video", "VP8") for _ in range(2)]
    main.switch_to(feed)
    for viewer in viewers:
        versions.add(viewer)
        viewer.estimate = 100_000
    for number in range(8):
        for stream_number, viewer in enumerate(viewers):
            viewer.reception.note(1, 200 * number * stream_number, 500 * number, 0.01)
        main.forward(feed, EncodedFrame(bytes(60_000), "VP8", number / 2, True, 0.0))
        versions.review()
        await asyncio.sleep(0.5)
    assert [versions.is_slow(viewer) for viewer in viewers] == [False, True]
    await versions.close()
    main.close()
