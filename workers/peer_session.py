"""One ``RTCPeerConnection``: negotiation, tracks in and out, the data channel, its end."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import OperationError
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.rtp import RtpPacket

from . import aiortc_hooks
from .answer import Quality, finish_answer
from .arrivals import Arrivals
from .data_channel import LABEL, DataChannel
from .exceptions import BadOffer, NoUsableCodec
from .frames import CLOCK_RATES, EncodedFrame, is_key_frame
from .incoming import IncomingAudio, IncomingVideo
from .jitter_buffers import GAP_PATIENCE_SECONDS, AudioJitterBuffer, VideoJitterBuffer
from .key_frames import KeyFrameRequests
from .media_clock import PublisherClock, SenderReport, SessionClock, ntp_seconds
from .offer import MediaSection, Offer
from .pacer import Pacer
from .packetisers import PACKETISERS, Packetiser
from .reception import Reception
from .subscriber_track import SubscriberTrack

logger = logging.getLogger(__name__)

CLOSE_DEADLINE_SECONDS = 3.0
# However long the round trip is said to be: a picture that stands longer needs a key frame.
LONGEST_GAP_SECONDS = 0.5
# In order of preference: VP8 for all in a room; H.264 where a seat is alone and offers nothing else, or where the host
# has an encoder for it.
CODECS = {"video": ["video/vp8", "video/h264", "video/rtx"], "audio": ["audio/opus"]}


class PeerListener(Protocol):
    """Who is told what happens to a peer connection; called on the loop."""

    def on_incoming(self, source: str, incoming: IncomingVideo | IncomingAudio) -> None: ...
    def on_ended(self, source: str, incoming: IncomingVideo | IncomingAudio) -> None: ...
    def on_message(self, message: dict[str, Any]) -> None: ...
    def on_channel_open(self) -> None: ...
    def on_connected(self) -> None: ...
    def on_disconnected(self) -> None: ...


@dataclass
class Sending:
    """What one of our senders works with."""

    track: SubscriberTrack
    packetiser: Packetiser
    transceiver: RTCRtpTransceiver
    # Whether the browser receives it; a re-offer may put a section to rest and wake it again.
    is_active: bool = True


@dataclass
class Received:
    """What one of our receivers gets. A section keeps what it sends: a camera's does not become a screen's."""

    source: str
    incoming: IncomingVideo | IncomingAudio
    receiver: RTCRtpReceiver
    # Whether the browser sends it; a re-offer may put a section to rest and wake it again.
    is_active: bool = True


class PeerSession:
    """Owns one peer connection. A re-offer on the same one goes through ``answer`` again."""

    def __init__(
        self,
        configuration: RTCConfiguration,
        clock: SessionClock,
        listener: PeerListener,
        public_address: str = "",
        *,
        prefers_h264: bool = False,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        # Shared by the streams that the browser sends: what they capture at once gets the same time.
        self._publisher_clock = PublisherClock()
        self._listener = listener
        self._public_address = public_address
        self._prefers_h264 = prefers_h264
        self._connection = RTCPeerConnection(configuration)
        self._connection.on("connectionstatechange", self._state_changed)
        self._connection.on("datachannel", self._data_channel_opened)
        self.data_channel: DataChannel | None = None
        self.pacer = Pacer()
        # How what we send gets there, and how what the browser sends gets here.
        self.reception = Reception()
        self.arrivals = Arrivals()
        # Our senders by mid.
        self.sendings: dict[str, Sending] = {}
        # What the browser's sections send, or sent until they were put to rest, by mid.
        self._received: dict[str, Received] = {}
        # What to tell the listener when the answer stands.
        self._announcements: list[Callable[[], None]] = []
        self._requests: list[KeyFrameRequests] = []
        self._tasks: set[asyncio.Task[None]] = set()
        # The browser's ICE user name: a re-offer has the same one.
        self.ice_user = ""
        self.is_connected = False
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    async def answer(self, offer: Offer, quality: Quality) -> str:
        """Apply ``offer`` and return the finished answer; raise BadOffer. After an error the session is unusable."""
        self.ice_user = offer.ice_user
        try:
            self._prepare_transceivers(offer)
            await self._connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
            self._attach(offer)
            await self._connection.setLocalDescription()
        except OperationError as error:
            raise NoUsableCodec("No codec in common; offer VP8 for video and Opus for sound.") from error
        except Exception as error:
            # Fuzzed offers raise six kinds of exception in aiortc; to the client they are all one.
            logger.info("An offer could not be applied: %r", error)
            raise BadOffer("The offer could not be understood; send what createOffer() gives.") from error
        return finish_answer(self._connection.localDescription.sdp, quality, self._public_address)

    def announce(self) -> None:
        """Tell the listener of new incoming streams; once it is sure that this connection is the one."""
        announcements, self._announcements = self._announcements, []
        for announce in announcements:
            announce()

    def checked_at(self) -> float:
        """Return when (time.monotonic()) the browser last checked that the connection still stands."""
        return aiortc_hooks.checked_at(self._connection)

    @property
    def active_sendings(self) -> dict[str, Sending]:
        """Our senders whose section the browser receives, by mid."""
        return {mid: sending for mid, sending in self.sendings.items() if sending.is_active}

    def count_arrivals(self) -> None:
        """Note what has come so far of all that the browser sends."""
        receivers = [each.receiver for each in self._received.values() if each.is_active]
        self.arrivals.note(stream for receiver in receivers for stream in aiortc_hooks.arrived(receiver))

    async def close(self) -> None:
        """Close within a deadline; safe to call twice, and before the connection stood."""
        if self._is_closed:
            return
        self._is_closed = True
        self.pacer.close()
        for requests in self._requests:
            requests.close()
        for sending in self.sendings.values():
            sending.track.stop()
        for task in self._tasks:
            task.cancel()
        try:
            await asyncio.wait_for(self._connection.close(), CLOSE_DEADLINE_SECONDS)
        except Exception:
            logger.warning("A peer connection did not close cleanly", exc_info=True)

    # --- negotiation ---------------------------------------------------------------------------------

    def _prepare_transceivers(self, offer: Offer) -> None:
        """Make a transceiver for each new section, so that it speaks only our codecs and sends only our track."""
        known = {transceiver.mid for transceiver in self._connection.getTransceivers()}
        for section in offer.sections:
            if section.kind in CODECS and section.mid not in known:
                transceiver = self._connection.addTransceiver(section.kind, direction="sendrecv")
                transceiver.setCodecPreferences(preferred_codecs(section.kind, self._prefers_h264))

    def _attach(self, offer: Offer) -> None:
        by_mid = {transceiver.mid: transceiver for transceiver in self._connection.getTransceivers()}
        for section in offer.sections:
            transceiver = by_mid.get(section.mid)
            if transceiver is None:
                continue
            transceiver.direction = answered_direction(section)
            if section.browser_receives and section.mid not in self.sendings:
                self._attach_sender(section, transceiver)
            if section.mid in self.sendings:
                self._set_active(self.sendings[section.mid], section.browser_receives)
            self._note_receiving(section, transceiver.receiver)

    def _attach_sender(self, section: MediaSection, transceiver: RTCRtpTransceiver) -> None:
        codec_name = aiortc_hooks.negotiated_codec(transceiver)
        track = SubscriberTrack(section.kind, codec_name, self.reception)
        packetiser = PACKETISERS[codec_name]()
        sender = transceiver.sender
        aiortc_hooks.hear_reports(sender, self.reception.note)
        if section.kind == "video":
            aiortc_hooks.pace(sender, self.pacer)
            track.on_other_stream = lambda: aiortc_hooks.drop_unsent(sender)
            aiortc_hooks.hear_estimates(sender, lambda rate, ssrcs: self._take_estimate(track, rate, ssrcs))
        packetiser.follow(lambda: aiortc_hooks.last_rtp_timestamp(sender), lambda: track.epoch)
        aiortc_hooks.attach_sender(sender, packetiser, track.request_key_frame)
        aiortc_hooks.date_sender_reports(sender, packetiser.timestamp_at)
        transceiver.sender.replaceTrack(track)
        self.sendings[section.mid] = Sending(track, packetiser, transceiver)

    def _take_estimate(self, track: SubscriberTrack, bits_per_second: int, ssrcs: list[int]) -> None:
        """A browser's figure is for all streams that it names; of ours those count that send."""
        named = [
            sending
            for sending in self.active_sendings.values()
            if sending.track.stream is not None and aiortc_hooks.ssrc_of(sending.transceiver.sender) in ssrcs
        ]
        track.note_estimate(bits_per_second, len(named))

    def _set_active(self, sending: Sending, is_active: bool) -> None:
        sending.is_active = is_active
        if not is_active:
            sending.track.leave()

    def _note_receiving(self, section: MediaSection, receiver: RTCRtpReceiver) -> None:
        """Take up what a section begins to send, and say so of what it stops sending."""
        received = self._received.get(section.mid)
        if received is None and section.browser_sends:
            attach = self._attach_video if section.kind == "video" else self._attach_audio
            received = self._received[section.mid] = Received(section.source, attach(receiver), receiver)
            self._announce(received)
        elif received is not None and received.is_active is not section.browser_sends:
            received.is_active = section.browser_sends
            self._announce(received)

    def _announce(self, received: Received) -> None:
        tell = self._listener.on_incoming if received.is_active else self._listener.on_ended
        self._announcements.append(lambda: tell(received.source, received.incoming))

    def _attach_video(self, receiver: RTCRtpReceiver) -> IncomingVideo:
        requests = KeyFrameRequests(self._loop, lambda: self._send_pli(receiver, buffer.ssrc))
        incoming = IncomingVideo(requests.ask_from_thread)
        put = self._frame_reader("video", receiver, incoming.put)
        buffer = VideoJitterBuffer(
            put,
            lambda packet: begins_key_frame(receiver, packet),
            self._gap_patience_seconds,
            lambda missing: self._send_nack(receiver, buffer.ssrc, missing),
        )
        aiortc_hooks.attach_receiver(receiver, buffer, on_end=lambda: None)
        aiortc_hooks.limit_estimate(receiver, lambda: incoming.estimate_limit())
        self._requests.append(requests)
        return incoming

    def _attach_audio(self, receiver: RTCRtpReceiver) -> IncomingAudio:
        buffer = AudioJitterBuffer(lambda *frame: put(*frame), lambda level: incoming.loudness.hear(level))

        def set_in_order(in_order: bool) -> None:
            buffer.in_order = in_order

        incoming = IncomingAudio(set_in_order)
        put = self._frame_reader("audio", receiver, incoming.put, lambda: incoming.loudness.is_silence)
        aiortc_hooks.attach_receiver(receiver, buffer, on_end=lambda: None)
        return incoming

    def _gap_patience_seconds(self) -> float:
        """Return how long a lost packet may take: the request for it and its repeat make one round trip."""
        senders = [sending.transceiver.sender for sending in self.sendings.values()]
        trips = [aiortc_hooks.round_trip_seconds(sender) for sender in senders]
        trips.append(aiortc_hooks.check_round_trip_seconds(self._connection))
        longest = max([trip for trip in trips if trip is not None], default=0.0)
        return max(GAP_PATIENCE_SECONDS, min(2 * longest, LONGEST_GAP_SECONDS))

    def _frame_reader(
        self,
        kind: str,
        receiver: RTCRtpReceiver,
        put: Callable[[EncodedFrame], None],
        is_silent: Callable[[], bool] = lambda: False,
    ) -> Callable[[int, int, bytes], None]:
        """Return what turns the jitter buffer's output into frames on the session's time line."""
        clock = self._clock.rtp_clock(CLOCK_RATES[kind], self._publisher_clock)
        aiortc_hooks.hear_sender_reports(
            receiver, lambda ssrc, ntp, rtp: clock.report(SenderReport(ntp_seconds(ntp), rtp))
        )

        def read(payload_type: int, timestamp: int, data: bytes) -> None:
            codec = aiortc_hooks.codec_name(receiver, payload_type) or ""
            now = time.monotonic()
            moment = clock.time(timestamp, now)
            ticks = clock.ticks(timestamp) if kind == "audio" else None
            put(EncodedFrame(data, codec, moment, is_key_frame(codec, data), now, ticks, is_silent()))

        return read

    def _send_nack(self, receiver: RTCRtpReceiver, ssrc: int, missing: list[int]) -> None:
        if missing and self.is_connected and not self._is_closed:
            self._run(aiortc_hooks.send_nack(receiver, ssrc, missing))

    def _send_pli(self, receiver: RTCRtpReceiver, ssrc: int) -> None:
        if self.is_connected and ssrc and not self._is_closed:
            self._run(aiortc_hooks.send_pli(receiver, ssrc))

    def _run(self, coroutine: Any) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- what the connection tells ---------------------------------------------------------------------

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected" and not self.is_connected:
            self.is_connected = True
            self._listener.on_connected()
        elif state in ("failed", "closed") and not self._is_closed:
            self.is_connected = False
            self._listener.on_disconnected()

    def _data_channel_opened(self, channel: Any) -> None:
        if channel.label != LABEL:
            channel.close()
            return
        # The newest counts: the end of the one before may come later than the browser's new one.
        if self.data_channel is not None:
            self.data_channel.close()
        self.data_channel = DataChannel(channel, self._listener.on_message)
        self._listener.on_channel_open()


def answered_direction(section: MediaSection) -> str:
    """Return our direction for a section, the mirror of the browser's."""
    return {"sendonly": "recvonly", "recvonly": "sendonly"}.get(section.direction, section.direction)


def preferred_codecs(kind: str, prefers_h264: bool = False) -> list[RTCRtpCodecCapability]:
    capabilities = RTCRtpReceiver.getCapabilities(kind)
    assert capabilities is not None
    wanted = CODECS[kind]
    usable = [codec for codec in capabilities.codecs if codec.mimeType.lower() in wanted]
    usable.sort(key=lambda codec: wanted.index(codec.mimeType.lower()))
    # Sorting keeps the order of the others.
    return (
        sorted(usable, key=lambda codec: codec.mimeType.lower() != "video/h264") if prefers_h264 else usable
    )


def begins_key_frame(receiver: RTCRtpReceiver, packet: RtpPacket) -> bool:
    """Whether ``packet`` is the first of a key frame: RFC 7741 §4.2 (S bit), RFC 6386 §9.1 (frame tag)."""
    codec = aiortc_hooks.codec_name(receiver, packet.payload_type)
    if codec == "VP8":
        starts_frame = bool(packet.payload) and packet.payload[0] & 0x17 == 0x10
        return starts_frame and is_key_frame(codec, aiortc_hooks.depayloaded(packet))
    return codec is not None and is_key_frame(codec, aiortc_hooks.depayloaded(packet))
