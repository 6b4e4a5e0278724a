"""Who sits in a room, and what they say of themselves and were told by the owner."""

import time
from dataclasses import dataclass, field
from typing import Any

NAME_CHARACTERS = 80
ROLES = ("owner", "member", "guest")


@dataclass
class Participant:
    """One person in a room. What a moderator has stopped begins again only when that person says so."""

    id: str
    name: str = ""
    role: str = "guest"
    # What the person says: no sound, no picture.
    muted: bool = False
    camera_off: bool = False
    # Sources that a moderator has stopped.
    stopped: set[str] = field(default_factory=set)
    # Whether a processor that the owner adds for all stays away from this person's tracks.
    vetoes: bool = False
    joined: float = field(default_factory=time.time)

    def introduce(self, person: dict[str, Any]) -> None:
        """Take what the web side says of the person when they offer or come back; what it does not say stays."""
        self.rename(person.get("name"))
        if person.get("role") in ROLES:
            self.role = person["role"]
        # Who comes back repeats that they had not muted themselves, and must not lift what a moderator did.
        self._take(person)

    def rename(self, name: Any) -> None:
        if isinstance(name, str) and name:
            self.name = name[:NAME_CHARACTERS]

    def say(self, state: dict[str, Any]) -> None:
        """Take the person's own word; to unmute oneself, or to share anew, lifts what the moderator did."""
        self._take(state)
        if state.get("muted") is False:
            self._lift("microphone", beside="screen")
        if state.get("camera_off") is False:
            self.stopped.discard("camera")
        if state.get("screen") is True:
            self._lift("screen", beside="microphone")

    @property
    def is_muted(self) -> bool:
        return self.muted or "microphone" in self.stopped

    @property
    def is_camera_off(self) -> bool:
        return self.camera_off or "camera" in self.stopped

    def _take(self, state: dict[str, Any]) -> None:
        if isinstance(muted := state.get("muted"), bool):
            self.muted = muted
        if isinstance(camera_off := state.get("camera_off"), bool):
            self.camera_off = camera_off
        if isinstance(vetoes := state.get("veto"), bool):
            self.vetoes = vetoes

    def _lift(self, source: str, beside: str) -> None:
        """The sound of the screen is stopped with the microphone and with the screen; it waits for both."""
        self.stopped.discard(source)
        if beside not in self.stopped:
            self.stopped.discard("screen_sound")
