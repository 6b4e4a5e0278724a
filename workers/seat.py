"""One participant's place in a worker: a pipeline that outlives its peer connections, and the peer of the moment."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from types import MappingProxyType
from typing import Any

from aiortc import RTCBundlePolicy

from processors.hosts import HostPool

from .answer import QUALITIES
from .audio_codecs import BIT_RATE
from .connection_quality import EXCELLENT, GOOD, POOR, Condition, ConnectionQuality
from .engine_options import EngineOptions
from .exceptions import NegotiationTimeout, WorkerError
from .incoming import IncomingAudio, IncomingVideo
from .interval import Interval
from .media_clock import SessionClock
from .offer import Offer, read_offer
from .outgoing import OutgoingVideo
from .participant import Participant
from .participant_media import PICTURE, SOUND, Accepted, ParticipantMedia, Worn
from .peer_session import PeerSession
from .pipeline import Assignment, Pipeline, ProcessorNews
from .reception import Reception
from .subscriber_track import SubscriberTrack
from .view import View, read_view
from .viewer_budget import Demand, ViewerBudget, total_estimate

logger = logging.getLogger(__name__)

STATISTICS_INTERVAL_SECONDS = 0.5
# Browsers check their connection at least every 6 s, also when they send nothing.
LOST_SILENCE_SECONDS = 8.0
# Messages of one browser over the data channel, a second.
MAX_MESSAGES_PER_SECOND = 60
NEGOTIATION_DEADLINE_SECONDS = 8.0
# What sound costs at most in a room, in bit/s: slow viewers take several.
ROOM_AUDIO_BIT_RATE = 32_000
# Packets of a slow viewer go out at least at this rate, in bit/s, whatever its browser believes.
LEAST_PACE = 80_000
# … and at most at so much more than encoders may make, so that a key frame does not fill the network's queue.
PACE_SHARE = 1.15
# What one ping may bring back.
MAX_PADDING_BYTES = 16_384


class Seat:
    """Serves one session id. Commands come one after the other; ``lock`` is held by who gives them."""

    def __init__(
        self,
        session: str,
        participant: Participant,
        max_sections: Mapping[str, int],
        options: EngineOptions,
        codec_pool: Executor,
        hosts: HostPool,
        on_live: Callable[[], None],
        on_view: Callable[[], None] | None = None,
    ) -> None:
        self.session = session
        self.person = participant
        self.lock = asyncio.Lock()
        # Where answers and events of this session go; the newest message tells.
        self.reply_channel = ""
        # How many sections of each kind an offer may have.
        self._max_sections = max_sections
        self._options = options
        self._on_live = on_live
        # Called when the page shows other tiles than before; None in a studio, where nobody else is.
        self._on_view = on_view
        self.view = View()
        self.budget = ViewerBudget()
        self._connection_quality = ConnectionQuality()
        # What this person chose to wear over the picture; the owner of a room may put something on who chose nothing.
        self.own: Assignment | None = None
        # … and over the sound alone.
        self.own_sound: Assignment | None = None
        # Told each result of what is worn over the picture.
        self.share_result: Callable[[dict[str, Any]], None] = lambda message: None
        self._quality = QUALITIES["standard"]
        self._codec_pool = codec_pool
        self._hosts = hosts
        self.clock = SessionClock()
        self.media = ParticipantMedia(self._make_pipeline)
        # Whether an offer was answered; a seat whose first one failed leaves nothing behind.
        self.has_answered = False
        self.peer: PeerSession | None = None
        self._created_at = self._offered_at = time.monotonic()
        self._was_connected = False
        self._figures = Interval(STATISTICS_INTERVAL_SECONDS)
        # By the place where the processor is worn.
        self._last_news: dict[str, ProcessorNews] = {}
        # Messages of the browser in the second at hand.
        self._message_count = 0
        self._message_second = 0

    @property
    def participant(self) -> str:
        return self.person.id

    @property
    def shares_room(self) -> bool:
        return self._on_view is not None

    @property
    def pipeline(self) -> Pipeline:
        """Camera and microphone, and what is worn over the picture."""
        return self.media.main

    async def answer(
        self,
        sdp: str,
        assignment: Assignment | None,
        parameters: Mapping[str, Any],
        quality: str,
        sources: Mapping[str, str] = MappingProxyType({}),
        sound: Worn | None = None,
    ) -> dict[str, Any]:
        """Negotiate, put the processors in force, and return the answer's fields; raise BadOffer."""
        self.media.check_both(assignment, sound)
        relays = await self._options.relays.get() if self._options.uses_turn else ()
        offer = read_offer(sdp, self._options.sdp_bytes, self._max_sections, relays, sources)
        self._offered_at = time.monotonic()
        self._quality = QUALITIES.get(quality, self._quality)
        for pipeline in self.media.pipelines:
            pipeline.versions.use_quality(self._quality)
        answer = await self._negotiate(offer)
        values = self._dress(Worn(assignment, parameters), sound)
        self.has_answered = True
        return {"sdp": answer} | values

    def switch(
        self, assignment: Assignment | None, parameters: Mapping[str, Any], place: str = PICTURE
    ) -> tuple[dict[str, Any], dict[str, str]]:
        return self.media.wear(assignment, parameters, place)

    def set_parameters(
        self, values: Mapping[str, Any], place: str | None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        return self.media.worn(place or PICTURE).set_parameters(values)

    def viewing_tracks(self) -> dict[str, SubscriberTrack]:
        """Return the tracks that this participant watches, by mid."""
        return {mid: sending.track for mid, sending in self.peer.active_sendings.items()} if self.peer else {}

    def follow_person(self) -> None:
        """Let out what this person and the moderators let out."""
        self.media.hold(frozenset(self.person.stopped))

    def look_at(self, message: Mapping[str, Any]) -> None:
        """Take what the page shows from now on; raise BadRoomMessage."""
        view = read_view(message, self.view)
        if view != self.view and self._on_view is not None:
            self.view = view
            self._on_view()

    @property
    def quality(self) -> str:
        """Return how well this person is connected: excellent, good, poor, lost, or unknown until measured."""
        return self._connection_quality.state

    @property
    def is_slow(self) -> bool:
        """Whether this viewer gets less than others, because of its network."""
        return self.peer is not None and self.peer.pacer.rate is not None

    def spend(self, pictures: int, is_reduced: Callable[[SubscriberTrack], bool]) -> bool:
        """Follow what this viewer's network takes; return whether it shall see others than before."""
        if self.peer is None:
            return False
        tracks = list(self.viewing_tracks().values())
        gets_less = any(is_reduced(track) for track in tracks)
        demand = self._demand(pictures, tracks, self.peer.reception, gets_less)
        changed = self.budget.review(demand)
        is_slow = self.budget.only_speaker or gets_less
        pace = self.peer.pacer.rate = pace_for(demand) if is_slow else None
        for track in tracks:
            track.skips_silence = track.kind == "audio" and is_slow
            shown = 1 if self.budget.only_speaker else max(1, pictures)
            track.allowance = pace // shown if pace is not None else None
        return changed

    def _demand(
        self, pictures: int, tracks: list[SubscriberTrack], reception: Reception, is_reduced: bool
    ) -> Demand:
        streams = [track.stream for track in tracks if isinstance(track.stream, OutgoingVideo)]
        sent = sum(int(stream.bits.per_second()) for stream in streams)
        estimate = total_estimate(
            [each.whole_estimate for each in tracks if each.whole_estimate and each.stream]
        )
        if estimate is None and reception.is_drowned:
            # Nobody needs to wait for an estimate to see that this is far too much.
            estimate = int(sent * (1 - (reception.lost_share or 0.0)))
        return Demand(
            pictures,
            reception.can_take(estimate, sent) if estimate is not None else None,
            sent,
            sum(stream.bit_rate for stream in streams),
            reception.is_troubled,
            reception.is_drowned,
            is_reduced,
        )

    def tick(self, now: float) -> None:
        """Called several times a second: what to show, and the figures for the page."""
        self.media.tick()
        if self._figures.is_due(now):
            self.media.review()
            self._measure_connection(now)
            self._send(self._statistics())

    def _measure_connection(self, now: float) -> None:
        if self.peer is None or not self.shares_room or not self._was_connected:
            return
        if not self.peer.is_connected or self.silent_seconds(now) > LOST_SILENCE_SECONDS:
            self._connection_quality.lose()
            return
        self.peer.count_arrivals()
        best = POOR if self.budget.only_speaker else GOOD if self.is_slow else EXCELLENT
        self._connection_quality.note(self._condition(self.peer), best)

    def _condition(self, peer: PeerSession) -> Condition:
        reception, arrivals, camera = peer.reception, peer.arrivals, self.pipeline.incoming_video
        pictures = camera.rate.per_second() if camera and not self.person.is_camera_off else 0.0
        return Condition(
            reception.lost_share,
            arrivals.lost_share,
            reception.round_trip_seconds,
            arrivals.jitter_seconds,
            # A camera that sends nothing has stopped; that says nothing of the connection.
            pictures or None,
        )

    def silent_seconds(self, now: float) -> float:
        """Return for how long nothing has come from this browser."""
        return now - self._last_sign_of_life()

    def end_reason(self, now: float) -> str | None:
        """Return why this session must end now, or None: it never connected, or nothing moves any more.

        A page that goes on offering after a loss is still there.
        """
        if not self._was_connected and now - self._created_at > self._options.connect_deadline_seconds:
            return "timeout"
        if now - self._last_sign_of_life() > self._options.idle_seconds:
            return "idle"
        return None

    async def close(self) -> None:
        await self.media.close()
        if self.peer is not None:
            await self.peer.close()

    # --- negotiation -----------------------------------------------------------------------------------

    async def _negotiate(self, offer: Offer) -> str:
        """Answer on the peer that the offer is for: a re-offer has the same ICE user, else the browser began anew.

        The peer before is closed only when the new one has answered.
        """
        before = self.peer
        if before is not None and before.ice_user == offer.ice_user and not before.is_closed:
            return await self._answer_within_deadline(before, offer)
        configuration = self._options.rtc_configuration()
        if offer.is_bundled:
            # Otherwise aiortc gathers candidates for each kind, and forgets all but the first section of a kind.
            configuration.bundlePolicy = RTCBundlePolicy.MAX_BUNDLE
        peer = PeerSession(
            configuration,
            self.pipeline.clock,
            self,
            self._options.public_address,
            # In a room all have to understand each other.
            prefers_h264=self._options.encoders.prefers_h264 and not self.shares_room,
        )
        try:
            answer = await self._answer_within_deadline(peer, offer)
        except WorkerError:
            await peer.close()
            raise
        self.peer = peer
        peer.announce()
        if before is not None:
            await before.close()
        return answer

    async def _answer_within_deadline(self, peer: PeerSession, offer: Offer) -> str:
        """Bound the negotiation: a TURN server that is away would hold it, and the seat, for long."""
        try:
            async with asyncio.timeout(NEGOTIATION_DEADLINE_SECONDS):
                answer = await peer.answer(offer, self._quality)
        except TimeoutError as error:
            raise NegotiationTimeout("The media server took too long to answer; please try again.") from error
        if peer is self.peer:
            peer.announce()
        return answer

    def _dress(self, picture: Worn, sound: Worn | None) -> dict[str, Any]:
        """What was worn over the sound goes first: the one over the picture may want the microphone from now on."""
        if sound is not None and sound.assignment is None:
            self.media.wear(None, {}, SOUND)
        accepted, errors = self._assign(picture, PICTURE)
        values: dict[str, Any] = {"parameters": accepted, "errors": errors}
        if sound is not None and sound.assignment is not None:
            accepted, errors = self._assign(sound, SOUND)
            values["sound"] = {"parameters": accepted, "errors": errors}
        return values

    def _assign(self, worn: Worn, place: str) -> Accepted:
        """What is worn already goes on, with these values."""
        pipeline = self.pipeline if place == PICTURE else self.media.sound
        if pipeline is None or not is_same(worn.assignment, pipeline.assignment) or pipeline.has_stopped:
            return self.media.wear(worn.assignment, worn.parameters, place)
        if worn.assignment is None:
            return self.media.wear(None, {}, place)
        _, errors = pipeline.set_parameters(worn.parameters)
        return pipeline.parameters, errors

    # --- what the peer tells -----------------------------------------------------------------------------

    def on_incoming(self, source: str, incoming: IncomingVideo | IncomingAudio) -> None:
        self.media.receive(source, incoming)

    def on_ended(self, source: str, incoming: IncomingVideo | IncomingAudio) -> None:
        self.media.end(source, incoming)

    def on_connected(self) -> None:
        self._was_connected = True

    def on_disconnected(self) -> None:
        logger.info("Session %s lost its peer connection and waits for a new offer", self.session)

    def on_channel_open(self) -> None:
        for place, news in self._last_news.items():
            self.on_processor(news, place)

    def on_message(self, message: dict[str, Any]) -> None:
        if self._is_flooding():
            return
        if message["type"] == "parameters":
            self._change_parameters(message)
        elif message["type"] == "view" and self.shares_room:
            self._look_at(message)
        elif message["type"] == "ping":
            self._send(pong(message, self.pipeline.clock.now()))
        else:
            self._send(
                {"type": "error", "code": "unknown_type", "message": "This message type is not known."}
            )

    def _is_flooding(self) -> bool:
        second = int(time.monotonic())
        if second != self._message_second:
            self._message_second, self._message_count = second, 0
        self._message_count += 1
        return self._message_count > MAX_MESSAGES_PER_SECOND

    def _change_parameters(self, message: dict[str, Any]) -> None:
        values = message.get("values")
        if not isinstance(values, dict):
            self._send(
                {"type": "error", "code": "bad_parameters", "message": "values must be a JSON object."}
            )
            return
        place = message.get("place")
        accepted, errors = self.set_parameters(values, place)
        self._send(
            {"type": "parameters", "number": message.get("number"), "values": accepted, "errors": errors}
            | named(place)
        )

    def _look_at(self, message: dict[str, Any]) -> None:
        try:
            self.look_at(message)
        except WorkerError as error:
            self._send({"type": "error", "code": error.code, "message": error.message})

    # --- what the pipeline tells -------------------------------------------------------------------------

    def on_result(self, values: dict[str, Any], media_time: float, place: str = PICTURE) -> None:
        message = {"type": "result", "time": round(media_time, 4), "data": values} | named(place)
        self._send(message | {"rtp": self._rtp_timestamp(media_time)})
        if place == PICTURE:
            self.share_result(message | {"rtp": None})

    def on_processor(self, news: ProcessorNews, place: str = PICTURE) -> None:
        self._last_news[place] = news
        self._send(
            {
                "type": "processor",
                "slug": news.slug,
                "state": news.state.value,
                "showing": news.showing.value,
                "code": news.code,
                "message": news.message,
            }
            | named(place)
        )

    def on_live(self) -> None:
        self._on_live()

    def _rtp_timestamp(self, media_time: float) -> int | None:
        """Return the timestamp of ``media_time`` on the video in which this visitor sees themselves."""
        for sending in self.peer.active_sendings.values() if self.peer is not None else ():
            if sending.track.kind == "video" and self.pipeline.versions.has(sending.track):
                return sending.packetiser.viewer_timestamp(media_time)
        return None

    # --- figures -----------------------------------------------------------------------------------------

    def _statistics(self) -> dict[str, Any]:
        pipeline, statistics = self.pipeline, self.pipeline.take_statistics()
        incoming = pipeline.incoming_video or pipeline.incoming_audio
        outgoing = pipeline.outgoing_video if pipeline.outgoing_video.rate.total else pipeline.outgoing_audio
        process_ms = statistics.process_ms_p50 if statistics else 0.0
        encode_ms = milliseconds(pipeline.outgoing_video.encode_seconds.median())
        inside_ms = milliseconds(pipeline.delays.inside_seconds.median() if pipeline.delays else None)
        return {
            "type": "statistics",
            "fps_in": round(incoming.rate.per_second(), 1) if incoming else 0.0,
            "fps_out": round(outgoing.rate.per_second(), 1),
            "processed": statistics.processed if statistics else 0,
            "dropped": statistics.dropped if statistics else 0,
            "errors": statistics.errors + statistics.undelivered if statistics else 0,
            "process_ms": process_ms,
            "encode_ms": encode_ms,
            "queue_ms": round(max(0.0, inside_ms - process_ms - encode_ms), 1),
            "network_ms": self._network_ms(),
        }

    def _network_ms(self) -> float | None:
        """Return the way there and back, which every picture takes."""
        seconds = self.peer.reception.round_trip_seconds if self.peer is not None else None
        return round(seconds * 1000, 1) if seconds is not None else None

    def _last_sign_of_life(self) -> float:
        moments = [self._offered_at, self.media.last_frame_at() or 0.0]
        if self.peer is not None and self.peer.is_connected:
            moments += self._signs_of_connection(self.peer)
        return max(moments)

    def _signs_of_connection(self, peer: PeerSession) -> list[float]:
        """A person in a room may send nothing, and lives as long as the browser checks its connection."""
        if self.shares_room and (checked_at := peer.checked_at()):
            return [checked_at]
        if not self.media.has_input:
            # Who only watches lives as long as its connection, which notices a lost browser itself.
            return [time.monotonic()]
        return [self.pipeline.outgoing_video.last_frame_at, self.pipeline.outgoing_audio.last_frame_at]

    def _make_pipeline(self, place: str) -> Pipeline:
        listener = PlaceListener(self, place)
        return Pipeline(
            self._codec_pool,
            self._hosts,
            self._quality,
            listener,
            self._options.encoders,
            clock=self.clock,
            forwards_rest=self.shares_room,
            audio_bit_rate=ROOM_AUDIO_BIT_RATE if self.shares_room else BIT_RATE,
        )

    def send(self, message: dict[str, Any]) -> None:
        """Send by the data channel, if it is open."""
        self._send(message)

    def send_new(self, message: dict[str, Any]) -> None:
        """Send by the data channel, if it is open and has not said the same of its type last."""
        channel = self.peer.data_channel if self.peer is not None else None
        if channel is not None:
            channel.send_new(message)

    def _send(self, message: dict[str, Any]) -> None:
        channel = self.peer.data_channel if self.peer is not None else None
        if channel is not None:
            channel.send(message)


def pace_for(demand: Demand) -> int | None:
    """Return how fast pictures go out to a slow viewer, in bit/s: hardly faster than they are made."""
    if demand.estimate is None:
        return None
    return max(LEAST_PACE, min(demand.estimate, int(demand.allowed * PACE_SHARE)))


class PlaceListener:
    """Tells a seat what happens in one of its pipelines, and in which."""

    def __init__(self, seat: Seat, place: str) -> None:
        self._seat = seat
        self._place = place

    def on_result(self, values: dict[str, Any], media_time: float) -> None:
        self._seat.on_result(values, media_time, self._place)

    def on_processor(self, news: ProcessorNews) -> None:
        self._seat.on_processor(news, self._place)

    def on_live(self) -> None:
        self._seat.on_live()


def is_same(one: Assignment | None, other: Assignment | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.slug, one.version) == (other.slug, other.version)


def named(place: str | None) -> dict[str, str]:
    """Name the place in a message, unless it is the usual one."""
    return {"place": place} if place not in (None, PICTURE) else {}


def pong(ping: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The answer to a ping; as long as it asks for, so that a page can measure the way down."""
    answer = {"type": "pong", "time": ping.get("time"), "server_time": now}
    length = ping.get("reply_bytes")
    if isinstance(length, int) and not isinstance(length, bool) and length > 0:
        answer["padding"] = "x" * min(length, MAX_PADDING_BYTES)
    return answer


def milliseconds(seconds: float | None) -> float:
    return round(seconds * 1000, 1) if seconds is not None else 0.0
