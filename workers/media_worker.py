"""The media engine of one process (or of the embedded thread): its sessions, and the messages about them."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2

from processors import catalogue
from processors.exceptions import ProcessorError
from processors.hosts import HostPool
from processors.thread_runner import ThreadRunner

from . import aiortc_hooks, engine_metrics
from .assignments import Assignments
from .engine_options import EngineOptions
from .exceptions import (
    BadOffer,
    BadRoomMessage,
    SessionUnknown,
    WorkerBusy,
    WorkerError,
)
from .huge_pages import use_huge_pages
from .interval import Interval
from .live_room import LiveRoom
from .load_meter import LoadMeter
from .loop_watch import LoopWatch
from .participant import Participant
from .participant_media import PICTURE, PLACES, Worn
from .picture_memory import keep_picture_memory
from .pipeline import Assignment
from .recording_file import FINISH_SECONDS, RecordingFile
from .recording_repair import repair
from .registry import Registry, WorkerState
from .rehearsal import rehearse
from .room_desk import RoomDesk
from .seat import Seat
from .udp_ports import limit_udp_ports
from .worker_hosts import WorkerHosts

logger = logging.getLogger(__name__)

Message = dict[str, Any]
SendToWeb = Callable[[str, Message], Awaitable[None]]

# How often somebody looks whether the last sessions have left.
LEAVING_POLL_SECONDS = 0.1
# How often rooms look at their viewers' networks.
REVIEW_INTERVAL_SECONDS = 0.5
# How often somebody looks which sessions have come to their end, and for whoever reads the figures.
ROLL_CALL_INTERVAL_SECONDS = 1.0
MEASURE_INTERVAL_SECONDS = 1.0
# Repeats, placeholders and imports; sessions encode in their processors' threads.
CODEC_THREADS = 2
# How many sections of each kind an offer may have: one camera, one microphone, one data channel in the studio; in a
# room also what others publish.
STUDIO_SECTIONS = {"video": 1, "audio": 1, "application": 1}
# Twenty people, each with their own camera, and with a few screens at once.
ROOM_SECTIONS = {"video": 28, "audio": 28, "application": 1}
SESSION_ENDED = "This session has ended; start a new one."
REASONS = {
    "timeout": (
        "timeout",
        "No connection came about. A firewall may block it; the connection check tells more.",
    ),
    "idle": ("timeout", "Nothing was sent or received for a while."),
    "drain": ("closed_by_host", "The server is being updated."),
    "removed": ("removed", "You were removed from this room."),
    "room_ended": ("room_ended", "The owner has ended this meeting."),
}


class MediaWorker:
    """Holds the seats; every message is about one of them."""

    def __init__(self, name: str, send_to_web: SendToWeb, registry: Registry, options: EngineOptions) -> None:
        self.name = name
        self._send_to_web = send_to_web
        self._options = options
        self._seats: dict[str, Seat] = {}
        # The room of each seat, and all shared rooms by name; a studio visit is a room of its own.
        self._rooms: dict[str, LiveRoom] = {}
        self._room_of: dict[str, LiveRoom] = {}
        self._codec_pool = ThreadPoolExecutor(CODEC_THREADS, thread_name_prefix="codec")
        self._assignments = Assignments(self._codec_pool, options)
        self._worker_hosts = WorkerHosts(options, self._assignments, self._codec_pool)
        self._loop_watch = LoopWatch()
        self._load = LoadMeter(self._loop_watch)
        self._is_draining = False
        self._review = Interval(REVIEW_INTERVAL_SECONDS)
        self._roll_call = Interval(ROLL_CALL_INTERVAL_SECONDS)
        self._measurement = Interval(MEASURE_INTERVAL_SECONDS)
        # Events on their way to the web, and sessions on their way out.
        self._tasks: set[asyncio.Task[None]] = set()
        # Recordings of rooms that are over, which their threads may still be finishing.
        self._files: list[RecordingFile] = []
        self._handlers = {
            "warm": self._warm,
            "published": self._published,
            "withdrawn": self._withdrawn,
            "offer": self._offer,
            "switch": self._switch,
            "parameters": self._parameters,
            "attach": self._attach,
            "close": self._close_session,
            "view": self._look_at_room,
            "state": self._state,
            "room": self._room_changed,
            "name": self._state,
            "moderate": self._moderate,
            "record": self._record,
        }
        self._desk = RoomDesk(self._tell_all, self._end)
        aiortc_hooks.install()
        # One thread for each session is enough: OpenCV's own would compete with the other sessions.
        cv2.setNumThreads(1)
        keep_picture_memory()
        if options.udp_ports != (0, 0):
            limit_udp_ports(asyncio.get_running_loop(), *options.udp_ports)

    @property
    def hosts(self) -> HostPool:
        return self._worker_hosts.pool

    async def run(self) -> None:
        """Look after all sessions until cancelled."""
        self._codec_pool.submit(warm_up)
        self._codec_pool.submit(self._options.encoders.try_out)
        if self._options.recording is not None:
            self._codec_pool.submit(repair, self._options.recording)
        self._worker_hosts.begin()
        await rehearse()
        async for now in self._loop_watch.moments():
            self._tick(now)
            if self._measurement.is_due(now):
                self._measure()

    async def handle(self, message: Message) -> None:
        """Carry out one message of the web and send the answer; never raises for what a client did."""
        handler = self._handlers.get(message.get("type", ""))
        if handler is None:
            logger.error("A message of unknown type %r came from the web", message.get("type"))
            return
        try:
            answer = await handler(message)
        except WorkerError as error:
            engine_metrics.OFFERS_REFUSED.labels(error.code).inc()
            answer = {
                "type": "error",
                "code": error.code,
                "message": error.message,
                "retry_after": error.retry_after,
            }
        if answer is not None and message.get("reply_channel"):
            origin = {"id": message.get("id"), "session": message.get("session")}
            await self._send_to_web(message["reply_channel"], answer | origin)

    def load(self) -> WorkerState:
        now = time.monotonic()
        return WorkerState(
            sessions=frozenset(self._seats),
            stress=round(self._load.stress(len(self._seats)), 3),
            draining=self._is_draining,
            silent={session: seat.silent_seconds(now) for session, seat in self._seats.items()},
            report=self._worker_hosts.report(),
        )

    async def close(self, drain_seconds: float) -> None:
        """Take nothing new, let sessions finish for ``drain_seconds``, then end them."""
        self._is_draining = True
        self._worker_hosts.take_nothing_new()
        deadline = time.monotonic() + drain_seconds
        while self._seats and time.monotonic() < deadline:  # noqa: ASYNC110 - seats leave by many ways
            await asyncio.sleep(LEAVING_POLL_SECONDS)
        await asyncio.gather(*(self._end(session, "drain") for session in list(self._seats)))
        if self._tasks:
            await asyncio.wait(self._tasks)
        for file in self._files:
            await asyncio.to_thread(file.wait, FINISH_SECONDS)
        await self._worker_hosts.close()
        self._codec_pool.shutdown(wait=False, cancel_futures=True)

    # --- messages ------------------------------------------------------------------------------------------

    async def _warm(self, message: Message) -> None:
        await self._worker_hosts.warm(message["processor"])

    async def _published(self, message: Message) -> None:
        await self._worker_hosts.published(message["processor"])

    async def _withdrawn(self, message: Message) -> None:
        self._worker_hosts.withdrawn(message["slug"])

    async def _offer(self, message: Message) -> Message:
        if (known := self._seats.get(message["session"])) is not None:
            # Before anything is waited for: what the person says meanwhile is newer.
            known.person.introduce(message.get("person") or {})
        assignment = await self._assignment_or_none(message)
        sound = await self._sound_or_none(message)
        for_all = await self._assignments.for_all(message)
        seat = self._seat_for(message)
        self._room_of[seat.session].take_options(message.get("room_options") or {}, for_all)
        seat.own = assignment
        seat.own_sound = sound.assignment if sound is not None else seat.own_sound
        assignment, parameters = self._room_of[seat.session].worn_by(seat, message.get("parameters") or {})
        async with seat.lock:
            self._check_is_live(seat)
            try:
                answer = await seat.answer(
                    message["sdp"],
                    assignment,
                    parameters,
                    message.get("quality") or "",
                    named_sources(message) if seat.shares_room else {},
                    sound,
                )
            except WorkerError:
                await self._forget_if_new(seat)
                raise
        self._check_is_live(seat)
        room = self._room_of[seat.session]
        room.connect(seat)
        answer["sdp"] = room.finish_answer(seat, answer["sdp"])
        room.dress_all()
        self._rearrange(room, seat)
        return {"type": "answer"} | room.view(seat) | answer

    async def _switch(self, message: Message) -> Message:
        seat = self._seat(message)
        assignment = await self._assignment_or_none(message)
        async with seat.lock:
            self._check_is_live(seat)
            accepted, errors = self._wear(seat, assignment, message)
        self._rearrange(self._room_of[seat.session])
        slug = assignment.slug if assignment is not None else None
        return {"type": "switched", "processor": slug, "parameters": accepted, "errors": errors}

    def _wear(
        self, seat: Seat, assignment: Assignment | None, message: Message
    ) -> tuple[dict[str, Any], dict[str, str]]:
        place, parameters = place_of(message), message.get("parameters") or {}
        seat.media.check(assignment, place)
        if place != PICTURE:
            seat.own_sound = assignment
            return seat.switch(assignment, parameters, place)
        seat.own = assignment
        return seat.switch(*self._room_of[seat.session].worn_by(seat, parameters))

    async def _parameters(self, message: Message) -> Message:
        seat = self._seat(message)
        accepted, errors = seat.set_parameters(message.get("values") or {}, place_of(message))
        return {"type": "parameters", "number": message.get("number"), "values": accepted, "errors": errors}

    async def _attach(self, message: Message) -> Message:
        seat = self._seat(message)
        if "person" in message:
            self._introduce(seat, message)
        if "room_options" in message:
            await self._room_changed(message)
        assignment = seat.pipeline.assignment
        self._room_of[seat.session].tell_anew(seat)
        return {
            "type": "attached",
            "processor": assignment.slug if assignment else None,
            "parameters": seat.pipeline.parameters,
            "sound": worn_over_sound(seat),
        } | self._room_of[seat.session].view(seat)

    async def _close_session(self, message: Message) -> None:
        await self._end(message["session"], message.get("reason") or "closed")

    async def _look_at_room(self, message: Message) -> Message:
        return self._desk.view(self._seat(message), message)

    def _introduce(self, seat: Seat, message: Message) -> None:
        """Who comes back may have muted themselves, or taken a veto back, while their page was away."""
        seat.person.introduce(message["person"])
        self._follow_person(seat)

    async def _state(self, message: Message) -> Message:
        seat = self._seat(message)
        answer = self._desk.state(seat, message)
        self._follow_person(seat)
        return answer

    def _follow_person(self, seat: Seat) -> None:
        room = self._room_of[seat.session]
        if room.dress(seat):
            self._rearrange(room)
        room.follow_mixes()

    async def _room_changed(self, message: Message) -> None:
        """The owner has decided otherwise while people are inside."""
        for_all = await self._assignments.for_all(message)
        room = self._room_of[self._seat(message).session]
        room.take_options(message.get("room_options") or {}, for_all)
        room.dress_all()
        self._rearrange(room)

    async def _moderate(self, message: Message) -> Message:
        seat = self._seat(message)
        return await self._desk.moderate(self._room_of[seat.session], seat, message)

    async def _record(self, message: Message) -> Message:
        seat = self._seat(message)
        return await self._desk.record(self._room_of[seat.session], seat, message)

    # --- seats -----------------------------------------------------------------------------------------------

    def _check_is_live(self, seat: Seat) -> None:
        """Refuse a command whose session ended while the command waited: a closed seat must open nothing."""
        if self._seats.get(seat.session) is not seat:
            raise SessionUnknown(SESSION_ENDED)

    def _seat(self, message: Message) -> Seat:
        seat = self._seats.get(message["session"])
        if seat is None:
            raise SessionUnknown(SESSION_ENDED)
        seat.reply_channel = message.get("reply_channel") or seat.reply_channel
        return seat

    def _seat_for(self, message: Message) -> Seat:
        """Return the session's seat; make it for its first offer."""
        session = message["session"]
        if session not in self._seats:
            if self._is_draining:
                raise WorkerBusy("The server is being updated; please try again.")
            self._seats[session] = self._new_seat(session, message)
        return self._seat(message)

    def _new_seat(self, session: str, message: Message) -> Seat:
        room = self._room_for(session, message.get("room"))
        person = Participant(
            message.get("participant") or session, message.get("name") or "", message.get("role") or "guest"
        )
        person.introduce(message.get("person") or {})
        seat = Seat(
            session,
            person,
            STUDIO_SECTIONS if room.is_studio else ROOM_SECTIONS,
            self._options,
            self._codec_pool,
            self.hosts,
            lambda: self._tell_live(session),
            None if room.is_studio else lambda: self._view_changed(session),
        )
        room.add(seat)
        engine_metrics.SESSIONS_BEGUN.inc()
        self._room_of[session] = room
        return seat

    def _room_for(self, session: str, name: str | None) -> LiveRoom:
        if name is None:
            return LiveRoom(session, is_studio=True)
        if name not in self._rooms:
            self._rooms[name] = LiveRoom(
                name, False, self._codec_pool, self._options.recording, self._options.encoders
            )
        return self._rooms[name]

    def _leave_room(self, seat: Seat) -> None:
        room = self._room_of.pop(seat.session, None)
        if room is None:
            return
        room.remove(seat)
        self._rearrange(room, seat)
        if not room.seats:
            room.close()
            self._rooms.pop(room.name, None)
            self._keep_files(room)

    def _keep_files(self, room: LiveRoom) -> None:
        """Recordings of a room that is over may still be finishing."""
        if room.recording is not None:
            self._files = [file for file in self._files if file.is_writing] + room.recording.take_files()

    def _rearrange(self, room: LiveRoom, told: Seat | None = None) -> None:
        """Tell all in the room but ``told`` what they see now, and how many sections they should offer."""
        for seat in room.seats.values():
            if seat is told:
                continue
            if room.connect(seat) or room.lacks_sections(seat):
                self._start(self._tell(seat, {"type": "tracks_changed"} | room.view(seat)))

    async def _forget_if_new(self, seat: Seat) -> None:
        """A first offer that failed leaves nothing behind; a failed re-offer leaves the session as it was."""
        if not seat.has_answered and self._seats.get(seat.session) is seat:
            del self._seats[seat.session]
            self._leave_room(seat)
            await seat.close()

    async def _assignment_or_none(self, message: Message) -> Assignment | None:
        """Return what is to be worn; in a room that may be nothing."""
        # The web names nothing worn by a spec without a key: a lease has a processor, also an empty one.
        if (message.get("processor") or {}).get("key"):
            return await self._assignments.of(message["processor"])
        known = self._room_of.get(message["session"])
        if not message.get("room") and (known is None or known.is_studio):
            raise BadRoomMessage("Only in a room may somebody wear no processor.")
        return None

    async def _sound_or_none(self, message: Message) -> Worn | None:
        """Return what is to be worn over the sound; None when the offer says nothing of it, and all stays."""
        sound = message.get("sound")
        if not sound:
            return None
        spec = sound.get("processor") or {}
        # As with the picture: a spec without a key is nothing.
        return Worn(
            await self._assignments.of(spec) if spec.get("key") else None, sound.get("parameters") or {}
        )

    async def _end(self, session: str, reason: str) -> None:
        seat = self._seats.pop(session, None)
        if seat is None:
            return
        self._leave_room(seat)
        async with seat.lock:
            await seat.close()
        code, text = REASONS.get(reason, (reason, ""))
        await self._tell(seat, {"type": "closed", "reason": reason, "code": code, "message": text})

    def _tick(self, now: float) -> None:
        is_review, is_roll_call = self._review.is_due(now), self._roll_call.is_due(now)
        for session, seat in list(self._seats.items()):
            reason = seat.end_reason(now) if is_roll_call else None
            if reason is None:
                reason = self._tick_seat(seat, now)
            if reason is not None:
                self._start(self._end(session, reason))
        for room in list(self._rooms.values()):
            self._tell_all(room.news(now) + (room.review() if is_review else []))

    def _tick_seat(self, seat: Seat, now: float) -> str | None:
        """Return why the session must end; whatever goes wrong with one seat is no matter of the others."""
        try:
            seat.tick(now)
        except Exception:
            logger.exception("Session %s is ended: its seat cannot go on", seat.session)
            return "internal"
        return None

    def _measure(self) -> None:
        lateness = self._loop_watch.lateness()
        engine_metrics.LOOP_LAG.set(lateness.p50_seconds)
        engine_metrics.LOOP_LAG_P99.set(lateness.p99_seconds)
        engine_metrics.LOOP_LAG_MAX.set(lateness.longest_seconds)
        engine_metrics.LOOP_LATE.set(self._loop_watch.times_late)
        engine_metrics.DATAGRAMS_DROPPED.set(aiortc_hooks.dropped_datagrams)
        engine_metrics.PACKETS_DROPPED.set(aiortc_hooks.dropped_packets)
        self._worker_hosts.measure()
        engine_metrics.THREADS_ABANDONED.set(ThreadRunner.abandoned)

    def _view_changed(self, session: str) -> None:
        """Somebody's page shows other tiles than before."""
        seat, room = self._seats.get(session), self._room_of.get(session)
        if seat is not None and room is not None and (room.connect(seat) or room.lacks_sections(seat)):
            self._start(self._tell(seat, {"type": "tracks_changed"} | room.view(seat)))

    def _tell_all(self, news: list[tuple[Seat, Message]]) -> None:
        for seat, message in news:
            self._start(self._tell(seat, message))

    def _tell_live(self, session: str) -> None:
        seat = self._seats.get(session)
        if seat is not None:
            self._start(self._tell(seat, {"type": "live"}))

    async def _tell(self, seat: Seat, message: Message) -> None:
        if seat.reply_channel:
            await self._send_to_web(seat.reply_channel, message | {"session": seat.session})

    def _start(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def named_sources(message: Message) -> dict[str, str]:
    """Return what the offer's sections send, by mid, as far as it is said."""
    sources = message.get("sources") or {}
    if not isinstance(sources, dict):
        raise BadOffer("sources is an object: what a section sends, by its mid.")
    return {str(mid): str(source) for mid, source in sources.items()}


def worn_over_sound(seat: Seat) -> Message | None:
    sound = seat.media.sound
    if sound is None or sound.assignment is None:
        return None
    return {"processor": sound.assignment.slug, "parameters": sound.parameters}


def place_of(message: Message) -> str:
    place = message.get("place") or PICTURE
    if place not in PLACES:
        raise BadRoomMessage(f"A processor is worn over the picture or over the sound, not over {place!r}.")
    return str(place)


def warm_up() -> None:
    """Import what the first visitor would otherwise wait for, then settle."""
    for key in catalogue.BUILTINS:
        try:
            catalogue.load_class(key)
        except ProcessorError:
            logger.exception("The built-in %s cannot be loaded", key)
    use_huge_pages()
