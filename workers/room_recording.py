"""The recording of one room: it runs only while everybody who is inside has agreed.

Each time it runs it has a mix of its own, with new encoders: nothing that was seen or heard in between is in it.
"""

import asyncio
import secrets
import time
from collections.abc import Mapping, Set
from concurrent.futures import Executor
from enum import StrEnum
from typing import Any

from .exceptions import RecordingRefused
from .host_encoders import HostEncoders
from .participant_media import ParticipantMedia
from .recording_file import Lane, RecordingFile
from .recording_options import RecordingOptions
from .room_mix import MixOptions, RoomMix

# A player can jump to where a key frame is.
KEY_FRAME_SECONDS = 5.0
REQUEST_BYTES = 8
# Who hears the mix; nobody's id, so nobody's voice is left out.
RECORDER = ""


class State(StrEnum):
    OFF = "off"
    ASKING = "asking"
    ON = "on"
    PAUSED = "paused"


class RoomRecording:
    """Lives on the loop, like the room."""

    def __init__(
        self, codec_pool: Executor, options: RecordingOptions, encoders: HostEncoders | None = None
    ) -> None:
        self._codec_pool = codec_pool
        self._encoders = encoders
        self._options = options
        self.state = State.OFF
        # Why the one before ended: stopped, refused, owner_left, room_ended, limit, full, failed.
        self.reason = ""
        # Names what is asked: who agrees to one recording has not agreed to the next.
        self.request = ""
        # Who asked for it.
        self.owner: str | None = None
        # Who has agreed to this recording, of those who are here.
        self._agreed: set[str] = set()
        self._present: set[str] = set()
        self._about: Mapping[str, Any] = {}
        self._mix_options = MixOptions(is_allowed=True)
        self._mix: RoomMix | None = None
        self._file: RecordingFile | None = None
        self._key_frame_at = 0.0
        # Files whose threads may still be finishing.
        self._finishing: list[RecordingFile] = []

    async def begin(self, owner: str, about: Mapping[str, Any], mix: MixOptions) -> None:
        """Ask everybody; raise RecordingRefused."""
        if await asyncio.to_thread(lambda: self._options.is_full):
            raise RecordingRefused("recording_full", "There is no space left for recordings.")
        if self.state is not State.OFF:
            raise RecordingRefused("recording_runs", "This room is being recorded already.")
        self.state, self.reason, self.request = State.ASKING, "", secrets.token_hex(REQUEST_BYTES)
        self.owner, self._about, self._agreed = owner, about, {owner}
        self._mix_options = mix

    def agree(self, participant: str, request: str) -> None:
        if self.state is not State.OFF and request == self.request:
            self._agreed.add(participant)

    def refuse(self) -> None:
        """A no ends it, also one that comes later; nobody is told whose it was."""
        self.end("refused")

    def end(self, reason: str) -> None:
        if self.state is State.OFF:
            return
        self._pause()
        if self._file is not None:
            self._file.close()
            self._finishing = [file for file in self._finishing if file.is_writing] + [self._file]
        self.state, self.reason, self._file = State.OFF, reason, None
        self.owner, self._agreed = None, set()

    def follow(
        self, media: Mapping[str, ParticipantMedia], unseen: Set[tuple[str, str]] = frozenset()
    ) -> None:
        """Take who is in the room now, and which pictures are off: at once it runs, waits or ends."""
        self._present = set(media)
        self._agreed &= self._present
        if self.state is State.OFF:
            return
        if self.owner not in self._present:
            self.end("owner_left")
        elif self._present <= self._agreed:
            self._record(media, unseen)
        elif self.state is State.ON:
            self._pause()
            self.state = State.PAUSED

    def tick(self, now: float) -> None:
        if self._file is None:
            return
        if self._file.trouble:
            self.end(self._file.trouble)
        elif self._file.seconds >= self._options.longest_seconds:
            self.end("limit")
        elif self._mix is not None and now - self._key_frame_at > KEY_FRAME_SECONDS:
            self._key_frame_at = now
            self._mix.ask_for_key_frame()

    def told_to(self, participant: str) -> dict[str, Any]:
        """Return what this person's page shows."""
        return {
            "type": "recording",
            "state": self.state.value,
            "reason": self.reason,
            "participant": self.owner,
            "request": self.request if self.state is not State.OFF else "",
            "agreed": participant in self._agreed,
            "waiting": len(self._present - self._agreed) if self.state is not State.OFF else 0,
        }

    def take_files(self) -> list[RecordingFile]:
        """Return the files that may still be finishing, for who ends the worker."""
        files, self._finishing = self._finishing, []
        return files

    def _record(self, media: Mapping[str, ParticipantMedia], unseen: Set[tuple[str, str]]) -> None:
        if self._mix is not None:
            self._mix.follow(media, {RECORDER}, unseen)
            return
        size = (self._mix_options.width, self._mix_options.height)
        if self._file is None:
            self._file = RecordingFile(self._options, self._about, size, self._mix_options.fps)
        self._file.begin_part()
        self._mix = RoomMix(self._codec_pool, self._mix_options, self._encoders)
        self._mix.follow(media, {RECORDER}, unseen)
        self._mix.admit_recorder(Lane("video", self._file), Lane("audio", self._file), RECORDER)
        self.state, self._key_frame_at = State.ON, time.monotonic()

    def _pause(self) -> None:
        """From here on nothing more comes to the file."""
        if self._mix is not None:
            self._mix.close()
            self._mix = None
