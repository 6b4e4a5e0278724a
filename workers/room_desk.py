"""What people in a room say about the room, and what its moderators do. Whether they may is checked by the web side."""

from collections.abc import Awaitable, Callable
from typing import Any

from .exceptions import BadRoomMessage, RecordingRefused
from .live_room import LiveRoom
from .seat import Seat

Message = dict[str, Any]
Tell = Callable[[list[tuple[Seat, Message]]], None]

# What each act stops, and what the room is told.
STOPPING = {
    "mute": ({"microphone", "screen_sound"}, "muted_by_owner"),
    "stop_camera": ({"camera"}, "camera_stopped_by_owner"),
    "stop_screen": ({"screen", "screen_sound"}, "screen_stopped_by_owner"),
}


class RoomDesk:
    """Carries out ``view``, ``state`` and ``moderate``."""

    def __init__(self, tell: Tell, end: Callable[[str, str], Awaitable[None]]) -> None:
        self._tell = tell
        self._end = end

    def view(self, seat: Seat, message: Message) -> Message:
        seat.look_at(message)
        return {"type": "viewed"}

    def state(self, seat: Seat, message: Message) -> Message:
        """A person renames, mutes or unmutes themselves."""
        seat.person.rename(message.get("name"))
        seat.person.say(message)
        seat.follow_person()
        return {"type": "stated"}

    async def record(self, room: LiveRoom, seat: Seat, message: Message) -> Message:
        """Begin, agree, refuse or stop; the web has checked who may begin and stop."""
        recording, act = room.recording, message.get("act", "")
        if recording is None:
            raise RecordingRefused("recording_off", "Rooms are not recorded on this site.")
        if act == "start":
            await recording.begin(seat.participant, message.get("about") or {}, room.mix_options)
        elif act == "agree":
            recording.agree(seat.participant, message.get("request", ""))
        elif act == "refuse":
            recording.refuse()
        elif act == "stop":
            recording.end("stopped")
        else:
            raise BadRoomMessage(f"Nobody knows the act {act!r}.")
        room.follow_mixes()
        return {"type": "recorded", "act": act}

    async def moderate(self, room: LiveRoom, moderator: Seat, message: Message) -> Message:
        act = message.get("act", "")
        if act == "mute_all":
            for seat in [seat for seat in room.seats.values() if seat is not moderator]:
                self._stop(room, seat, "mute")
        elif act == "end":
            for session in list(room.seats):
                await self._end(session, "room_ended")
        elif act in STOPPING:
            self._stop(room, target(room, message), act)
        elif act == "remove":
            await self._remove(room, target(room, message))
        else:
            raise BadRoomMessage(f"Nobody knows the act {act!r}.")
        return {"type": "moderated", "act": act}

    def _stop(self, room: LiveRoom, seat: Seat, act: str) -> None:
        """Let a source out no more until its owner says so; the owner of the room cannot unmute anybody."""
        sources, what = STOPPING[act]
        seat.person.stopped |= sources
        seat.follow_person()
        room.follow_mixes()
        self._tell(room.notice(what, seat.participant))

    async def _remove(self, room: LiveRoom, seat: Seat) -> None:
        await self._end(seat.session, "removed")
        self._tell(room.notice("removed", seat.participant))


def target(room: LiveRoom, message: Message) -> Seat:
    seat = room.seat_of(str(message.get("participant") or ""))
    if seat is None:
        raise BadRoomMessage("This person is not in the room any more.")
    return seat
