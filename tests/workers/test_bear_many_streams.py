"""A peer may begin as many streams (SSRC) as it likes: a few are taken, and nothing grows or hangs."""

import asyncio
import time
from typing import Any

from aiortc.rtp import RtcpRrPacket, RtpPacket
from prometheus_client import REGISTRY

from tests.support.patience import patient
from workers import aiortc_hooks, peer_session

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, until

# aiortc's report has no place for so many.
MANY = 200
# The stream that the offer names, and its repeats.
NAMED = 2


def transport_of(peer: BrowserPeer) -> Any:
    return peer.connection.getTransceivers()[0].sender.transport


async def begin_streams(peer: BrowserPeer, first: int = 1000, count: int = MANY) -> None:
    """Send one packet of each of ``count`` streams."""
    payload_type = peer.connection.getTransceivers()[0]._codecs[0].payloadType
    for ssrc in range(first, first + count):
        packet = RtpPacket(payload_type=payload_type, sequence_number=1, timestamp=1, payload=b"\x90x")
        packet.ssrc = ssrc
        await transport_of(peer)._send_rtp(packet.serialize())
        await asyncio.sleep(0)


def receiver_of(worker: WorkerUnderTest, session: str) -> Any:
    return worker.engine._seats[session].peer._connection.getTransceivers()[0].receiver


def streams_of(receiver: Any) -> int:
    tables = [getattr(receiver, name) for name in aiortc_hooks.STREAM_TABLES]
    return max(len(table) for table in [*tables, receiver.transport._rtp_router.ssrc_table])


async def test_200_streams_are_dropped_and_closing_is_prompt(worker: WorkerUnderTest) -> None:
    neighbour, hostile = BrowserPeer(NumberedCamera()), BrowserPeer(NumberedCamera())
    await worker.open("test-darken", neighbour, session="good")
    await worker.open("test-darken", hostile, session="bad")
    await until(lambda: len(hostile.pictures) > 5 and len(neighbour.pictures) > 5)
    receiver, dropped = receiver_of(worker, "bad"), aiortc_hooks.dropped_packets
    await begin_streams(hostile)
    await until(lambda: aiortc_hooks.dropped_packets - dropped >= MANY - aiortc_hooks.LEARNED_STREAMS)
    assert streams_of(receiver) <= aiortc_hooks.LEARNED_STREAMS + NAMED
    figure = "showroom_worker_packets_dropped"
    await until(lambda: REGISTRY.get_sample_value(figure) == aiortc_hooks.dropped_packets)
    # Its next reports are written, and its own stream goes on as well.
    seen = len(hostile.pictures), len(neighbour.pictures)
    await until(
        lambda: len(hostile.pictures) > seen[0] + 60 and len(neighbour.pictures) > seen[1] + 60, seconds=30
    )
    assert not getattr(receiver, "_RTCRtpReceiver__rtcp_task").done()  # noqa: B009 - mangled name
    async with asyncio.timeout(patient(peer_session.CLOSE_DEADLINE_SECONDS)):
        await worker.ask("close", "bad", reason="closed")
    await until(lambda: worker.engine.load().sessions == {"good"})
    assert receiver.transport.state == "closed"
    assert neighbour.undecodable == 0


async def test_a_stream_may_take_the_place_of_one_that_has_been_silent(
    worker: WorkerUnderTest, monkeypatch: Any
) -> None:
    """Browsers begin new streams when a section wakes: who shares a screen often must not be shut out."""
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    table = receiver_of(worker, "one").transport._rtp_router.ssrc_table
    await begin_streams(peer, 1000, aiortc_hooks.LEARNED_STREAMS)
    await until(lambda: 1000 + aiortc_hooks.LEARNED_STREAMS - 1 in table)
    dropped = aiortc_hooks.dropped_packets
    await begin_streams(peer, 2000, 1)
    await until(lambda: aiortc_hooks.dropped_packets > dropped)
    monkeypatch.setattr(aiortc_hooks, "SILENT_SECONDS", 0.0)
    await begin_streams(peer, 3000, 1)
    await until(lambda: 3000 in table)
    assert 2000 not in table
    assert 1000 not in table
    assert streams_of(receiver_of(worker, "one")) <= aiortc_hooks.LEARNED_STREAMS + NAMED


async def test_reports_of_many_senders_are_dropped(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    dropped = aiortc_hooks.dropped_packets
    for ssrc in range(aiortc_hooks.LEARNED_REPORTERS + 100):
        await transport_of(peer)._send_rtp(bytes(RtcpRrPacket(ssrc=ssrc + 1)))
        await asyncio.sleep(0)
    await until(lambda: aiortc_hooks.dropped_packets - dropped >= 100)
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count + 5)


async def test_a_packet_that_is_too_long_costs_itself(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    dropped = aiortc_hooks.dropped_packets
    for first_bytes in (b"\x80\x60", b"\x80\xc8"):
        await transport_of(peer).transport._send(first_bytes + bytes(4000))
    await until(lambda: aiortc_hooks.dropped_packets == dropped + 2)
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count + 5)


async def test_a_report_that_cannot_be_written_costs_neither_later_ones_nor_the_end(
    worker: WorkerUnderTest,
) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    receiver = receiver_of(worker, "one")
    streams = getattr(receiver, "_RTCRtpReceiver__remote_streams")  # noqa: B009 - mangled name
    # What timestamps that leap about make of it: more than fits into the report's field.
    for stream in streams.values():
        stream._jitter_q4 = 2**40
    await asyncio.sleep(1.6)
    began_at = time.monotonic()
    await worker.ask("close", "one", reason="closed")
    assert receiver.transport.state == "closed"
    assert time.monotonic() - began_at < patient(peer_session.CLOSE_DEADLINE_SECONDS)
