"""The only place that touches private names of aiortc and aioice.

Each hook is small, says why it exists, and is covered by a contract test. ``install()`` runs once per process before
the first peer connection and refuses versions that the hooks were not tested with.
"""

import asyncio
import logging
import secrets
import time
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from importlib.metadata import version
from typing import Any, Protocol

import aioice.ice
import aiortc.clock
import aiortc.codecs
import aiortc.rtcdtlstransport
import aiortc.rtcrtpreceiver
import pylibsrtp
from aioice.ice import CandidatePair
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver
from aiortc.codecs import depayload as aiortc_depayload
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import (
    RTCP_PSFB_APP,
    AnyRtcpPacket,
    HeaderExtensions,
    HeaderExtensionsMap,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
    is_rtcp,
    unpack_remb_fci,
)

from .arrivals import Arrived
from .exceptions import HooksOutdated

logger = logging.getLogger(__name__)

# First tested version, first version not tested.
TESTED = {"aiortc": ((1, 16), (1, 17)), "aioice": ((0, 13), (0, 14))}

# What install() overwrites, and the list that it adds to.
NEEDED: tuple[tuple[object, str], ...] = (
    (aiortc.rtcrtpreceiver, "depayload"),
    (aiortc.rtcrtpreceiver, "decoder_worker"),
    (aiortc.rtcdtlstransport.RTCDtlsTransport, "_register_rtp_receiver"),
    (aiortc.rtcdtlstransport.RTCDtlsTransport, "_setup_srtp"),
    (aiortc.rtcdtlstransport.RTCCertificate, "_create_ssl_context"),
    (RTCRtpReceiver, "_run_rtcp"),
    (aioice.ice.StunProtocol, "datagram_received"),
    (aioice.ice.StunProtocol, "request"),
    (aioice.ice.Connection, "check_incoming"),
    (aiortc.codecs, "HEADER_EXTENSIONS"),
    (aiortc.clock, "current_ms"),
    (aiortc.clock, "current_ntp_time"),
)

# GStreamer's webrtcbin brings an RSA certificate; aiortc offers suites for ECDSA only.
CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
)

# RFC 7983: STUN is what begins with 0..3 and has at least a header of 20 bytes.
STUN_HEADER_BYTES = 20
LAST_STUN_FIRST_BYTE = 3
# RFC 7983: RTP and RTCP.
FIRST_MEDIA_BYTE, LAST_MEDIA_BYTE = 128, 191
STUN_COOKIE = b"\x21\x12\xa4\x42"
BINDING_REQUEST = b"\x00\x01"
# Addresses of one peer that media may come from.
KNOWN_SOURCES = 16

# Streams (SSRC) of one peer beside those that its offer names; browsers begin new ones when a section wakes. With fewer
# than 31 all have a place in a report (RFC 3550 §6.4.1).
LEARNED_STREAMS = 16
# Senders of reports of one peer: some have one for each section.
LEARNED_REPORTERS = 256
# Another stream may take the place of one that has been silent for so long.
SILENT_SECONDS = 10.0
# libsrtp's wrapper reads no longer packets, and raises what would end the session.
LONGEST_PACKET_BYTES = 1500
# Where the SSRC stands in a packet, and in a report.
RTP_SSRC, RTCP_SSRC = slice(8, 12), slice(4, 8)
# What aiortc's receivers keep of each stream, by SSRC.
STREAM_TABLES = [
    f"_RTCRtpReceiver__{table}" for table in ("active_ssrc", "remote_streams", "lsr", "lsr_time")
]

# Answered checks of a connection that tell its round trip: about 20 s of them.
REMEMBERED_CHECKS = 4

# The playout-delay extension of libwebrtc: 12 bits each for the least and the most delay, in units of 10 ms. The most
# is what evens out usual jitter: where repeats are asked for, Chromium would add a round trip to each picture.
PLAYOUT_DELAY = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
PLAYOUT_DELAY_ID = 12
SHORT_PLAYOUT_DELAY = (0 << 12 | 12).to_bytes(3, "big")
# RFC 8285 §4.2: elements with a header of one byte.
SHORT_EXTENSIONS = 0xBEDE
LAST_SHORT_ID = 14

# abs-send-time counts 1/2^18 s in 24 bits; what is sent within 40 ms is told to the estimator at once: two pictures at
# 30 a second. It still hears 15 times a second how the way there does, and costs half.
SEND_TIME_MODULUS = 2**24
BURST_SEND_TIME = 40 * 2**18 // 1000
# Where the timestamp stands in an RTP packet.
RTP_TIMESTAMP = slice(4, 8)
# From the beginning of NTP's count (1900) to that of Unix' (RFC 5905).
NTP_SECONDS_BEFORE_UNIX = 2_208_988_800
# Pictures of which something may wait at once: the newest, and repeats of those before.
WAITING_PICTURES = 16
# Sender reports that a receiver may still answer.
REMEMBERED_REPORTS = 8

# Of strangers.
dropped_datagrams = 0
# Of peers that we speak with: of streams beyond the bound, or too long.
dropped_packets = 0
_installed = False


class JitterBuffer(Protocol):
    """What aiortc's receiver calls for each RTP packet: returns (send a PLI, always None)."""

    def add(self, packet: RtpPacket) -> tuple[bool, None]: ...


class Packetiser(Protocol):
    """What aiortc's sender calls for each encoded frame, and for each REMB (bit/s)."""

    target_bitrate: int

    def pack(self, packet: Any) -> tuple[list[bytes], int]: ...


def install() -> None:
    """Apply the process-wide hooks once; raise HooksOutdated when a library is outside its tested range."""
    global _installed
    if _installed:
        return
    check_versions()
    check_names()
    _replace(aiortc.rtcrtpreceiver, "depayload", _depayload)
    _replace(aiortc.rtcrtpreceiver, "decoder_worker", _no_decoder)
    _negotiate_playout_delay()
    _route_repeats()
    _bound_streams()
    _outlive_reports()
    _guard_datagrams()
    _note_known_sources()
    _time_checks()
    _accept_rsa_certificates()
    _tell_time_directly()
    _installed = True


def check_versions() -> None:
    for library, (first, beyond) in TESTED.items():
        installed = version(library)
        if not first <= tuple(int(part) for part in installed.split(".")[:2]) < beyond:
            raise HooksOutdated(
                f"{library} {installed} is not tested with this version of Showroom; "
                f"install {library} {'.'.join(map(str, first))}, as uv.lock says."
            )


def check_names() -> None:
    """Raise HooksOutdated, before anything is changed, when something that the hooks need is not there."""
    for target, name in NEEDED:
        if name not in vars(target):  # what a class inherits is not what the hooks were written for
            raise _is_gone(target, name)


def _is_gone(target: object, name: str) -> HooksOutdated:
    owner = getattr(target, "__name__", type(target).__name__)
    return HooksOutdated(
        f"{owner} has no {name}; this version of aiortc or aioice is not supported. "
        "Install the one that uv.lock says."
    )


# --- Receiving: encoded frames go from the jitter buffer to the loop ------------------------------------


def attach_receiver(
    receiver: RTCRtpReceiver, jitter_buffer: JitterBuffer, on_end: Callable[[], None]
) -> None:
    """Give ``receiver`` our jitter buffer and take its end of stream.

    Why: aiortc's own chain waits for the next frame's first packet (33 of its 40 ms) and decodes in a thread with an
    unbounded queue that closing joins on the loop.
    """
    _replace(receiver, "_RTCRtpReceiver__jitter_buffer", jitter_buffer)
    _replace(receiver, "_RTCRtpReceiver__decoder_queue", _EndOfStream(on_end))


def codec_name(receiver: RTCRtpReceiver, payload_type: int) -> str | None:
    """Return the codec that ``payload_type`` stands for ("VP8", "H264", "opus"), or None."""
    codec = getattr(receiver, "_RTCRtpReceiver__codecs").get(payload_type)  # noqa: B009 - mangled name
    return codec.name if codec else None


def negotiated_codec(transceiver: RTCRtpTransceiver) -> str:
    """Return the name of the codec that the sender will use ("VP8", "H264", "opus")."""
    name: str = transceiver._codecs[0].name
    return name


def depayloaded(packet: RtpPacket) -> bytes:
    """Return the payload without the codec's RTP descriptor, as aiortc parsed it just before the jitter buffer."""
    data: bytes = packet._data  # type: ignore[attr-defined]
    return data


def limit_estimate(receiver: RTCRtpReceiver, limit: Callable[[], int | None]) -> None:
    """Let REMB tell the publisher no more than ``limit()`` bit/s: what no viewer can take need not be sent."""
    name = "_RTCRtpReceiver__remote_bitrate_estimator"
    _replace(receiver, name, _Estimator(getattr(receiver, name), limit))


class _Estimator:
    """Stands before aiortc's estimator: hands it bursts, not packets, and limits what it finds.

    Why: the estimator groups packets sent within 5 ms anyway, and asking it for each costs 8 % of a forwarded stream,
    for each picture 12 % of what was left.
    """

    def __init__(self, estimator: Any, limit: Callable[[], int | None]) -> None:
        self._estimator = estimator
        self._limit = limit
        # Send time (24 bit, 1/2^18 s) of the burst's first packet; None before the first burst.
        self._began: int | None = None
        # Bytes of the burst that the estimator has not heard of.
        self._waiting_bytes = 0

    @property
    def ssrcs(self) -> dict[int, int]:
        """What the estimate is for."""
        ssrcs: dict[int, int] = self._estimator.ssrcs
        return ssrcs

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        if self._began is not None and (abs_send_time - self._began) % SEND_TIME_MODULUS < BURST_SEND_TIME:
            self._waiting_bytes += payload_size
            return None
        size, self._waiting_bytes, self._began = self._waiting_bytes + payload_size, 0, abs_send_time
        result = self._estimator.add(
            abs_send_time=abs_send_time, arrival_time_ms=arrival_time_ms, payload_size=size, ssrc=ssrc
        )
        if result is None:  # most of the time: an estimate is due a few times a second
            return None
        most = self._limit()
        return result if most is None else (min(result[0], most), result[1])


def hear_sender_reports(receiver: RTCRtpReceiver, on_report: Callable[[int, int, int], None]) -> None:
    """Call ``on_report`` with (SSRC, NTP timestamp, RTP timestamp) of each sender report (RFC 3550 §6.4.1).

    Why: aiortc uses them for its statistics only, and nothing else tells how sound and picture belong together.
    """
    original = receiver._handle_rtcp_packet

    async def handle(packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket) and packet.sender_info.ntp_timestamp:
            on_report(packet.ssrc, packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp)
        await original(packet)

    _replace(receiver, "_handle_rtcp_packet", handle)


def arrived(receiver: RTCRtpReceiver) -> list[Arrived]:
    """Return what has come of each stream so far.

    Why: aiortc counts it for its receiver reports only. Repeats come as streams of their own, with timestamps that say
    nothing about the way they came.
    """
    streams: dict[int, Any] = getattr(receiver, "_RTCRtpReceiver__remote_streams")  # noqa: B009 - mangled name
    repeats = getattr(receiver, "_RTCRtpReceiver__rtx_ssrc")  # noqa: B009 - mangled name
    return [
        Arrived(ssrc, each.packets_expected, each.packets_received, each.jitter / each._clockrate)
        for ssrc, each in streams.items()
        if ssrc not in repeats
    ]


async def send_pli(receiver: RTCRtpReceiver, media_ssrc: int) -> None:
    """Ask the remote encoder for a key frame (RFC 4585 §6.3.1)."""
    await receiver._send_rtcp_pli(media_ssrc)


async def send_nack(receiver: RTCRtpReceiver, media_ssrc: int, missing: list[int]) -> None:
    """Ask for packets to be repeated (RFC 4585 §6.2.1).

    Why: aiortc asks when it misses a packet, and again only when it misses another one; a repeat may be lost, too.
    """
    await receiver._send_rtcp_nack(media_ssrc, missing)


class _EndOfStream:
    """Stands where the decoder's queue was: aiortc puts None into it when the stream has ended."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end

    def put(self, task: object) -> None:
        if task is None:
            self._on_end()


def _depayload(codec: Any, payload: bytes) -> bytes:
    """Return the payload without VP8's descriptor (RFC 7741 §4.2), without making an object of it; raise ValueError."""
    if codec.name != "VP8":
        return aiortc_depayload(codec, payload)
    return payload[vp8_descriptor_bytes(payload) :]


def vp8_descriptor_bytes(payload: bytes) -> int:
    """Return the length of the descriptor that ``payload`` begins with; raise ValueError when it is cut off."""
    try:
        if not payload[0] & 0x80:
            return 1
        extension, length = payload[1], 2
        if extension & 0x80:  # a picture id of 7 or 15 bits
            length += 2 if payload[2] & 0x80 else 1
        length += bool(extension & 0x40) + bool(extension & 0x30)
    except IndexError:
        length = len(payload) + 1
    if length > len(payload):
        raise ValueError("VP8's payload descriptor is cut off")
    return length


def _no_decoder(*_: object) -> None:
    """Return at once, so that the thread that aiortc starts for each receiver ends at once."""


def _route_repeats() -> None:
    """Hand repeats (RFC 4588) to the receiver whose stream they repeat.

    Why: aiortc forgets the SSRC that the offer names for them and guesses by the payload type, which says nothing where
    two sections send pictures: a camera and a screen.
    """
    transport = aiortc.rtcdtlstransport.RTCDtlsTransport
    original = transport._register_rtp_receiver

    def register(self: Any, receiver: Any, parameters: Any) -> None:
        original(self, receiver, parameters)
        for encoding in parameters.encodings:
            if encoding.rtx is not None:
                self._rtp_router.ssrc_table[encoding.rtx.ssrc] = receiver

    _replace(transport, "_register_rtp_receiver", register)


def _bound_streams() -> None:
    """Let a peer begin no more streams than it can need.

    Why: aiortc and libsrtp keep something of each SSRC for as long as the session, and a report with 128 of them cannot
    be written.
    """
    transport = aiortc.rtcdtlstransport.RTCDtlsTransport
    original = transport._setup_srtp

    def setup_srtp(self: Any) -> None:
        original(self)
        if self._rx_srtp is not None:
            self._rx_srtp = _BoundedStreams(self._rx_srtp, self._rtp_router)
            _take_media_directly(self)

    _replace(transport, "_setup_srtp", setup_srtp)


def _take_media_directly(transport: Any) -> None:
    """Handle each packet of media when it comes, instead of after a queue, a future and four nested coroutines.

    Why: they cost a twelfth of a forwarded stream. What comes before the connection stands waits in aiortc's queue.
    """
    connection = transport.transport._connection
    to_queue = connection.data_received
    # Packets whose handling waits for something; nothing in aiortc or here does that.
    unfinished: set[asyncio.Future[None]] = set()

    def data_received(data: bytes, component: int) -> None:
        is_media = FIRST_MEDIA_BYTE <= data[0] <= LAST_MEDIA_BYTE
        if not is_media or transport._state is not aiortc.rtcdtlstransport.State.CONNECTED:
            to_queue(data, component)
            return
        transport._RTCDtlsTransport__rx_bytes += len(data)
        transport._RTCDtlsTransport__rx_packets += 1
        try:
            _run_now(_handle_media(transport, data), unfinished)
        except Exception:
            logger.exception("What came of a peer could not be handled; its connection ends")
            connection._queue.put_nowait(None)  # as aioice says that its socket is gone

    _replace(connection, "data_received", data_received)


async def _handle_media(transport: Any, data: bytes) -> None:
    """Do with SRTP or SRTCP what aiortc does with it; ``transport`` is an RTCDtlsTransport."""
    arrival_time_ms = _current_ms()
    try:
        if is_rtcp(data):
            await transport._handle_rtcp_data(transport._rx_srtp.unprotect_rtcp(data))
        else:
            clear = transport._rx_srtp.unprotect(data)
            await transport._handle_rtp_data(clear, arrival_time_ms=arrival_time_ms)
    except (pylibsrtp.Error, ConnectionError) as error:
        logger.debug("A packet of media could not be read or answered: %s", error)


def _run_now(coroutine: Coroutine[Any, Any, None], unfinished: "set[asyncio.Future[None]]") -> None:
    """Run ``coroutine`` without a task of its own; only if it waits for something, one goes on with it."""
    try:
        waits_for = coroutine.send(None)
    except StopIteration:
        return
    rest = asyncio.ensure_future(_rest_of(coroutine, waits_for))
    unfinished.add(rest)
    rest.add_done_callback(unfinished.discard)


@types.coroutine
def _rest_of(coroutine: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, None, None]:
    """Wait for what ``coroutine`` has asked for already, then let it go on."""
    try:
        while True:
            try:
                yield waits_for
            except BaseException as error:
                waits_for = coroutine.throw(error)
            else:
                waits_for = coroutine.send(None)
    except StopIteration:
        return


class _BoundedStreams:
    """Stands before libsrtp's session for what comes in. What it refuses raises pylibsrtp.Error, as damage does."""

    def __init__(self, session: pylibsrtp.Session, router: Any) -> None:
        self._session = session
        self._router = router
        # Streams and senders of reports that no offer names: when (time.monotonic()) they were heard last, by SSRC.
        self._streams: dict[int, float] = {}
        self._reporters: dict[int, float] = {}

    def unprotect(self, data: bytes) -> bytes:
        ssrc = int.from_bytes(data[RTP_SSRC])
        if len(data) > LONGEST_PACKET_BYTES or not self._has_place(ssrc, self._streams, LEARNED_STREAMS):
            _refuse()
        clear = self._session.unprotect(data)
        # Only now it is sure that the peer has sent it.
        if ssrc in self._streams or ssrc not in self._router.ssrc_table:
            self._streams[ssrc] = time.monotonic()
        return clear

    def unprotect_rtcp(self, data: bytes) -> bytes:
        ssrc = int.from_bytes(data[RTCP_SSRC])
        if len(data) > LONGEST_PACKET_BYTES or not self._may_report(ssrc):
            _refuse()
        clear = self._session.unprotect_rtcp(data)
        if ssrc not in self._streams and ssrc not in self._router.ssrc_table:
            self._reporters[ssrc] = time.monotonic()
        return clear

    def _may_report(self, ssrc: int) -> bool:
        return ssrc in self._streams or self._has_place(ssrc, self._reporters, LEARNED_REPORTERS)

    def _has_place(self, ssrc: int, heard_at: dict[int, float], limit: int) -> bool:
        if ssrc in heard_at or ssrc in self._router.ssrc_table or len(heard_at) < limit:
            return True
        oldest = min(heard_at, key=heard_at.__getitem__)
        if time.monotonic() - heard_at[oldest] < SILENT_SECONDS:
            return False
        del heard_at[oldest]
        self._forget(oldest)
        return True

    def _forget(self, ssrc: int) -> None:
        with suppress(pylibsrtp.Error):  # a stream that reports as well is forgotten once
            self._session.remove_stream(ssrc)
        receiver = self._router.ssrc_table.pop(ssrc, None)
        if receiver is not None:
            _forget_stream(receiver, ssrc)


def _forget_stream(receiver: RTCRtpReceiver, ssrc: int) -> None:
    for name in STREAM_TABLES:
        getattr(receiver, name).pop(ssrc, None)
    estimator = getattr(receiver, "_RTCRtpReceiver__remote_bitrate_estimator")  # noqa: B009 - mangled name
    if estimator is not None:
        estimator.ssrcs.pop(ssrc, None)


def _refuse() -> None:
    global dropped_packets
    dropped_packets += 1
    raise pylibsrtp.Error("refused")


def _outlive_reports() -> None:
    """Let a receiver go on reporting after a report that could not be written.

    Why: a peer whose timestamps leap about makes a jitter that does not fit; aiortc's task would end there, and closing
    would wait for it for ever.
    """
    original = RTCRtpReceiver._run_rtcp

    async def run_rtcp(self: Any) -> None:
        while True:  # it waits before each report
            try:
                return await original(self)
            except Exception:
                logger.debug("A receiver report could not be written", exc_info=True)

    _replace(RTCRtpReceiver, "_run_rtcp", run_rtcp)


# --- Sending: our packetiser, our key-frame routing ------------------------------------------------------


def attach_sender(
    sender: RTCRtpSender, packetiser: Packetiser, on_key_frame_request: Callable[[], None]
) -> None:
    """Let ``sender`` pack what our tracks yield, and route its viewer's PLI/FIR to the one encoder.

    Why: aiortc encodes once per viewer and clamps the viewer's bandwidth estimate to its own limits.
    """
    _replace(sender, "_RTCRtpSender__encoder", packetiser)
    _replace(sender, "_send_keyframe", on_key_frame_request)
    _replace(sender, "_RTCRtpSender__rtp_header_extensions_map", _PlayoutDelay())


def hear_estimates(sender: RTCRtpSender, on_estimate: Callable[[int, list[int]], None]) -> None:
    """Call ``on_estimate`` with (bit/s, SSRCs) of each REMB that names this sender.

    Why: aiortc tells the encoder the bit rate only, and a browser's one figure is for all the streams that it names.
    """
    original = sender._handle_rtcp_packet

    async def handle(packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            with suppress(ValueError):
                on_estimate(*unpack_remb_fci(packet.fci))
        await original(packet)

    _replace(sender, "_handle_rtcp_packet", handle)


def hear_reports(sender: RTCRtpSender, on_report: Callable[[int, int, int, float | None], None]) -> None:
    """Call ``on_report`` with (SSRC, packets lost so far, highest sequence number, round trip in s) of each report.

    Why: aiortc smooths the round trip over many seconds, and finds it negative where a sender waits and reports twice.
    """
    # When (time.monotonic()) the newest sender reports went out, by the part of their time that receivers repeat.
    sent_at: dict[int, float] = {}
    original_send, original_handle = sender._send_rtcp, sender._handle_rtcp_packet

    async def send(packets: list[AnyRtcpPacket]) -> None:
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                sent_at[packet.sender_info.ntp_timestamp >> 16 & 0xFFFFFFFF] = time.monotonic()
                while len(sent_at) > REMEMBERED_REPORTS:
                    del sent_at[next(iter(sent_at))]
        await original_send(packets)

    async def handle(packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == sender._ssrc:
                    round_trip = _round_trip(sent_at.get(report.lsr), report.dlsr)
                    on_report(report.ssrc, report.packets_lost, report.highest_sequence, round_trip)
        await original_handle(packet)

    _replace(sender, "_send_rtcp", send)
    _replace(sender, "_handle_rtcp_packet", handle)


def _round_trip(sent_at: float | None, held: int) -> float | None:
    """``held``: how long the receiver took to answer, in 1/65536 s; 0 when it has heard nothing yet."""
    return max(0.0, time.monotonic() - sent_at - held / 65536) if sent_at is not None and held else None


def pace(sender: RTCRtpSender, gate: "Gate") -> None:
    """Let the packets of ``sender`` wait at ``gate`` while that has a rate.

    Why: aiortc sends all packets of a picture at once. Repeats must not wait where they are asked for, because the
    connection receives nothing meanwhile.
    """
    name = "_RTCRtpSender__transport"
    _replace(sender, name, _PacedTransport(getattr(sender, name), gate))
    original = sender._retransmit

    async def retransmit(sequence_number: int) -> None:
        if gate.rate is None:
            await original(sequence_number)
        else:
            gate.later(original(sequence_number))

    _replace(sender, "_retransmit", retransmit)


def drop_unsent(sender: RTCRtpSender) -> None:
    """Let nothing more go out of the pictures that wait at the gate, and repeat nothing of those before.

    Why: the sender's next picture is of another stream; what is left of these would only keep it waiting.
    """
    transport = getattr(sender, "_RTCRtpSender__transport")  # noqa: B009 - mangled name
    if isinstance(transport, _PacedTransport):
        transport.drop_pictures()
        getattr(sender, "_RTCRtpSender__rtp_history").clear()  # noqa: B009 - mangled name


class Gate(Protocol):
    """Where packets of pictures wait; ``rate`` is None while nothing has to."""

    rate: int | None

    async def wait(self, size: int) -> None: ...
    def later(self, sending: Coroutine[Any, Any, None]) -> None: ...


class _PacedTransport:
    """Stands before a sender's transport."""

    def __init__(self, transport: Any, gate: Gate) -> None:
        self._transport = transport
        self._gate = gate
        # RTP timestamps, as they stand in packets: of the pictures that waited last, and of those that were dropped.
        self._waited: deque[bytes] = deque(maxlen=WAITING_PICTURES)
        self._dropped: frozenset[bytes] = frozenset()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def drop_pictures(self) -> None:
        self._dropped = frozenset(self._waited)

    async def _send_rtp(self, data: bytes) -> None:
        if self._gate.rate is not None and not is_rtcp(data):
            timestamp = data[RTP_TIMESTAMP]
            if timestamp in self._dropped:
                return
            if timestamp not in self._waited:
                self._waited.append(timestamp)
            await self._gate.wait(len(data))
            if timestamp in self._dropped:
                return
        await self._transport._send_rtp(data)


class _PlayoutDelay(HeaderExtensionsMap):
    """Adds the playout delay that the viewer may choose, where he negotiated the extension.

    Why: Chromium holds each picture for 20 ms and more, to play a film smoothly; told that no delay is wanted it shows
    each picture as soon as it is decoded. Beside sound it still waits as long as both need to be in step, and then for
    jitter, too.
    """

    _id: int | None = None

    def configure(self, parameters: RTCRtpParameters) -> None:
        super().configure(parameters)
        for extension in parameters.headerExtensions:
            if extension.uri == PLAYOUT_DELAY and extension.id <= LAST_SHORT_ID:
                self._id = extension.id

    def set(self, values: HeaderExtensions) -> tuple[int, bytes]:
        profile, value = super().set(values)
        if self._id is None or profile not in (0, SHORT_EXTENSIONS):
            return profile, value
        return SHORT_EXTENSIONS, value + bytes([self._id << 4 | 2]) + SHORT_PLAYOUT_DELAY


def _negotiate_playout_delay() -> None:
    """Accept the extension in offers; ``id`` matters only where aiortc makes the offer."""
    known = aiortc.codecs.HEADER_EXTENSIONS["video"]
    known.append(RTCRtpHeaderExtensionParameters(id=PLAYOUT_DELAY_ID, uri=PLAYOUT_DELAY))


def date_sender_reports(sender: RTCRtpSender, timestamp_at: Callable[[float, int], int | None]) -> None:
    """Let sender reports say when a picture or sound was captured, not when it was sent.

    ``timestamp_at`` gets an age in seconds and the timestamp of the last packet sent; it returns the RTP timestamp of
    what was captured so long ago. Why: aiortc dates the last packet by its sending, which hides the time that a
    processor takes, so that a browser plays the picture behind its sound.
    """
    original = sender._send_rtcp

    async def send(packets: list[AnyRtcpPacket]) -> None:
        for packet in packets:
            if isinstance(packet, RtcpSrPacket) and packet.sender_info.ntp_timestamp:
                _date(packet.sender_info, timestamp_at)
        await original(packets)

    _replace(sender, "_send_rtcp", send)


def _date(info: RtcpSenderInfo, timestamp_at: Callable[[float, int], int | None]) -> None:
    # The NTP timestamp stays: round trips are measured with it.
    age = (aiortc.clock.current_ntp_time() - info.ntp_timestamp) / 2**32
    timestamp = timestamp_at(age, info.rtp_timestamp)
    if timestamp is not None:
        info.rtp_timestamp = timestamp


def last_rtp_timestamp(sender: RTCRtpSender) -> int:
    """Return the RTP timestamp of the last packet sent, random offset included; 0 before the first."""
    timestamp: int = getattr(sender, "_RTCRtpSender__rtp_timestamp")  # noqa: B009 - mangled name
    return timestamp


def round_trip_seconds(sender: RTCRtpSender) -> float | None:
    """Return the smoothed round trip from RTCP reports, in seconds."""
    rtt: float | None = getattr(sender, "_RTCRtpSender__rtt")  # noqa: B009 - mangled name
    return rtt


def ssrc_of(sender: RTCRtpSender) -> int:
    """Return the SSRC that the sender's packets carry."""
    ssrc: int = sender._ssrc
    return ssrc


def renew_ssrcs(sender: RTCRtpSender) -> dict[int, int]:
    """Give ``sender`` new SSRCs and return them by the old ones; to be named in the next answer.

    Why: Chromium never puts a stream that it knows into another group of streams in step; to it a section that shows
    somebody else must be a new stream.
    """
    old = sender._ssrc, sender._rtx_ssrc
    sender._ssrc, sender._rtx_ssrc = (secrets.randbits(31) + 1 for _ in old)
    sender.transport._rtp_router.register_sender(sender, ssrc=sender._ssrc)
    return dict(zip(old, (sender._ssrc, sender._rtx_ssrc), strict=True))


# --- The door to the network ------------------------------------------------------------------------------


def _guard_datagrams() -> None:
    """Drop what no working peer sends before it reaches code that would end the session.

    Why: an empty datagram raises IndexError in aiortc's receive loop, and DTLS from a stranger during the handshake
    fails it. Only STUN may come from an address that has not shown the session's ICE password.
    """
    original = aioice.ice.StunProtocol.datagram_received

    def datagram_received(self: Any, data: bytes, addr: tuple[Any, ...]) -> None:
        global dropped_datagrams
        if not _welcome(self, data, addr):
            dropped_datagrams += 1
            return
        if data[0] > LAST_STUN_FIRST_BYTE:  # aioice would try to read it as STUN first
            self.receiver.data_received(data, self.local_candidate.component)
            return
        try:
            original(self, data, addr)
        except Exception:
            dropped_datagrams += 1
            # Not a warning: strangers decide how often this happens.
            logger.debug("A datagram from %s could not be read and was dropped", addr[0], exc_info=True)

    _replace(aioice.ice.StunProtocol, "datagram_received", datagram_received)


def _note_known_sources() -> None:
    """Remember from where authenticated checks came: media may come from there.

    Why: a browser may send by another pair than aioice has chosen. Of that one aioice knows no success, because it
    stops checking once it has a pair.
    """
    original = aioice.ice.Connection.check_incoming

    def check_incoming(self: Any, message: Any, addr: tuple[str, int], protocol: Any) -> None:
        _note_source(protocol, addr)
        self.checked_at = time.monotonic()
        original(self, message, addr, protocol)

    _replace(aioice.ice.Connection, "check_incoming", check_incoming)


def checked_at(connection: RTCPeerConnection) -> float:
    """Return when (time.monotonic()) an authenticated check of the peer came last; 0.0 before the first.

    Why: browsers check their consent every few seconds (RFC 7675) while they live; aioice notes only its own checks.
    """
    return max((agent.__dict__.get("checked_at", 0.0) for agent in _agents(connection)), default=0.0)


def _time_checks() -> None:
    """Remember how long the peer takes to answer our checks.

    Why: RTCP tells the round trip only where we send media; to who only publishes, these are all that we ask.
    """
    original = aioice.ice.StunProtocol.request

    async def request(self: Any, message: Any, addr: Any, integrity_key: Any = None, **options: Any) -> Any:
        sent_at = time.monotonic()
        answer = await original(self, message, addr, integrity_key, **options)
        if integrity_key is not None:  # a STUN server, which is another way, is asked without
            checks = self.receiver.__dict__.setdefault("answered_checks", deque(maxlen=REMEMBERED_CHECKS))
            checks.append(time.monotonic() - sent_at)
        return answer

    _replace(aioice.ice.StunProtocol, "request", request)


def check_round_trip_seconds(connection: RTCPeerConnection) -> float | None:
    """Return the shortest round trip of the last checks, in seconds: a longer one may count a repeat or a busy loop."""
    checks = [
        seconds for agent in _agents(connection) for seconds in agent.__dict__.get("answered_checks", ())
    ]
    return min(checks, default=None)


def _agents(connection: RTCPeerConnection) -> list[aioice.ice.Connection]:
    transports = getattr(connection, "_RTCPeerConnection__iceTransports")  # noqa: B009 - mangled name
    return [transport._connection for transport in transports]


def _note_source(protocol: Any, source: tuple[str, int]) -> None:
    known = protocol.__dict__.setdefault("known_sources", {})
    # The newest stay: a phone that moves between networks comes from ever new ones.
    known.pop(source, None)
    known[source] = True
    if len(known) > KNOWN_SOURCES:
        del known[next(iter(known))]


def _welcome(protocol: Any, data: bytes, addr: tuple[Any, ...]) -> bool:
    if not data:
        return False
    if data[0] <= LAST_STUN_FIRST_BYTE:
        return _is_awaited(protocol, data)
    source = (addr[0], addr[1])
    return source in protocol.__dict__.get("known_sources", ()) or _has_succeeded(protocol, source)


def _is_awaited(protocol: Any, data: bytes) -> bool:
    """Whether STUN is a check that names this session, or the answer to one of our own.

    Why: a stranger may send much else, which aioice would parse, then answer with an error or take for media.
    """
    if len(data) < STUN_HEADER_BYTES or data[4:8] != STUN_COOKIE:
        return False
    if len(data) != STUN_HEADER_BYTES + int.from_bytes(data[2:4], "big"):
        return False
    if data[:2] == BINDING_REQUEST:
        return f"{protocol.receiver.local_username}:".encode() in data
    return data[8:20] in protocol.transactions


def _has_succeeded(protocol: Any, source: tuple[str, int]) -> bool:
    """Whether our own check of this address succeeded: an ICE-lite peer sends none."""
    for pair in protocol.receiver._check_list:
        if pair.state == CandidatePair.State.SUCCEEDED and pair.remote_addr == source:
            _note_source(protocol, source)
            return True
    return False


def _accept_rsa_certificates() -> None:
    certificate = aiortc.rtcdtlstransport.RTCCertificate
    original = certificate._create_ssl_context

    def create_ssl_context(self: Any, *args: Any, **options: Any) -> Any:
        context = original(self, *args, **options)
        context.set_cipher_list(CIPHERS)
        return context

    _replace(certificate, "_create_ssl_context", create_ssl_context)


def _tell_time_directly() -> None:
    """Count from the system's nanoseconds.

    Why: aiortc makes calendar dates on the way, for each packet three times.
    """
    _replace(aiortc.clock, "current_ms", _current_ms)
    _replace(aiortc.clock, "current_ntp_time", _current_ntp_time)


def _current_ms() -> int:
    """Return milliseconds since 1900."""
    return time.time_ns() // 1_000_000 + NTP_SECONDS_BEFORE_UNIX * 1000


def _current_ntp_time() -> int:
    """Return seconds since 1900 in the upper and 1/2^32 s in the lower 32 bits (RFC 3550 §4)."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return seconds + NTP_SECONDS_BEFORE_UNIX << 32 | (nanoseconds << 32) // 1_000_000_000


def _replace(target: object, name: str, value: object) -> None:
    """Set an attribute that must already be there: a renamed one would otherwise be ignored in silence."""
    if not hasattr(target, name):
        raise _is_gone(target, name)
    setattr(target, name, value)
