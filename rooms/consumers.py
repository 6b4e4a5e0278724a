"""The signalling socket of one browser tab. Described for clients in docs/protocol.md.

Check, hand on, return: no handler waits for a worker. What workers say comes back as events, in
``worker_message``. Whatever goes wrong, the page gets a typed error and the other sessions go on.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.signals import user_group
from processors.models import Processor
from workers import door
from workers.registry import Lease, RegistryError
from workers.transport import Message, TransportError

from . import admission, history, ice, metrics
from .addresses import address_of
from .errors import (
    CLOSE_FLOOD,
    CLOSE_MALFORMED,
    CLOSE_RESTART,
    CLOSE_SIGNED_OUT,
    CLOSE_UNAVAILABLE,
    TEXTS,
    Malformed,
    SignallingError,
)
from .identity import Identity, IdentityReader
from .language import language_of
from .messages import (
    ChangeParameters,
    Chat,
    ClientMessage,
    Close,
    Moderate,
    Offer,
    OpenSession,
    Ping,
    Rename,
    Resume,
    State,
    Switch,
    View,
    origin_of,
    parse,
)
from .models import Room, Session
from .open_rooms import OpenRoom
from .open_sockets import OpenSockets
from .pending_requests import PendingRequest, PendingRequests
from .room_seat import RoomSeat
from .room_side import RoomSide
from .socket_limits import FloodGuard, Strikes
from .socket_session import SocketSession

logger = logging.getLogger(__name__)

PROTOCOL = 1
# The page pings so often; Daphne and proxies cut a socket on which nothing moves.
PING_SECONDS = 20
# What workers may owe one page at a time; each request keeps its SDP or file until it is answered.
PENDING_REQUESTS = 32
# Spread over two seconds, so that all pages of a restarted server do not come back at once.
RESTART_SPREAD_SECONDS = 2.0
# When to try again from an address with all the sockets it may have.
FULL_ADDRESS_SECONDS = 30


class SignallingConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # The sessions this socket carries, by id.
        self.sessions: dict[str, SocketSession] = {}
        self.flood = FloodGuard(settings.MESSAGES_PER_SECOND, settings.MESSAGE_BURST)
        self.strikes = Strikes()
        # Set once a close frame went out; what still arrives is not read.
        self.closing = False
        self.language = settings.LANGUAGE_CODE
        self.group: str | None = None
        self.is_greeted = False
        # Sockets and guests are counted by it; empty where it is unknown.
        self.address = ""

    # --- life ------------------------------------------------------------------------------------

    async def connect(self) -> None:
        self.address = address_of(self.scope)
        if OpenSockets.here().is_full_for(self.address):
            await self.turn_away()
            return
        self.identities = IdentityReader(self.scope)
        self.guest_places = OpenSockets.here().guest_places
        self.registry = door.registry()
        self.requests = PendingRequests(
            door.transport(), self.channel_name, settings.REQUEST_DEADLINE_SECONDS, self.request_timed_out
        )
        self.rooms = RoomSide(self)
        # Counted before anything is awaited: sockets that come at the same moment see each other.
        OpenSockets.here().add(self)
        metrics.SOCKETS.inc()
        await self.accept()
        await self.guarded(self.welcome)
        if not self.is_greeted:
            # Else the page would wait for a hello that never comes.
            await self.finish(CLOSE_UNAVAILABLE)

    async def turn_away(self) -> None:
        await self.accept()
        translation.activate(language_of(self.scope, ""))
        message = _("Too many pages are open from your network address. Close some of them.")
        await self.refuse(
            SignallingError("too_many_messages", message, FULL_ADDRESS_SECONDS, CLOSE_FLOOD), {}
        )

    async def disconnect(self, code: int) -> None:
        """The tab was closed, or the network was lost: workers keep the media for a while."""
        self.closing = True
        if not hasattr(self, "requests"):
            return
        metrics.SOCKETS.dec()
        OpenSockets.here().discard(self)
        self.requests.close()
        for session in list(self.sessions.values()):
            await self.guarded(partial(self.leave_behind, session))
        await self.guarded(self.rooms.close)
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def welcome(self) -> None:
        identity = await self.identities.read()
        self.language = language_of(self.scope, identity.account.language if identity.account else "")
        translation.activate(self.language)
        check_identity(identity)
        if identity.account:
            self.group = user_group(identity.account.pk)
            await self.channel_layer.group_add(self.group, self.channel_name)
        await self.say(hello(identity))
        self.is_greeted = True

    async def leave_behind(self, session: SocketSession) -> None:
        if session.offered:
            await self.requests.tell(session.lease.worker, {"type": "detach", "session": session.id})
        else:
            await self.end_here(session, Session.Reason.LEFT)

    # --- from the page ---------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closing:
            return
        if not self.flood.admits():
            await self.slow_down()
            return
        await self.guarded(lambda: self.read(text_data), origin=lambda: origin_of(text_data or ""))

    async def read(self, text: str | None) -> None:
        if text is None:
            raise Malformed("binary_not_supported")
        if len(text.encode(errors="replace")) > settings.WEBSOCKET_MESSAGE_BYTES:
            raise SignallingError("message_too_large")
        message = parse(text)
        await self.guarded(lambda: self.handle(message), origin=lambda: origin(message))

    async def handle(self, message: ClientMessage) -> None:
        if len(self.requests) >= PENDING_REQUESTS and not isinstance(message, Ping | Close):
            raise SignallingError("too_many_messages", retry_after=1)
        match message:
            case Ping():
                await self.say({"type": "pong", **reply_id(message), "time": message.time})
            case OpenSession():
                await self.open(message)
            case Offer():
                await self.offer(message)
            case Switch():
                await self.switch(message)
            case ChangeParameters():
                await self.change_parameters(message)
            case Resume():
                await self.resume(message)
            case Close():
                await self.close_session(message)
            case Chat() | State() | Rename() | Moderate() | View():
                await self.rooms.handle(message)

    async def open(self, message: OpenSession) -> None:
        identity = await self.known_visitor()
        room = await self.rooms.room_for(identity, message)
        admitted = await admission.admit(identity, message.processor, database_room(room))
        ticket = history.Ticket.new()
        session = SocketSession(ticket.session, identity.owner, admitted.processor, NOWHERE, room)
        await self.take_place(session, identity)
        try:
            await history.start(ticket, identity, admitted.processor, session.lease, session.seat)
            await self.rooms.came_in(session)
        except BaseException:
            # Nobody will hear of this session, so nobody could ever close it.
            await self.end_here(session, Session.Reason.FAILED)
            raise
        metrics.SESSIONS.labels(admitted.processor.slug).inc()
        if admitted.manifest:
            # The visitor may still have to allow the camera: time to load weights.
            warm = {"type": "warm", "processor": admitted.processor.spec()}
            await self.requests.tell(session.lease.worker, warm)
        await self.say(
            {
                "type": "session.opened",
                **reply_id(message),
                "session": ticket.session,
                "token": ticket.token,
                "processor": admitted.manifest,
                **ice.for_session(ticket.session),
                **about(session),
            }
        )

    async def take_place(self, session: SocketSession, identity: Identity) -> None:
        if identity.is_guest:
            await self.guest_places.claim(self.address, session.id, self.registry)
        try:
            session.lease = await admission.place(self.registry, session.claim())
        except BaseException:
            self.guest_places.forget(self.address, session.id)
            raise
        self.sessions[session.id] = session

    async def offer(self, message: Offer) -> None:
        session = self.session_of(message.session)
        identity = await self.known_visitor()
        await self.rooms.still_welcome(session, identity)
        admitted = await admission.admit(identity, message.processor, database_room(session.room))
        values = await admission.start_values(identity, admitted.processor, message.parameters)
        await self.move(session, admitted)
        session.offered, session.lost = True, False
        request = {
            "type": "offer",
            "participant": session.participant,
            "sdp": message.sdp,
            "parameters": values.for_worker,
            "quality": message.quality,
            "sources": message.sources,
        }
        if session.lease.room:
            request["room"] = session.lease.room
        request |= person(session)
        self.ask(session, message, request, answer_with(admitted, values))

    async def switch(self, message: Switch) -> None:
        session = self.session_of(message.session)
        identity = await self.known_visitor()
        await self.rooms.still_welcome(session, identity)
        admitted = await admission.admit(identity, message.processor, database_room(session.room))
        values = await admission.start_values(identity, admitted.processor, message.parameters)
        if message.place == "sound":
            self.wear_over_sound(session, message, admitted, values)
            return
        before = session.processor
        await self.move(session, admitted)
        answer = answer_with(admitted, values) | {"before": before}
        self.ask(session, message, {"type": "switch", "parameters": values.for_worker}, answer)

    def wear_over_sound(
        self,
        session: SocketSession,
        message: Switch,
        admitted: admission.Admitted,
        values: admission.StartValues,
    ) -> None:
        if session.seat is None:
            raise SignallingError("not_in_a_room")
        session.sound = admitted.processor if admitted.manifest else None
        request = {"type": "switch", "place": "sound", "parameters": values.for_worker}
        answer = answer_with(admitted, values) | {"place": "sound"}
        self.ask(session, message, request, answer, admitted.processor)

    async def change_parameters(self, message: ChangeParameters) -> None:
        session = self.session_of(message.session)
        identity = await self.known_visitor()
        worn = session.sound if message.place == "sound" and session.sound else session.processor
        values = await admission.changed_values(identity, worn, message.values)
        request = {"type": "parameters", "number": message.number, "values": values.for_worker}
        request["place"] = message.place
        answer = {"number": message.number, "values": values.accepted, "errors": values.errors}
        self.ask(session, message, request, answer)

    async def resume(self, message: Resume) -> None:
        identity = await self.known_visitor()
        row = await history.find(message.session, message.token, identity)
        if row is None:
            raise SignallingError("session_unknown")
        room = await self.rooms.room_to_resume(identity, message, row)
        admitted = await admission.admit(identity, row.processor_slug, database_room(room))
        session = SocketSession(row.pk, identity.owner, admitted.processor, NOWHERE, room)
        before = await self.lease_of(row.pk)
        if before and before.room != (room.id if room else ""):
            raise SignallingError("room_unknown")
        session.lease = await admission.place(self.registry, session.claim(anew=True))
        self.sessions[session.id] = session
        await history.move(session.id, admitted.processor, session.lease.worker)
        answer = {"processor": admitted.manifest, "parameters": {}, **ice.for_session(session.id)}
        answer |= about(session)
        await self.rooms.came_in(session)
        if before and before.epoch == session.lease.epoch:
            session.offered = True
            self.ask(session, message, {"type": "attach"} | person(session), answer)
        else:
            await self.say({"type": "session.resumed", **reply_id(message), "session": session.id, **answer})

    async def close_session(self, message: Close) -> None:
        session = self.session_of(message.session)
        if session.offered and not session.lost:
            self.ask(session, message, {"type": "close", "reason": Session.Reason.VISITOR.value})
        else:
            await self.end_here(session, Session.Reason.VISITOR)
            await self.say_closed(session.id, Session.Reason.VISITOR, **reply_id(message))

    # --- from workers ----------------------------------------------------------------------------

    async def worker_message(self, event: dict[str, Any]) -> None:
        message = event["message"]
        request = self.requests.answered(message.get("id"))
        session = self.sessions.get(message.get("session") or (request.session if request else ""))
        if session is None or message.get("worker", session.lease.worker) != session.lease.worker:
            return
        await self.guarded(lambda: self.worker_said(session, message, request))

    async def worker_said(
        self, session: SocketSession, message: Message, request: PendingRequest | None
    ) -> None:
        match message["type"]:
            case "live":
                await self.say({"type": "session.live", "session": session.id})
            case "tracks_changed":
                await self.say({"type": "session.tracks_changed", "session": session.id, **view(message)})
            case "participants" | "speaker" | "notice" | "levels":
                await self.rooms.worker_said(session, message)
            case "closed":
                await self.session_closed(session, message, request)
            case "error":
                await self.worker_refused(session, message, request)
            case "answer" | "switched" | "parameters" | "attached" as kind if request:
                await self.pass_on(kind, session, message, request)

    async def pass_on(
        self, kind: str, session: SocketSession, message: Message, request: PendingRequest
    ) -> None:
        answer = {name: value for name, value in request.answer.items() if name != "before"}
        answer = {"type": REPLIES[kind], "session": session.id, **given_id(request.asked), **answer}
        match kind:
            case "answer":
                answer |= {"sdp": message["sdp"], **view(message)}
            case "attached":
                answer |= {"parameters": without_files(message.get("parameters") or {}), **view(message)}
        if kind in {"answer", "parameters"}:
            answer["errors"] = {**answer.get("errors", {}), **message.get("errors", {})}
        await self.say(answer)

    async def worker_refused(
        self, session: SocketSession, message: Message, request: PendingRequest | None
    ) -> None:
        if request and request.message["type"] == "attach" and message.get("code") == "session_unknown":
            session.offered = False
            await self.pass_on("attached", session, {}, request)
            return
        if request is None and message.get("code") == "session_unknown":
            await self.lease_lost(session)
            return
        if request and (before := request.answer.get("before")):
            await self.move_back(session, before)
        error = SignallingError(message.get("code", "internal"), retry_after=message.get("retry_after"))
        origin = given_id(request.asked) if request else {}
        await self.say(error.as_message(session=session.id, **origin))

    async def session_closed(
        self, session: SocketSession, message: Message, request: PendingRequest | None = None
    ) -> None:
        reason = as_reason(message.get("reason", ""))
        self.sessions.pop(session.id, None)
        self.guest_places.forget(self.address, session.id)
        request = request or self.requests.asked_to_close(session.id)
        self.requests.forget(session.id)
        await self.rooms.went(session)
        await history.end(session.id, reason)
        code = message.get("code") if message.get("code") in TEXTS else ""
        await self.say_closed(
            session.id, reason, code=code or "", **(given_id(request.asked) if request else {})
        )

    async def request_timed_out(self, request: PendingRequest) -> None:
        session = self.sessions.get(request.session)
        if session is None or self.closing:
            return
        await self.guarded(lambda: self.give_up(session, request))

    async def give_up(self, session: SocketSession, request: PendingRequest) -> None:
        if request.message["type"] == "close":
            await self.end_here(session, Session.Reason.VISITOR)
            await self.say_closed(session.id, Session.Reason.VISITOR, **given_id(request.asked))
            return
        if before := request.answer.get("before"):
            await self.move_back(session, before)
        error = SignallingError("timeout", retry_after=1)
        await self.say(error.as_message(session=session.id, **given_id(request.asked)))

    # --- from rooms and the site -----------------------------------------------------------------

    async def room_event(self, event: dict[str, Any]) -> None:
        await self.guarded(lambda: self.rooms.heard(event))

    async def end_without_worker(self, session: SocketSession, reason: str) -> None:
        """Another socket has told the worker, and freed the place; here only the page must hear of it."""
        if self.sessions.pop(session.id, None) is None:
            return
        self.guest_places.forget(self.address, session.id)
        self.requests.forget(session.id)
        await self.rooms.went(session)
        await self.say_closed(session.id, reason)

    async def account_signed_out(self, event: dict[str, Any]) -> None:
        identity = await self.identities.read()
        mark = event.get("session", "")
        if mark and mark != identity.mark:
            return
        await self.sign_out()

    async def sign_out(self) -> None:
        for session in list(self.sessions.values()):
            await self.end_at_worker(session, Session.Reason.SIGNED_OUT)
        translation.activate(self.language)
        await self.say(
            SignallingError("not_allowed", _("You have signed out. Sign in to go on.")).as_message()
        )
        await self.finish(CLOSE_SIGNED_OUT)

    async def lease_lost(self, session: SocketSession) -> None:
        """The worker is gone, or ended the session and the news got lost."""
        if reason := await self.reason_of_end(session.id):
            await self.guarded(lambda: self.session_closed(session, {"reason": reason}))
            return
        session.lost = True
        self.requests.forget(session.id)
        error = SignallingError("offline", _("The media server was lost. Connecting again …"), retry_after=0)
        translation.activate(self.language)
        await self.say(error.as_message(session=session.id))

    async def attach_again(self) -> None:
        """Events may have been lost while Redis was away: workers that still hold our sessions hear of us."""
        for session in self.sessions.values():
            if session.offered and not session.lost:
                message = {"type": "attach", "session": session.id}
                await self.requests.tell(session.lease.worker, message)

    async def server_restart(self) -> None:
        await self.say({"type": "server.restart", "retry_after": RESTART_SPREAD_SECONDS})
        await self.finish(CLOSE_RESTART)

    # --- helpers, in calling order ------------------------------------------------------------------

    async def guarded(
        self, step: Callable[[], Awaitable[None]], origin: Callable[[], dict[str, Any]] = dict
    ) -> None:
        """Run one step; every failure becomes a typed error, none ends the socket by accident."""
        translation.activate(self.language)
        try:
            await step()
        except Malformed as error:
            await self.refuse(error, origin())
            if self.strikes.add():
                await self.finish(CLOSE_MALFORMED)
        except SignallingError as error:
            await self.refuse(error, origin())
        except Exception:
            logger.exception("A signalling step failed")
            await self.refuse(SignallingError("internal", retry_after=1), origin())

    async def refuse(self, error: SignallingError, origin: dict[str, Any]) -> None:
        await self.say(error.as_message(**origin))
        if error.close_code and not self.sessions:
            await self.finish(error.close_code)

    async def slow_down(self) -> None:
        if self.flood.is_flood():
            await self.refuse(SignallingError("too_many_messages"), {})
            await self.finish(CLOSE_FLOOD)
        elif self.flood.should_tell():
            wait = round(self.flood.bucket.wait_seconds + 1, 1)
            await self.refuse(SignallingError("too_many_messages", retry_after=wait), {})

    async def known_visitor(self) -> Identity:
        """Rights may have ended since the socket was opened, so everything privileged asks anew."""
        identity = await self.identities.read()
        if self.group and identity.account is None:
            await self.sign_out()
            raise SignallingError("not_allowed")
        check_identity(identity)
        return identity

    def session_of(self, session: str) -> SocketSession:
        """Only sessions of this socket: what another tab or visitor opened does not exist here."""
        if session not in self.sessions:
            raise SignallingError("session_unknown")
        return self.sessions[session]

    async def move(self, session: SocketSession, admitted: admission.Admitted) -> None:
        """Take a place for this processor; on another worker if the one before is gone."""
        lease = await admission.place(self.registry, session.claim(admitted.processor))
        if lease == session.lease and session.processor == admitted.processor:
            return
        session.lease, session.processor = lease, admitted.processor
        await history.move(session.id, admitted.processor, lease.worker)

    async def move_back(self, session: SocketSession, before: Any) -> None:
        session.processor = before
        try:
            session.lease = await self.registry.place(session.claim())
            await history.move(session.id, before, session.lease.worker)
        except RegistryError:
            logger.info("A session keeps its place under another processor's name")

    def ask(
        self,
        session: SocketSession,
        message: ClientMessage,
        request: Message,
        answer: dict[str, Any] | None = None,
        processor: Processor | None = None,
    ) -> None:
        request |= {
            "session": session.id,
            "epoch": session.lease.epoch,
            "owner": session.owner,
            "processor": (processor or session.processor).spec(),
        }
        self.requests.ask(session.lease.worker, request, message.id, answer)

    async def lease_of(self, session: str) -> Lease | None:
        try:
            return await self.registry.lease(session)
        except RegistryError as error:
            raise SignallingError(error.code, retry_after=error.retry_after_seconds) from error

    async def reason_of_end(self, session: str) -> str:
        try:
            return await self.registry.end_reason(session)
        except RegistryError:
            return ""

    async def end_at_worker(self, session: SocketSession, reason: str) -> None:
        if session.offered:
            message = {"type": "close", "session": session.id, "reason": reason}
            await self.requests.tell(session.lease.worker, message)
        await self.end_here(session, reason)

    async def tell_about(self, lease: Lease, message: Message) -> None:
        """To the worker of a session that another socket may carry: events stay with that socket."""
        try:
            await door.transport().send_to_worker(lease.worker, message)
        except TransportError:
            logger.info("A %s message could not be sent to worker %s", message["type"], lease.worker)

    async def end_lease(self, lease: Lease, reason: str) -> None:
        """Free the place of a session that another socket may carry, and write the end."""
        try:
            await self.registry.release(lease.session, lease.epoch, reason)
        except RegistryError:
            logger.info("A place is freed by its worker: the registry is away")
        await history.end(lease.session, reason)

    async def end_here(self, session: SocketSession, reason: str) -> None:
        """Free the place and write the end; for a session no worker holds, or none that answers."""
        self.sessions.pop(session.id, None)
        self.guest_places.forget(self.address, session.id)
        self.requests.forget(session.id)
        await self.rooms.went(session)
        try:
            ours = await self.registry.release(session.id, session.lease.epoch, reason)
        except RegistryError:
            logger.info("A place expires by itself: the registry is away")
            return
        if ours:
            await history.end(session.id, reason)

    async def say_closed(self, session: str, reason: str, code: str = "", **origin: Any) -> None:
        metrics.ENDED.labels(reason).inc()
        answer = {"type": "session.closed", **origin, "session": session, "reason": reason, "code": code}
        await self.say(answer | {"message": str(Session.Reason(reason).label)})

    async def say(self, message: dict[str, Any]) -> None:
        if self.closing:
            return
        if message["type"] == "error":
            metrics.ERRORS.labels(message["code"]).inc()
        await self.send(text_data=json.dumps(message))

    async def finish(self, code: int) -> None:
        if not self.closing:
            self.closing = True
            await self.close(code)


# Where a session is before it has a place.
NOWHERE = Lease("", "", 0, "", "")
WORKER_REASONS = {"timeout": "failed", "drain": "restart", "moved": "lost"}
# What the page hears for what the worker says.
REPLIES = {
    "answer": "session.answer",
    "switched": "session.switched",
    "parameters": "session.parameters",
    "attached": "session.resumed",
}


def hello(identity: Identity) -> dict[str, Any]:
    return {
        "type": "hello",
        "protocol": PROTOCOL,
        "version": settings.SHOWROOM_VERSION,
        "limits": {"message_bytes": settings.WEBSOCKET_MESSAGE_BYTES, "sdp_bytes": settings.SDP_BYTES},
        "heartbeat_seconds": PING_SECONDS,
        "user": {"name": identity.name, "guest": identity.is_guest},
    }


def check_identity(identity: Identity) -> None:
    if identity.account is None and not settings.GUESTS_ALLOWED:
        raise SignallingError("not_allowed", _("Sign in to use this site."), close_code=CLOSE_SIGNED_OUT)
    if identity.account and identity.account.must_change_password:
        message = _("Choose a password of your own first, on your account page.")
        raise SignallingError("not_allowed", message, close_code=CLOSE_SIGNED_OUT)


def answer_with(admitted: admission.Admitted, values: admission.StartValues) -> dict[str, Any]:
    return {"processor": admitted.manifest, "parameters": values.accepted, "errors": values.errors}


def origin(message: ClientMessage) -> dict[str, Any]:
    """Which request, and which session, an error is about."""
    session = getattr(message, "session", None)
    return reply_id(message) | ({"session": session} if session else {})


def about(session: SocketSession) -> dict[str, Any]:
    if session.room is None:
        return {}
    participant = {"participant": session.participant} if session.seat else {}
    return {"room": session.room.for_page()} | participant


def person(session: SocketSession) -> dict[str, Any]:
    """Who sits there, for the worker, which tells everybody in the room."""
    if session.seat is None:
        return {}
    return {"person": session.seat.person(session.participant), "room_options": session.seat.options}


def database_room(room: OpenRoom | RoomSeat | None) -> Room | None:
    return room.entry.room if isinstance(room, RoomSeat) else None


def view(message: Message) -> dict[str, Any]:
    """What a seat sees, and in a room how many sections it should offer."""
    return {name: message[name] for name in ("tracks", "wanted", "offer_again") if name in message}


def reply_id(message: ClientMessage) -> dict[str, Any]:
    return given_id(message.id)


def given_id(value: str | int | None) -> dict[str, Any]:
    return {} if value is None else {"id": value}


def as_reason(reason: str) -> Session.Reason:
    """Workers have words of their own for some ends."""
    reason = WORKER_REASONS.get(reason, reason)
    return Session.Reason(reason) if reason in Session.Reason.values else Session.Reason.HOST


def without_files(values: dict[str, Any]) -> dict[str, Any]:
    """The page knows which file it chose; the bytes do not travel back."""
    return {name: value for name, value in values.items() if not isinstance(value, dict)}
