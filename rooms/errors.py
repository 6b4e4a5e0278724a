"""What the page is told when something cannot be done: a code for machines, a sentence with the next step."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, Promise] = {
    "bad_json": _("The server could not read this message. Please reload the page."),
    "bad_message": _("The server did not understand this message. Please reload the page."),
    "unknown_type": _("This page is older than the server. Please reload it."),
    "binary_not_supported": _("The server takes text messages only. Please reload the page."),
    "message_too_large": _("This message is too large for the server."),
    "too_many_messages": _("That was a lot at once. Please wait a moment."),
    "sdp_too_large": _(
        "Your browser’s connection offer is too large. Please reload the page or use another browser."
    ),
    "no_usable_codec": _(
        "Your browser and this server have no common video or audio format. Please use another browser."
    ),
    "bad_offer": _("Your browser’s connection offer could not be used. Please reload the page."),
    "bad_parameters": _("These settings do not fit. Please choose others."),
    "not_allowed": _("You may not use this. Ask the host of this site for access."),
    "not_found": _("There is no processor at this address. Please choose another one."),
    "session_unknown": _("This session has ended. Press Start to begin a new one."),
    "session_limit": _(
        "You have as many sessions open as one person may have. Please stop one of them first."
    ),
    "busy": _("Every place is taken just now. Please try again in a moment."),
    "offline": _("The media server cannot be reached just now. Please try again in a moment."),
    "processor_unavailable": _("This processor cannot run on this server. Please choose another one."),
    "not_installed": _(
        "The model of this processor is not installed yet. Ask the person who runs this site, or choose another one."
    ),
    "not_ready": _("The server is just starting. Please try again in a moment."),
    "timeout": _("The media server did not answer in time. Please try again."),
    "room_unknown": _("There is no room at this address. Ask the host for a new link."),
    "room_closed": _("This room is closed. Ask the host for a new link."),
    "room_full": _("Every seat in this room is taken. Please try again in a moment."),
    "room_locked": _("This room is locked. Ask somebody inside to let you in."),
    "invitation_needed": _("This room is for people with an invitation. Ask its owner for one."),
    "invitation_over": _("This invitation is no longer valid. Ask for a new link."),
    "removed": _("You were removed from this room. Ask its owner to let you back in."),
    "not_in_a_room": _("This works in a room only. Join one first."),
    "participant_unknown": _("This person has left the room already."),
    "chat_too_long": _("This message is too long. Send it in parts."),
    "chat_too_fast": _("That was a lot at once. Wait a moment, then send it again."),
    "recording_off": _("Rooms are not recorded on this site."),
    "recording_full": _(
        "There is no space left for recordings. Delete old ones, or ask the host of this site."
    ),
    "recording_runs": _("This room is being recorded already."),
    "closed_by_host": _("The host ended this session."),
    "protocol_version": _("This page is older than the server. Please reload it."),
    "internal": _("Something went wrong on the server. Please try again."),
}

# Close codes of the socket.
CLOSE_MALFORMED = 4400
CLOSE_SIGNED_OUT = 4401
CLOSE_NOT_ALLOWED = 4403
CLOSE_FLOOD = 4429
CLOSE_UNAVAILABLE = 4503
# Autobahn sends none of the registered codes but 1000, so not 1012.
CLOSE_RESTART = 4012


class SignallingError(Exception):
    """Ends one request with a typed error; ``close_code`` also ends the socket if nothing else is open on it."""

    def __init__(
        self, code: str, message: str = "", retry_after: float | None = None, close_code: int | None = None
    ) -> None:
        super().__init__(code)
        self.code = code if code in TEXTS else "internal"
        self.message = message
        self.retry_after = retry_after
        self.close_code = close_code

    def as_message(self, **origin: Any) -> dict[str, Any]:
        """The error in the language at hand; ``origin`` names the request and the session."""
        answer: dict[str, Any] = {"type": "error", **origin, "code": self.code}
        answer["message"] = str(self.message or TEXTS[self.code])
        if self.retry_after is not None:
            answer["retry_after"] = self.retry_after
        return answer


class Malformed(SignallingError):
    """A message no well-made page sends; a few of them end the socket."""
