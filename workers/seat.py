"""One participant's place in a worker: a pipeline that outlives its peer connections, and the peer of the moment."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any

from processors.hosts import HostPool

from . import aiortc_hooks
from .answer import QUALITIES
from .engine_options import EngineOptions
from .exceptions import NegotiationTimeout, WorkerError
from .incoming import IncomingAudio, IncomingVideo
from .offer import Offer, read_offer
from .peer_session import PeerSession
from .pipeline import Assignment, Pipeline, ProcessorNews
from .subscriber_track import SubscriberTrack

logger = logging.getLogger(__name__)

STATISTICS_INTERVAL_SECONDS = 0.5
# Messages of one browser over the data channel, a second.
MAX_MESSAGES_PER_SECOND = 60
NEGOTIATION_DEADLINE_SECONDS = 8.0


class Seat:
    """Serves one session id. Commands come one after the other; ``lock`` is held by who gives them."""

    def __init__(
        self,
        session: str,
        participant: str,
        max_sections: Mapping[str, int],
        options: EngineOptions,
        codec_pool: Executor,
        hosts: HostPool,
        on_live: Callable[[], None],
    ) -> None:
        self.session = session
        self.participant = participant
        self.lock = asyncio.Lock()
        # Where answers and events of this session go; the newest message tells.
        self.reply_channel = ""
        # How many sections of each kind an offer may have.
        self._max_sections = max_sections
        self._options = options
        self._on_live = on_live
        self._quality = QUALITIES["standard"]
        self.pipeline = Pipeline(codec_pool, hosts, self._quality, self, options.video_encoders)
        self.peer: PeerSession | None = None
        self._created_at = time.monotonic()
        self._was_connected = False
        self._statistics_at = 0.0
        self._last_news: ProcessorNews | None = None
        # Messages of the browser in the second at hand.
        self._message_count = 0
        self._message_second = 0

    async def answer(
        self, sdp: str, assignment: Assignment, parameters: Mapping[str, Any], quality: str
    ) -> dict[str, Any]:
        """Negotiate, put the processor in force, and return the answer's fields; raise BadOffer."""
        relays = await self._options.relays.get() if self._options.uses_turn else ()
        offer = read_offer(sdp, self._options.sdp_bytes, self._max_sections, relays)
        self._quality = QUALITIES.get(quality, self._quality)
        self.pipeline.versions.quality = self._quality
        answer = await self._negotiate(offer)
        accepted, errors = self._assign(assignment, parameters)
        return {"sdp": answer, "parameters": accepted, "errors": errors}

    def switch(
        self, assignment: Assignment, parameters: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        return self.pipeline.use(assignment, parameters)

    def viewing_tracks(self) -> dict[str, SubscriberTrack]:
        """Return the tracks that this participant watches, by mid."""
        return {mid: sending.track for mid, sending in self.peer.active_sendings.items()} if self.peer else {}

    def published_kinds(self) -> list[str]:
        """Return what others can watch of this participant."""
        return self.pipeline.published_kinds

    def admit_viewer(self, track: SubscriberTrack) -> None:
        """Let ``track`` show what this participant publishes of its kind."""
        if track.kind == "video":
            self.pipeline.versions.add(track)
        else:
            track.point_at(self.pipeline.outgoing_audio)

    def tick(self, now: float) -> None:
        """Called several times a second: what to show, and the figures for the page."""
        self.pipeline.tick()
        if now - self._statistics_at >= STATISTICS_INTERVAL_SECONDS:
            self._statistics_at = now
            self.pipeline.versions.review()
            self._send(self._statistics())

    def end_reason(self, now: float) -> str | None:
        """Return why this session must end now, or None: it never connected, or nothing moves any more."""
        if not self._was_connected and now - self._created_at > self._options.connect_deadline_seconds:
            return "timeout"
        if now - self._last_sign_of_life() > self._options.idle_seconds:
            return "idle"
        return None

    async def close(self) -> None:
        await self.pipeline.close()
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
        peer = PeerSession(
            self._options.rtc_configuration(), self.pipeline.clock, self, self._options.public_address
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

    def _assign(
        self, assignment: Assignment, parameters: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        current = self.pipeline.assignment
        is_same = current is not None and (current.slug, current.version) == (
            assignment.slug,
            assignment.version,
        )
        if not is_same or self.pipeline.has_stopped:
            return self.pipeline.use(assignment, parameters)
        _, errors = self.pipeline.set_parameters(parameters)
        return self.pipeline.parameters, errors

    # --- what the peer tells -----------------------------------------------------------------------------

    def on_incoming_video(self, incoming: IncomingVideo) -> None:
        self.pipeline.receive_video(incoming)

    def on_incoming_audio(self, incoming: IncomingAudio) -> None:
        self.pipeline.receive_audio(incoming)

    def on_connected(self) -> None:
        self._was_connected = True

    def on_disconnected(self) -> None:
        logger.info("Session %s lost its peer connection and waits for a new offer", self.session)

    def on_channel_open(self) -> None:
        if self._last_news is not None:
            self.on_processor(self._last_news)

    def on_message(self, message: dict[str, Any]) -> None:
        if self._is_flooding():
            return
        if message["type"] == "parameters":
            self._change_parameters(message)
        elif message["type"] == "ping":
            self._send(
                {"type": "pong", "time": message.get("time"), "server_time": self.pipeline.clock.now()}
            )
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
        accepted, errors = self.pipeline.set_parameters(values)
        self._send(
            {"type": "parameters", "number": message.get("number"), "values": accepted, "errors": errors}
        )

    # --- what the pipeline tells -------------------------------------------------------------------------

    def on_result(self, values: dict[str, Any], media_time: float) -> None:
        self._send(
            {
                "type": "result",
                "time": round(media_time, 4),
                "rtp": self._rtp_timestamp(media_time),
                "data": values,
            }
        )

    def on_processor(self, news: ProcessorNews) -> None:
        self._last_news = news
        self._send(
            {
                "type": "processor",
                "slug": news.slug,
                "state": news.state.value,
                "showing": news.showing.value,
                "code": news.code,
                "message": news.message,
            }
        )

    def on_live(self) -> None:
        self._on_live()

    def _rtp_timestamp(self, media_time: float) -> int | None:
        """Return the timestamp of ``media_time`` on the video that this visitor sees."""
        for sending in self.peer.active_sendings.values() if self.peer is not None else ():
            if sending.track.kind == "video":
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
        """Return one way of the network, taken as half the round trip."""
        for sending in self.peer.active_sendings.values() if self.peer is not None else ():
            rtt = aiortc_hooks.round_trip_seconds(sending.transceiver.sender)
            if rtt is not None:
                return round(rtt * 500, 1)
        return None

    def _last_sign_of_life(self) -> float:
        moments = [self._created_at]
        pipeline = self.pipeline
        moments += [
            stream.last_frame_at for stream in (pipeline.incoming_video, pipeline.incoming_audio) if stream
        ]
        if self.peer is not None and self.peer.is_connected and not pipeline.has_input:
            # Who only watches lives as long as its connection, which notices a lost browser itself.
            moments.append(time.monotonic())
        elif self.peer is not None and self.peer.is_connected:
            moments += [pipeline.outgoing_video.last_frame_at, pipeline.outgoing_audio.last_frame_at]
        return max(moments)

    def _send(self, message: dict[str, Any]) -> None:
        channel = self.peer.data_channel if self.peer is not None else None
        if channel is not None:
            channel.send(message)


def milliseconds(seconds: float | None) -> float:
    return round(seconds * 1000, 1) if seconds is not None else 0.0
