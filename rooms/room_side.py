"""What happens in rooms on one socket: who comes in, chat, what people say of themselves, moderation.

Talk goes from web to web by the channel layer, one group for each room. Who is inside the worker tells; what a
moderator does to media the worker carries out.
"""

import re
from typing import TYPE_CHECKING, Any

from workers.registry import Lease, RegistryError
from workers.transport import Message

from . import room_entrance, room_news
from .errors import SignallingError
from .identity import Identity
from .messages import Chat, ClientMessage, Moderate, OpenSession, Record, Rename, Resume, State, View
from .models import Session
from .open_rooms import OpenRoom, room_of
from .recording_side import record
from .room_seat import RoomSeat, chat_message, check_chat, clean_name, participant_of

if TYPE_CHECKING:
    from .consumers import SignallingConsumer
    from .socket_session import SocketSession

RoomMessage = Chat | State | Rename | Moderate | View | Record
# A slug; tokens of ``openroom`` have colons in them.
SLUG = re.compile(r"[-a-zA-Z0-9_]+")
MEDIA_ACTS = {"mute", "stop_camera", "stop_screen", "mute_all"}
# What workers say that pages hear under another name.
EVENTS = {
    "speaker": "room.speaker",
    "notice": "room.notice",
    "levels": "room.levels",
    "recording": "room.recording",
}


class RoomSide:
    def __init__(self, socket: "SignallingConsumer") -> None:
        self._socket = socket
        # The groups this socket listens to, by name.
        self._groups: set[str] = set()

    # --- coming in and going -----------------------------------------------------------------------

    async def room_for(self, identity: Identity, message: OpenSession) -> OpenRoom | RoomSeat | None:
        if not SLUG.fullmatch(message.room):
            return room_of(message.room)
        seat = await room_entrance.enter(identity, message.room, message.invitation, message.name)
        mine = [lease for lease in await self._leases(seat.id) if lease.owner == identity.owner]
        await room_entrance.check_open(identity, seat.entry, has_seat=bool(mine))
        return seat

    async def room_to_resume(
        self, identity: Identity, message: Resume, row: Session
    ) -> OpenRoom | RoomSeat | None:
        """The history knows a room of the database, whose address may have changed; a token must be shown again."""
        if row.room is None:
            return room_of(message.room)
        if message.room not in {"", row.room.slug, row.room.live_id}:
            raise SignallingError("room_unknown")
        return await room_entrance.come_back(identity, row.room, message.name)

    async def came_in(self, session: "SocketSession") -> None:
        """One person has one seat: the one before ends only now; of tabs that come at once the last keeps it."""
        if session.seat is None:
            return
        await self._listen(session.seat.group)
        await room_news.tell_group(
            session.seat.group, "moved", owner=session.owner, session=session.id, epoch=session.lease.epoch
        )
        for lease in await self._leases(session.seat.id):
            if lease.owner == session.owner and is_before(lease, session.lease):
                await room_news.end_seat(lease, Session.Reason.OTHER_TAB)

    async def went(self, session: "SocketSession") -> None:
        seats = [other.seat for other in self._socket.sessions.values() if other.seat]
        if session.seat and session.seat.group not in {seat.group for seat in seats}:
            self._groups.discard(session.seat.group)
            await self._socket.channel_layer.group_discard(session.seat.group, self._socket.channel_name)

    async def close(self) -> None:
        for group in self._groups:
            await self._socket.channel_layer.group_discard(group, self._socket.channel_name)
        self._groups.clear()

    async def still_welcome(self, session: "SocketSession", identity: Identity) -> None:
        """Asked before everything that needs a right: since the door somebody may have been sent out."""
        if session.seat:
            await room_entrance.stay(identity, session.seat)

    # --- from the page ---------------------------------------------------------------------------

    async def handle(self, message: RoomMessage) -> None:
        session = self._socket.session_of(message.session)
        if session.seat is None:
            raise SignallingError("not_in_a_room")
        match message:
            case Chat():
                await self._chat(session, session.seat, message)
            case State():
                session.seat.state |= message.given
                await self._tell_worker(session, {"type": "state", **message.given})
            case Rename():
                session.seat.name = clean_name(message.name) or session.seat.name
                await self._tell_worker(session, {"type": "name", "name": session.seat.name})
            case View():
                flags = {"audio_only": message.audio_only, "mix": message.mix, "own": message.own}
                await self._tell_worker(session, {"type": "view", "tiles": message.tiles, **flags})
            case Moderate():
                await self._moderate(session, session.seat, message)
            case Record():
                await record(self._socket, session, session.seat, message)

    async def _chat(self, session: "SocketSession", seat: RoomSeat, message: Chat) -> None:
        text = check_chat(message.text)
        if not text:
            return
        seat.check_pace()
        said = chat_message(session.participant, seat.name, text)
        await room_news.tell_group(seat.group, "chat", session=session.id, said=said)
        await self._socket.say({"type": "room.chat", **asked(message), "session": session.id, **said})

    async def _moderate(self, session: "SocketSession", seat: RoomSeat, message: Moderate) -> None:
        await self.still_welcome(session, await self._socket.known_visitor())
        if not seat.entry.moderates:
            raise SignallingError("not_allowed")
        if message.act in MEDIA_ACTS:
            if message.act != "mute_all":
                await self._seat_of(seat, message.participant)
            about = {"act": message.act, "participant": message.participant, "room": seat.id}
            await self._tell_worker(session, {"type": "moderate", **about})
        elif message.act == "remove":
            await self._remove(seat, message.participant)
        elif message.act == "end":
            await self._end(seat)
        else:
            await room_entrance.set_locked(seat.entry.room, message.act == "lock")
            await room_news.tell_group(seat.group, "changed")
        done = {"session": session.id, "act": message.act, "participant": message.participant}
        await self._socket.say({"type": "room.moderated", **asked(message), **done})

    async def _remove(self, seat: RoomSeat, participant: str) -> None:
        found = await self._seat_of(seat, participant)
        name = (seat.people or {}).get(participant, "")
        await room_entrance.send_out(seat.entry.room, found.session, name)
        await room_news.end_seat(found, Session.Reason.REMOVED)

    async def _seat_of(self, seat: RoomSeat, participant: str) -> Lease:
        for lease in await self._leases(seat.id):
            if participant_of(lease.session) == participant:
                return lease
        raise SignallingError("participant_unknown")

    async def _end(self, seat: RoomSeat) -> None:
        await room_entrance.end_meeting(seat.entry.room)
        for lease in await self._leases(seat.id):
            await room_news.end_seat(lease, Session.Reason.ROOM_ENDED)

    # --- from other sockets -----------------------------------------------------------------------

    async def heard(self, event: dict[str, Any]) -> None:
        for session in list(self._socket.sessions.values()):
            if session.seat and session.seat.group == event["group"]:
                await self._heard_by(session, session.seat, event)

    async def _heard_by(self, session: "SocketSession", seat: RoomSeat, event: dict[str, Any]) -> None:
        match event["what"]:
            case "chat" if event["session"] != session.id:
                await self._socket.say({"type": "room.chat", "session": session.id, **event["said"]})
            case "changed":
                await self._changed(session, seat)
            case "moved" if event["owner"] == session.owner and event["session"] != session.id:
                if (session.lease.epoch, session.id) < (event["epoch"], event["session"]):
                    await self._socket.end_without_worker(session, Session.Reason.OTHER_TAB)
            case "closed" if event["session"] == session.id:
                await self._socket.end_without_worker(session, event["reason"])

    async def _changed(self, session: "SocketSession", seat: RoomSeat) -> None:
        await self.still_welcome(session, await self._socket.known_visitor())
        await self._tell_worker(session, {"type": "room", "room_options": seat.options})
        await self._socket.say({"type": "room.changed", "session": session.id, "room": seat.for_page()})

    # --- from workers ----------------------------------------------------------------------------

    async def worker_said(self, session: "SocketSession", message: Message) -> None:
        if session.seat is None:
            return
        about = {"session": session.id}
        if message["type"] == "participants":
            people = message["participants"]
            await self._socket.say({"type": "room.participants", **about, "participants": people})
            for change in session.seat.changes(people):
                await self._socket.say({"type": "room.notice", **about, **change})
        elif message["type"] in EVENTS:
            facts = {name: value for name, value in message.items() if name not in {"type", "worker", "id"}}
            await self._socket.say(facts | about | {"type": EVENTS[message["type"]]})

    # --- helpers ---------------------------------------------------------------------------------

    async def _listen(self, group: str) -> None:
        if group not in self._groups:
            self._groups.add(group)
            await self._socket.channel_layer.group_add(group, self._socket.channel_name)

    async def _tell_worker(self, session: "SocketSession", message: Message) -> None:
        """What comes before the first offer travels with it."""
        if session.offered and not session.lost:
            await self._socket.requests.tell(session.lease.worker, {**message, "session": session.id})

    async def _leases(self, room: str) -> list[Lease]:
        try:
            return await self._socket.registry.seats(room)
        except RegistryError as error:
            raise SignallingError(error.code, retry_after=error.retry_after_seconds) from error


def is_before(lease: Lease, other: Lease) -> bool:
    return (lease.epoch, lease.session) < (other.epoch, other.session)


def asked(message: ClientMessage) -> dict[str, Any]:
    return {} if message.id is None else {"id": message.id}
