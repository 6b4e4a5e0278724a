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
        """Take what the web side says of the person with each offer; it has checked it."""
        self.rename(person.get("name"))
        if person.get("role") in ROLES:
            self.role = person["role"]
        # Not say(): an offer after a loss repeats that somebody had not muted themselves, and must not unmute anybody.
        self.muted = person.get("muted") is True
        self.camera_off = person.get("camera_off") is True

    def rename(self, name: Any) -> None:
        if isinstance(name, str) and name:
            self.name = name[:NAME_CHARACTERS]

    def say(self, state: dict[str, Any]) -> None:
        """Take the person's own word; to unmute oneself lifts what the moderator did."""
        if isinstance(muted := state.get("muted"), bool):
            self.muted = muted
            if not muted:
                self.stopped -= {"microphone", "screen_sound"}
        if isinstance(camera_off := state.get("camera_off"), bool):
            self.camera_off = camera_off
            if not camera_off:
                self.stopped.discard("camera")
        if isinstance(vetoes := state.get("veto"), bool):
            self.vetoes = vetoes

    @property
    def is_muted(self) -> bool:
        return self.muted or "microphone" in self.stopped

    @property
    def is_camera_off(self) -> bool:
        return self.camera_off or "camera" in self.stopped
