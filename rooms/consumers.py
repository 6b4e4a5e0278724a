"""The signalling socket of one browser tab. Described for clients in docs/protocol.md.

Check, hand on, return: no handler waits for a worker. What workers say comes back as events, in
``worker_message``. Whatever goes wrong, the page gets a typed error and the other sessions go on.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.signals import user_group
from processors.models import Processor
from workers import door
from workers.transport import Message

from . import admission, history, ice, metrics, worn_sound
from .addresses import address_of
from .errors import CLOSE_FLOOD, CLOSE_RESTART, CLOSE_SIGNED_OUT, CLOSE_UNAVAILABLE, SignallingError
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
    Record,
    Rename,
    Resume,
    State,
    Switch,
    View,
    Worn,
)
from .models import Room, Session
from .open_rooms import OpenRoom
from .open_sockets import OpenSockets
from .pending_requests import PendingRequests
from .places import NOWHERE, Places
from .replies import about, answer_with, hello, person, reply_id
from .room_seat import RoomSeat
from .room_side import RoomSide
from .socket_session import SocketSession
from .typed_socket import TypedSocket
from .worker_side import WorkerSide

# What workers may owe one page at a time; each request keeps its SDP or file until it is answered.
PENDING_REQUESTS = 32
# Spread over two seconds, so that all pages of a restarted server do not come back at once.
RESTART_SPREAD_SECONDS = 2.0
# When to try again from an address with all the sockets it may have.
FULL_ADDRESS_SECONDS = 30


class SignallingConsumer(TypedSocket):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # The sessions this socket carries, by id.
        self.sessions: dict[str, SocketSession] = {}
        self.group: str | None = None
        self.is_greeted = False
        # Sockets and guests are counted by it; empty where it is unknown.
        self.address = ""

    @property
    def is_in_use(self) -> bool:
        return bool(self.sessions)

    # --- life ------------------------------------------------------------------------------------

    async def connect(self) -> None:
        self.address = address_of(self.scope)
        if OpenSockets.here().is_full_for(self.address):
            await self.turn_away()
            return
        self.identities = IdentityReader(self.scope)
        self.guest_places = OpenSockets.here().guest_places
        self.registry = door.registry()
        self.rooms, self.workers, self.places = RoomSide(self), WorkerSide(self), Places(self)
        self.requests = PendingRequests(
            door.transport(), self.channel_name, settings.REQUEST_DEADLINE_SECONDS, self.workers.said_nothing
        )
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
            case Chat() | State() | Rename() | Moderate() | View() | Record():
                await self.rooms.handle(message)

    async def open(self, message: OpenSession) -> None:
        identity = await self.known_visitor()
        room = await self.rooms.room_for(identity, message)
        admitted = await admission.admit(identity, message.processor, database_room(room))
        ticket = history.Ticket.new()
        session = SocketSession(ticket.session, identity.owner, admitted.processor, NOWHERE, room)
        await self.places.take(session, identity)
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

    async def offer(self, message: Offer) -> None:
        session = self.session_of(message.session)
        identity = await self.known_visitor()
        await self.rooms.still_welcome(session, identity)
        admitted = await admission.admit(identity, message.processor, database_room(session.room))
        values = await admission.start_values(identity, admitted.processor, message.parameters)
        answer = answer_with(admitted, values)
        sound = await worn_sound.admit(identity, session.seat, message.sound) if message.sound else None
        await self.places.move(session, admitted)
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
        if sound:
            session.sound = sound.processor
            request["sound"], answer["sound"] = sound.for_worker, sound.for_page
        if session.seat:
            session.seat.state |= message.state
        request |= person(session)
        self.ask(session, message, request, answer)

    async def switch(self, message: Switch) -> None:
        session = self.session_of(message.session)
        identity = await self.known_visitor()
        await self.rooms.still_welcome(session, identity)
        if message.place == "sound":
            await self.wear_over_sound(session, identity, message)
            return
        admitted = await admission.admit(identity, message.processor, database_room(session.room))
        values = await admission.start_values(identity, admitted.processor, message.parameters)
        before = session.processor
        await self.places.move(session, admitted)
        answer = answer_with(admitted, values) | {"before": before}
        self.ask(session, message, {"type": "switch", "parameters": values.for_worker}, answer)

    async def wear_over_sound(self, session: SocketSession, identity: Identity, message: Switch) -> None:
        sound = await worn_sound.admit(identity, session.seat, Worn(message.processor, message.parameters))
        session.sound = sound.processor
        request = {"type": "switch", "place": "sound", "parameters": sound.values.for_worker}
        self.ask(session, message, request, sound.for_page | {"place": "sound"}, sound.admitted.processor)

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
        if isinstance(room, RoomSeat):
            room.state |= message.state
        admitted = await admission.admit(identity, row.processor_slug, database_room(room))
        session = SocketSession(row.pk, identity.owner, admitted.processor, NOWHERE, room)
        before = await self.places.of(row.pk)
        if before and before.room != (room.id if room else ""):
            raise SignallingError("room_unknown")
        await self.places.take_again(session)
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
        await self.guarded(lambda: self.workers.said(session, message, request))

    # --- from rooms and the site -----------------------------------------------------------------

    async def room_event(self, event: dict[str, Any]) -> None:
        await self.guarded(lambda: self.rooms.heard(event))

    async def end_without_worker(self, session: SocketSession, reason: str) -> None:
        """Another socket has told the worker, and freed the place; here only the page must hear of it."""
        if session.id in self.sessions:
            await self.forget(session)
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
        await self.workers.is_lost(session)

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

    async def end_at_worker(self, session: SocketSession, reason: str) -> None:
        if session.offered:
            message = {"type": "close", "session": session.id, "reason": reason}
            await self.requests.tell(session.lease.worker, message)
        await self.end_here(session, reason)

    async def end_here(self, session: SocketSession, reason: str) -> None:
        """Free the place and write the end; for a session no worker holds, or none that answers."""
        await self.forget(session)
        await self.places.give_back(session, reason)

    async def forget(self, session: SocketSession) -> None:
        self.sessions.pop(session.id, None)
        self.guest_places.forget(self.address, session.id)
        self.requests.forget(session.id)
        await self.rooms.went(session)

    async def say_closed(self, session: str, reason: str, code: str = "", **origin: Any) -> None:
        metrics.ENDED.labels(reason).inc()
        answer = {"type": "session.closed", **origin, "session": session, "reason": reason, "code": code}
        await self.say(answer | {"message": str(Session.Reason(reason).label)})


def check_identity(identity: Identity) -> None:
    if identity.account is None and not settings.GUESTS_ALLOWED:
        raise SignallingError("not_allowed", _("Sign in to use this site."), close_code=CLOSE_SIGNED_OUT)
    if identity.account and identity.account.must_change_password:
        message = _("Choose a password of your own first, on your account page.")
        raise SignallingError("not_allowed", message, close_code=CLOSE_SIGNED_OUT)


def database_room(room: OpenRoom | RoomSeat | None) -> Room | None:
    return room.entry.room if isinstance(room, RoomSeat) else None
