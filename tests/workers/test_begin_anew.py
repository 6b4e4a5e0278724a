"""A new offer on the same session: the browser began anew, or needs other directions. The seat stays."""

import asyncio

import pytest

from workers import aiortc_hooks
from workers.frames import EncodedFrame, vp8_size
from workers.jitter_buffers import GAP_PATIENCE_SECONDS
from workers.peer_session import LONGEST_GAP_SECONDS

from .browser_peer import BrowserPeer, NumberedCamera, ToneMicrophone
from .conftest import WorkerUnderTest, processor_spec, until


async def test_a_new_connection_takes_over_the_seat_with_its_processor(worker: WorkerUnderTest) -> None:
    first = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", first, parameters={"amount": 80})
    await until(lambda: len(first.pictures) > 5)
    second = BrowserPeer(NumberedCamera())
    answer = await worker.open("test-darken", second)
    assert answer["parameters"] == {"amount": 80}
    await until(lambda: len(second.pictures) > 10)
    assert float(second.pictures[-1].image[200:220, 100:120].mean()) < 30
    assert worker.engine.load().sessions == {"one"}


async def test_a_switch_to_another_direction_by_a_new_connection(worker: WorkerUnderTest) -> None:
    first = BrowserPeer(NumberedCamera())
    await worker.open("invert", first)
    await until(lambda: len(first.pictures) > 5)
    second = BrowserPeer(NumberedCamera(), ToneMicrophone())
    await worker.open("echo", second)
    await until(lambda: len(second.pictures) > 10 and len(second.sound) > 10)


async def test_a_new_connection_may_order_its_sections_differently(worker: WorkerUnderTest) -> None:
    first = BrowserPeer(NumberedCamera())
    await worker.open("invert", first)
    await until(lambda: len(first.pictures) > 5)
    second = BrowserPeer(None, ToneMicrophone())
    second.connection.addTransceiver(NumberedCamera(), direction="sendrecv")
    await worker.open("echo", second)
    await until(lambda: len(second.pictures) > 10 and len(second.sound) > 10)


async def test_a_switch_to_another_direction_by_a_re_offer(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("invert", peer)
    await until(lambda: len(peer.pictures) > 5)
    peer.connection.addTransceiver(ToneMicrophone(), direction="sendrecv")
    await worker.open("echo", peer, parameters={"delay": 0.5})
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count + 10 and len(peer.sound) > 10)


async def test_a_second_camera_takes_the_place_of_the_first(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer, room="hall")
    pipeline = worker.engine._seats["one"].pipeline
    first = pipeline.incoming_video
    peer.connection.addTransceiver(NumberedCamera(320, 240), direction="sendonly")
    await worker.open("passthrough", peer, room="hall")
    second = await until(lambda: pipeline.incoming_video is not first and pipeline.incoming_video)
    forwarded: list[EncodedFrame] = []
    pipeline.outgoing_video.forward = lambda feed, frame: forwarded.append(frame)  # type: ignore[method-assign]
    await until(lambda: len(forwarded) > 10)
    assert first.rate.per_second() > 0
    assert second.rate.total >= len(forwarded)
    assert {vp8_size(frame.data) for frame in forwarded if frame.is_key} <= {(320, 240)}


async def test_a_lost_packet_is_waited_for_as_long_as_the_round_trip_asks(
    worker: WorkerUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aiortc_hooks, "check_round_trip_seconds", lambda connection: None)
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    session = worker.engine._seats["one"].peer
    assert session is not None
    (sending,) = session.sendings.values()
    for said, patience in ((None, 0.1), (0.01, 0.1), (0.15, 0.3), (9.0, 0.5)):
        setattr(sending.transceiver.sender, "_RTCRtpSender__rtt", said)  # noqa: B010 - mangled name
        assert session._gap_patience_seconds() == patience


def answer_checks_late(peer: BrowserPeer, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    for protocol in peer.connection.getTransceivers()[0].sender.transport.transport._connection._protocols:
        send = protocol.send_stun
        protocol.send_stun = lambda *said, send=send: loop.call_later(seconds, send, *said)


async def test_who_only_publishes_has_as_much_time_to_repeat_as_its_way_is_long(
    worker: WorkerUnderTest,
) -> None:
    peer = BrowserPeer(NumberedCamera(), direction="sendonly")
    offer = {"sdp": await peer.offer(), "processor": processor_spec("passthrough")}
    worker.peers.append(peer)
    answer = await worker.ask("offer", "one", **offer)
    session = worker.engine._seats["one"].peer
    assert session is not None
    assert session._gap_patience_seconds() == GAP_PATIENCE_SECONDS
    answer_checks_late(peer, 0.15)
    await peer.accept(answer["sdp"])
    await until(lambda: worker.engine._seats["one"].pipeline.incoming_video is not None)
    await until(lambda: session.is_connected)
    assert not session.sendings
    assert 0.3 <= session._gap_patience_seconds() <= LONGEST_GAP_SECONDS


async def test_a_section_that_a_re_offer_puts_to_rest_shows_nothing_until_it_wakes(
    worker: WorkerUnderTest,
) -> None:
    publisher = BrowserPeer(NumberedCamera(), direction="sendonly")
    await worker.open("passthrough", publisher, session="a", room="hall")
    viewer = BrowserPeer()
    viewer.receive_only("video")
    await worker.open("passthrough", viewer, session="b", room="hall")
    await until(lambda: len(viewer.pictures) > 5)
    (section,) = viewer.connection.getTransceivers()
    seat = worker.engine._seats["b"]
    for direction, shown in (("inactive", []), ("recvonly", ["a"])):
        section.direction = direction
        answer = await worker.open("passthrough", viewer, session="b", room="hall")
        assert [track["participant"] for track in answer["tracks"]] == shown
        assert len(seat.viewing_tracks()) == len(shown)
        assert worker.engine._seats["a"].pipeline.outgoing_video.has_viewers is bool(shown)
    viewer.pictures.clear()
    await until(lambda: len(viewer.pictures) > 5)


async def test_a_data_channel_may_be_opened_again(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", peer)
    for number in range(1, 4):
        await until(lambda: peer.channel.readyState == "open")
        peer.send(type="parameters", number=number, values={"amount": number})
        await until(lambda number=number: [m for m in peer.of_type("parameters") if m["number"] == number])
        if number == 1:
            peer.channel.close()
            await until(lambda: peer.channel.readyState == "closed")
        # The second time the new one is there before the old one is closed.
        peer.open_channel()


async def test_a_processor_that_stopped_begins_again_with_a_new_offer(worker: WorkerUnderTest) -> None:
    first = BrowserPeer(NumberedCamera())
    await worker.open("test-failing", first)
    await until(lambda: [m for m in first.of_type("processor") if m["state"] == "stopped"])
    second = BrowserPeer(NumberedCamera())
    await worker.open("test-failing", second)
    await until(lambda: [m for m in second.of_type("processor") if m["state"] in ("starting", "failing")])


async def test_a_new_connection_that_fails_leaves_the_one_before(worker: WorkerUnderTest) -> None:
    first = BrowserPeer(NumberedCamera())
    await worker.open("test-darken", first)
    await until(lambda: first.pictures)
    second = BrowserPeer(NumberedCamera())
    sdp = (await second.offer()).replace("VP8/90000", "VP9/90000").replace("H264/90000", "AV1/90000")
    answer = await worker.ask("offer", "one", sdp=sdp, processor=processor_spec("test-darken"))
    await second.close()
    assert answer["code"] == "no_usable_codec"
    count = len(first.pictures)
    await until(lambda: len(first.pictures) > count + 10)
