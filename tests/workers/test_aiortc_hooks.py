"""The contract with aiortc and aioice that the engine rests on, and what strangers cannot do."""

import asyncio
import socket
import struct
import sys
import time
import tomllib
from typing import Any

import aiortc.clock
import aiortc.codecs
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.clock import NTP_EPOCH, current_datetime, current_ntp_time, datetime_to_ntp
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtcdtlstransport import RTCCertificate, generate_certificate
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import RtcpPacket, RtcpSenderInfo, RtcpSrPacket, RtpPacket, unpack_header_extensions
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from tests.support.processes import ROOT
from workers import aiortc_hooks
from workers.exceptions import HooksOutdated

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, until


def test_the_installed_versions_are_tested_ones() -> None:
    aiortc_hooks.check_versions()


def test_an_untested_version_is_refused_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiortc_hooks, "version", lambda library: "2.0.0")
    with pytest.raises(HooksOutdated, match=r"2\.0\.0 is not tested"):
        aiortc_hooks.check_versions()


async def test_every_private_name_that_is_replaced_exists() -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = connection.addTransceiver("video")
    aiortc_hooks.attach_receiver(transceiver.receiver, object(), lambda: None)  # type: ignore[arg-type]
    aiortc_hooks.attach_sender(transceiver.sender, object(), lambda: None)  # type: ignore[arg-type]
    assert aiortc_hooks.last_rtp_timestamp(transceiver.sender) == 0
    assert aiortc_hooks.round_trip_seconds(transceiver.sender) is None
    assert aiortc_hooks.codec_name(transceiver.receiver, 96) is None
    aiortc_hooks.hear_sender_reports(transceiver.receiver, lambda *said: None)
    aiortc_hooks.date_sender_reports(transceiver.sender, lambda age, sent: None)
    await connection.close()


def test_a_renamed_private_name_is_noticed() -> None:
    with pytest.raises(HooksOutdated, match="has no"):
        aiortc_hooks._replace(object(), "_gone", None)


@pytest.mark.parametrize(("target", "name"), aiortc_hooks.NEEDED)
def test_nothing_is_installed_when_a_name_is_gone(
    target: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    aiortc_hooks.install()
    before = [getattr(*each) for each in aiortc_hooks.NEEDED if each != (target, name)]
    monkeypatch.setattr(aiortc_hooks, "_installed", False)
    monkeypatch.delattr(target, name)
    with pytest.raises(HooksOutdated, match=f"has no {name}"):
        aiortc_hooks.install()
    assert before == [getattr(*each) for each in aiortc_hooks.NEEDED if each != (target, name)]


def test_what_is_overwritten_is_what_is_checked_before() -> None:
    """All that aiortc and aioice have of ours, in their modules and classes, stands in the list of needed names."""
    aiortc_hooks.install()
    ours = set()
    for module in [each for name, each in sys.modules.items() if name.split(".")[0] in ("aiortc", "aioice")]:
        for owner in [module, *(each for each in vars(module).values() if isinstance(each, type))]:
            for name, value in vars(owner).items():
                if getattr(value, "__module__", None) == aiortc_hooks.__name__:
                    ours.add((owner, name))
    assert ours | {(aiortc.codecs, "HEADER_EXTENSIONS")} == set(aiortc_hooks.NEEDED)


def test_what_may_be_installed_is_what_was_tested() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for library, (first, beyond) in aiortc_hooks.TESTED.items():
        first_text, beyond_text = (".".join(map(str, each)) for each in (first, beyond))
        assert f"{library}>={first_text},<{beyond_text}" in wanted


async def test_a_viewer_who_knows_the_extension_is_told_to_hold_no_picture_back() -> None:
    aiortc_hooks.install()
    viewer, worker = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    viewer.addTransceiver("video", direction="recvonly")
    await viewer.setLocalDescription(await viewer.createOffer())
    await worker.setRemoteDescription(viewer.localDescription)
    await worker.setLocalDescription(await worker.createAnswer())
    assert f"a=extmap:12 {aiortc_hooks.PLAYOUT_DELAY}" in worker.localDescription.sdp
    await viewer.close()
    await worker.close()


@pytest.mark.parametrize(("negotiated", "expected"), [(5, (5, bytes([0, 0, 12]))), (None, None), (15, None)])
def test_the_playout_delay_stands_in_each_packet_if_it_was_negotiated(
    negotiated: int | None, expected: tuple[int, bytes] | None
) -> None:
    uris = {
        3: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        negotiated: aiortc_hooks.PLAYOUT_DELAY,
    }
    extensions = aiortc_hooks._PlayoutDelay()
    extensions.configure(
        RTCRtpParameters(
            headerExtensions=[
                RTCRtpHeaderExtensionParameters(id=id, uri=uri) for id, uri in uris.items() if id
            ]
        )
    )
    packet = RtpPacket(payload_type=97, payload=b"picture")
    packet.extensions.abs_send_time = 1234
    sent = packet.serialize(extensions)
    profile, length = struct.unpack("!HH", sent[12:16])
    elements = unpack_header_extensions(profile, sent[16 : 16 + 4 * length])
    assert (3, (1234).to_bytes(3, "big")) in elements
    assert [element for element in elements if element[0] != 3] == ([expected] if expected else [])
    assert sent.endswith(b"picture")


async def test_media_is_handled_when_it_comes(worker: WorkerUnderTest) -> None:
    """And not by a task that is woken for it: nothing of it goes through the queue of the connection."""
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    transport = dtls_transport(worker)
    queue, queued = transport.transport._connection._queue, []
    put = queue.put_nowait
    queue.put_nowait = lambda item: (queued.append(item), put(item))

    def received() -> int:
        return int(transport._get_stats()[transport._stats_id].packetsReceived)

    before, count = received(), len(peer.pictures)
    await until(lambda: received() > before + 5 and len(peer.pictures) > count + 5)
    # None says that there is no more to come.
    assert not [item for item in queued if item is not None and 128 <= item[0][0] <= 191]


async def test_media_that_cannot_be_handled_ends_its_connection_once(
    worker: WorkerUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    transport = dtls_transport(worker)

    def fail(packet: object) -> None:
        raise ArithmeticError("a mistake of ours")

    aiortc_hooks._replace(transport._rtp_router, "route_rtp", fail)
    await until(lambda: transport.state == "closed")
    assert "its connection ends" in caplog.text


def dtls_transport(worker: WorkerUnderTest) -> Any:
    session = worker.engine._seats["one"].peer
    assert session is not None
    return session._connection.getTransceivers()[0].receiver.transport


async def test_what_waits_goes_on_when_its_time_has_come() -> None:
    unfinished: set[asyncio.Future[None]] = set()
    steps: list[object] = []

    async def work(wanted: asyncio.Future[int]) -> None:
        steps.append("begun")
        await asyncio.sleep(0)
        try:
            steps.append(await wanted)
        except ArithmeticError as error:
            steps.append(error)

    loop = asyncio.get_running_loop()
    numbers: list[asyncio.Future[int]] = [loop.create_future() for _ in range(2)]
    for number in numbers:
        aiortc_hooks._run_now(work(number), unfinished)
    assert steps == ["begun", "begun"]
    await asyncio.sleep(0.01)
    assert len(unfinished) == 2
    numbers[0].set_result(7)
    mistake = ArithmeticError()
    numbers[1].set_exception(mistake)
    await asyncio.gather(*unfinished)
    assert steps[2:] == [7, mistake]


def test_times_are_those_that_aiortc_would_tell() -> None:
    aiortc_hooks.install()
    assert abs(aiortc.clock.current_ntp_time() - datetime_to_ntp(current_datetime())) < 2**32 / 10
    passed = current_datetime() - NTP_EPOCH
    assert abs(aiortc.clock.current_ms() - passed.total_seconds() * 1000) < 100


async def test_sender_reports_are_heard_and_can_be_dated() -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = connection.addTransceiver("video")
    heard: list[tuple[int, int, int]] = []
    sent: list[bytes] = []
    now = current_ntp_time()

    async def send(packets: list[RtcpSrPacket]) -> None:
        sent.extend(bytes(packet) for packet in packets)

    transceiver.sender._send_rtcp = send
    aiortc_hooks.hear_sender_reports(transceiver.receiver, lambda *said: heard.append(said))
    aiortc_hooks.date_sender_reports(transceiver.sender, lambda age, last: last - round(age))
    for moment in (0, now - (100 << 32)):
        await transceiver.sender._send_rtcp([RtcpSrPacket(7, RtcpSenderInfo(moment, 1000, 1, 1))])
    for packet in sent:
        await transceiver.receiver._handle_rtcp_packet(RtcpPacket.parse(packet)[0])
    await connection.close()
    assert heard == [(7, now - (100 << 32), 900)]


@given(st.binary(max_size=12))
def test_the_length_of_vp8s_descriptor_is_what_aiortc_finds(payload: bytes) -> None:
    try:
        _, rest = VpxPayloadDescriptor.parse(payload)
    except ValueError:
        with pytest.raises(ValueError, match="cut off"):
            aiortc_hooks.vp8_descriptor_bytes(payload)
    else:
        assert payload[aiortc_hooks.vp8_descriptor_bytes(payload) :] == rest


def test_the_estimator_hears_of_bursts_and_tells_no_more_than_the_limit() -> None:
    heard: list[int] = []

    class Estimator:
        def add(self, payload_size: int, **_: int) -> tuple[int, list[int]]:
            heard.append(payload_size)
            return 5_000_000, [1]

    estimator = aiortc_hooks._Estimator(Estimator(), lambda: 700_000)
    answers = [estimator.add(0, sent, 100, 1) for sent in (10, 20, 30, 20000, 20010, 2**24 - 1)]
    assert heard == [100, 300, 200]
    assert answers[0] == (700_000, [1])
    assert answers[1] is None


async def test_publishers_are_told_the_limit_and_senders_hear_it(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    heard: list[tuple[int, list[int]]] = []
    sender = peer.connection.getTransceivers()[0].sender
    aiortc_hooks.hear_estimates(sender, lambda *said: heard.append(said))
    await worker.open("passthrough", peer)
    incoming = await until(lambda: worker.engine._seats["one"].pipeline.incoming_video)
    incoming.estimate_limit = lambda: 123_456
    # The first estimate takes some seconds.
    said = await until(lambda: [each for each in heard if each[0] == 123_456], seconds=40)
    assert said[0][1] == [sender._ssrc]


async def test_a_publisher_is_asked_for_a_key_frame(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    sender, asked = peer.connection.getTransceivers()[0].sender, []
    aiortc_hooks._replace(sender, "_send_keyframe", lambda: asked.append(True))
    session = worker.engine._seats["one"].peer
    assert session is not None
    receiver = session._connection.getTransceivers()[0].receiver
    await aiortc_hooks.send_pli(receiver, aiortc_hooks.ssrc_of(sender))
    await until(lambda: asked)


async def test_what_waits_at_the_gate_and_its_repeats_can_be_dropped(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    session = worker.engine._seats["one"].peer
    assert session is not None
    (sending,) = session.sendings.values()
    sender = sending.transceiver.sender
    history = getattr(sender, "_RTCRtpSender__rtp_history")  # noqa: B009 - mangled name
    assert history
    aiortc_hooks.drop_unsent(sender)
    assert not history
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count + 5)


async def test_a_sender_with_new_ssrcs_sends_under_them_and_hears_of_them(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    session = worker.engine._seats["one"].peer
    assert session is not None
    (sending,) = session.sendings.values()
    sender = sending.transceiver.sender
    old = aiortc_hooks.ssrc_of(sender)
    renewed = aiortc_hooks.renew_ssrcs(sender)
    assert len({*renewed, *renewed.values()}) == 4
    assert renewed[old] == aiortc_hooks.ssrc_of(sender)
    heard: list[int] = []
    aiortc_hooks.hear_reports(sender, lambda ssrc, *said: heard.append(ssrc))
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count + 5)
    await until(lambda: heard)
    assert set(heard) == {renewed[old]}


async def test_the_last_check_of_a_peer_is_known(worker: WorkerUnderTest) -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("video")
    assert aiortc_hooks.checked_at(connection) == 0.0
    assert aiortc_hooks.check_round_trip_seconds(connection) is None
    await connection.close()
    peer, began_at = BrowserPeer(NumberedCamera()), time.monotonic()
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    session = worker.engine._seats["one"].peer
    assert session is not None
    assert began_at < session.checked_at() <= time.monotonic()
    round_trip = aiortc_hooks.check_round_trip_seconds(session._connection)
    assert round_trip is not None
    assert 0 < round_trip < time.monotonic() - began_at


async def test_a_peer_with_an_rsa_certificate_connects(
    worker: WorkerUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = RTCCertificate(key, generate_certificate(key))  # type: ignore[arg-type]
    with monkeypatch.context() as patch:
        patch.setattr(RTCCertificate, "generateCertificate", lambda: certificate)
        peer = BrowserPeer(NumberedCamera())
    await worker.open("passthrough", peer)
    await until(lambda: len(peer.pictures) > 5)
    session = worker.engine._seats["one"].peer
    assert session is not None
    transport: Any = session._connection.getTransceivers()[0].sender.transport
    assert transport._ssl.get_cipher_name().startswith("ECDHE-RSA-")


async def test_repeats_find_their_way_where_two_sections_send_pictures(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera(), direction="sendonly")
    peer.connection.addTransceiver(NumberedCamera(), direction="sendonly")
    await worker.open("passthrough", peer, room="hall")
    session = worker.engine._seats["one"].peer
    assert session is not None
    senders: list[Any] = [each.sender for each in peer.connection.getTransceivers()]
    histories = [getattr(sender, "_RTCRtpSender__rtp_history") for sender in senders]  # noqa: B009 - mangled name
    await until(lambda: all(histories))
    for sender, history in zip(senders, histories, strict=True):
        await sender._retransmit(next(reversed(history.values())).sequence_number)
    receivers = [each.receiver for each in session._connection.getTransceivers()]
    name = "_RTCRtpReceiver__remote_streams"
    for sender, receiver in zip(senders, receivers, strict=True):
        await until(lambda sender=sender, receiver=receiver: sender._rtx_ssrc in getattr(receiver, name))


def ports_of(sdp: str) -> list[tuple[str, int]]:
    fields = [line.split(" ") for line in sdp.split("\r\n") if line.startswith("a=candidate:")]
    return [(field[4], int(field[5])) for field in fields if ":" not in field[4]]


async def test_a_strangers_datagrams_change_nothing(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera())
    answer = await worker.open("test-darken", peer)
    await until(lambda: len(peer.pictures) > 5)
    dropped = aiortc_hooks.dropped_datagrams
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for datagram in (b"", b"\x16\xfe\xfd" + bytes(60), bytes(10), b"\x80" * 100, b"\xff" * 40):
            for address in ports_of(answer["sdp"]):
                for _ in range(50):
                    stranger.sendto(datagram, address)
    count = len(peer.pictures)
    await until(lambda: len(peer.pictures) > count + 30)
    assert aiortc_hooks.dropped_datagrams > dropped
    assert peer.connection.connectionState == "connected"
