"""What media workers say to one socket, and what their silence means: answers, events, ends."""

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from workers.registry import RegistryError
from workers.transport import Message

from . import history, worn_sound
from .errors import TEXTS, SignallingError
from .models import Session
from .pending_requests import PendingRequest
from .replies import as_reason, given_id, view, without_files

if TYPE_CHECKING:
    from .consumers import SignallingConsumer
    from .socket_session import SocketSession

# What the page hears for what the worker says.
REPLIES = {
    "answer": "session.answer",
    "switched": "session.switched",
    "parameters": "session.parameters",
    "attached": "session.resumed",
    "recorded": "room.recorded",
}


class WorkerSide:
    def __init__(self, socket: "SignallingConsumer") -> None:
        self._socket = socket

    async def said(self, session: "SocketSession", message: Message, request: PendingRequest | None) -> None:
        match message["type"]:
            case "live":
                await self._socket.say({"type": "session.live", "session": session.id})
            case "tracks_changed":
                changed = {"type": "session.tracks_changed", "session": session.id, **view(message)}
                await self._socket.say(changed)
            case "participants" | "speaker" | "notice" | "levels" | "recording":
                await self._socket.rooms.worker_said(session, message)
            case "closed":
                await self._closed(session, message, request)
            case "error":
                await self._refused(session, message, request)
            case "answer" | "switched" | "parameters" | "attached" | "recorded" as kind if request:
                await self._pass_on(kind, session, message, request)

    async def said_nothing(self, request: PendingRequest) -> None:
        """A request was not answered in time."""
        session = self._socket.sessions.get(request.session)
        if session is None or self._socket.closing:
            return
        await self._socket.guarded(lambda: self._give_up(session, request))

    async def is_lost(self, session: "SocketSession") -> None:
        """The worker is gone, or ended the session and the news got lost."""
        if reason := await self._reason_of_end(session.id):
            await self._socket.guarded(lambda: self._closed(session, {"reason": reason}, None))
            return
        session.lost = True
        self._socket.requests.forget(session.id)
        error = SignallingError("offline", _("The media server was lost. Connecting again …"), retry_after=0)
        translation.activate(self._socket.language)
        await self._socket.say(error.as_message(session=session.id))

    async def _pass_on(
        self, kind: str, session: "SocketSession", message: Message, request: PendingRequest
    ) -> None:
        answer = {name: value for name, value in request.answer.items() if name != "before"}
        answer = {"type": REPLIES[kind], "session": session.id, **given_id(request.asked), **answer}
        match kind:
            case "answer":
                server = name_for_page(session.lease.worker)
                answer |= {"sdp": message["sdp"], "server": server, **view(message)}
                if "sound" in answer:
                    answer["sound"] = with_errors(answer["sound"], message.get("sound") or {})
            case "attached":
                answer |= {"parameters": without_files(message.get("parameters") or {}), **view(message)}
                if session.seat:
                    answer["sound"] = await self._sound_of(session, message.get("sound") or {})
        if kind in {"answer", "parameters"}:
            answer = with_errors(answer, message)
        await self._socket.say(answer)

    async def _sound_of(self, session: "SocketSession", told: Message) -> dict[str, Any] | None:
        """What the worker still puts over the sound; changes of its parameters are checked against that."""
        if not told:
            return None
        session.sound, manifest = await worn_sound.row_and_manifest(told["processor"])
        return {"processor": manifest, "parameters": without_files(told.get("parameters") or {})}

    async def _refused(
        self, session: "SocketSession", message: Message, request: PendingRequest | None
    ) -> None:
        if request and request.message["type"] == "attach" and message.get("code") == "session_unknown":
            session.offered = False
            await self._pass_on("attached", session, {}, request)
            return
        if request is None and message.get("code") == "session_unknown":
            await self.is_lost(session)
            return
        await self._undo_switch(session, request)
        error = SignallingError(message.get("code", "internal"), retry_after=message.get("retry_after"))
        origin = given_id(request.asked) if request else {}
        await self._socket.say(error.as_message(session=session.id, **origin))

    async def _closed(
        self, session: "SocketSession", message: Message, request: PendingRequest | None
    ) -> None:
        reason = as_reason(message.get("reason", ""))
        request = request or self._socket.requests.asked_to_close(session.id)
        await self._socket.forget(session)
        await history.end(session.id, reason)
        code = message.get("code") if message.get("code") in TEXTS else ""
        origin: dict[str, Any] = given_id(request.asked) if request else {}
        await self._socket.say_closed(session.id, reason, code=code or "", **origin)

    async def _give_up(self, session: "SocketSession", request: PendingRequest) -> None:
        if request.message["type"] == "close":
            await self._socket.end_here(session, Session.Reason.VISITOR)
            await self._socket.say_closed(session.id, Session.Reason.VISITOR, **given_id(request.asked))
            return
        await self._undo_switch(session, request)
        error = SignallingError("timeout", retry_after=1)
        await self._socket.say(error.as_message(session=session.id, **given_id(request.asked)))

    async def _undo_switch(self, session: "SocketSession", request: PendingRequest | None) -> None:
        if request and (before := request.answer.get("before")):
            await self._socket.places.move_back(session, before)

    async def _reason_of_end(self, session: str) -> str:
        try:
            return await self._socket.registry.end_reason(session)
        except RegistryError:
            return ""


def with_errors(answer: dict[str, Any], told: Message) -> dict[str, Any]:
    """What did not fit here, and what did not fit there."""
    return answer | {"errors": {**answer.get("errors", {}), **told.get("errors", {})}}


def name_for_page(worker: str) -> str:
    """The end of a worker's name finds it in the logs; its beginning, the machine's name, is nobody else's business."""
    return worker.rsplit("-", 1)[-1]
