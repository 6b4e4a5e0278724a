"""One recording on disk: packets that are encoded already, muxed into a WebM by a thread of its own.

A recording has parts, one for each time that everybody had agreed; they follow each other without a gap. All time
stamps are made here, so that they grow whatever the mixers do.
"""

import fcntl
import logging
import os
import queue
import secrets
import threading
import time
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from .frames import AUDIO_CLOCK, EncodedFrame
from .recording_options import FACTS, FINISHED, UNFINISHED, RecordingOptions, write_facts
from .recording_repair import repair_one

logger = logging.getLogger(__name__)

NAME_BYTES = 16
# What may wait for a slow disk: about half a minute.
BACKLOG_FRAMES = 2000
DISK_CHECK_SECONDS = 1.0
MILLISECOND = Fraction(1, 1000)
PACKET_MS = 20
# How long a worker that ends waits for a file to be closed.
FINISH_SECONDS = 5.0

# A crash costs about a second.
ON_DISK_SOON = {"cluster_time_limit": "1000", "flush_packets": "1"}

NEW_PART, END = "part", "end"


class Lane:
    """Takes one stream of the mix, as one of its viewers; only for one part."""

    waiting_frames = 0

    def __init__(self, kind: str, file: "RecordingFile") -> None:
        self._kind = kind
        self._file = file

    def deliver(self, frame: EncodedFrame) -> None:
        self._file.take(self._kind, frame)

    def begin_anew(self) -> None:
        """What was taken is written."""


class RecordingFile:
    """Made and fed on the loop, which it never keeps waiting."""

    def __init__(
        self, options: RecordingOptions, about: Mapping[str, Any], size: tuple[int, int], fps: int
    ) -> None:
        self._options, self._size, self._fps = options, size, fps
        self._about = {**about, "started": time.time()}
        self.name = secrets.token_hex(NAME_BYTES)
        # Why it cannot go on: "full" or "failed"; empty while all is well.
        self.trouble = ""
        # Milliseconds that are written, and where the part at hand begins among them.
        self._end_ms = self._offset_ms = 0
        self._last_ms = {"video": -1, "audio": -1}
        self._checked_at = 0.0
        self._frames: queue.Queue[tuple[str, EncodedFrame | None]] = queue.Queue(BACKLOG_FRAMES)
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        return self._end_ms / 1000

    @property
    def is_writing(self) -> bool:
        return self._thread.is_alive()

    def begin_part(self) -> None:
        self._put(NEW_PART, None)

    def take(self, kind: str, frame: EncodedFrame) -> None:
        self._put(kind, frame)

    def close(self) -> None:
        """Let the thread finish the file, without waiting for it."""
        threading.Thread(target=self._frames.put, args=((END, None),), daemon=True).start()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _put(self, kind: str, frame: EncodedFrame | None) -> None:
        try:
            self._frames.put_nowait((kind, frame))
        except queue.Full:
            self.trouble = self.trouble or "failed"

    # From here on: the thread.

    def _run(self) -> None:
        lock = -1
        try:
            lock = self._reserve()
            self._write()
            self._finish()
        except Exception:
            logger.exception("The recording %s ends early", self.name)
            self.trouble = self.trouble or "failed"
            self._await_end()
            self._save_what_is_left()
        finally:
            if lock >= 0:
                os.close(lock)

    def _reserve(self) -> int:
        """Make the file, for nobody else to read; the lock says that somebody is writing it."""
        self._options.make_folder()
        write_facts(self._path(FACTS), self._about)
        descriptor = os.open(self._path(UNFINISHED), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor

    def _write(self) -> None:
        with av.open(str(self._path(UNFINISHED)), "w", format="webm", options=ON_DISK_SOON) as container:
            tracks = self._tracks(container)
            while True:
                kind, frame = self._frames.get()
                if kind == END:
                    return
                if kind == NEW_PART:
                    self._offset_ms = self._end_ms
                elif frame is not None and not self.trouble:
                    self._check_disk()
                    container.mux(self._packet(kind, frame, tracks[kind]))

    def _tracks(self, container: Any) -> dict[str, Any]:
        video = container.add_mux_stream("vp8", rate=self._fps, width=self._size[0], height=self._size[1])
        # Its encoder is not used; it writes the track's header.
        audio = container.add_stream("libopus", rate=AUDIO_CLOCK, layout="stereo")
        video.time_base = audio.time_base = MILLISECOND
        container.start_encoding()
        return {"video": video, "audio": audio}

    def _packet(self, kind: str, frame: EncodedFrame, track: Any) -> Any:
        at = max(self._offset_ms + round(frame.time * 1000), self._last_ms[kind] + 1)
        self._last_ms[kind] = at
        packet = av.Packet(frame.data)
        packet.stream = track
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = at
        packet.duration = PACKET_MS if kind == "audio" else round(1000 / self._fps)
        packet.is_keyframe = frame.is_key
        self._end_ms = max(self._end_ms, at + packet.duration)
        return packet

    def _check_disk(self) -> None:
        if time.monotonic() - self._checked_at > DISK_CHECK_SECONDS:
            self._checked_at = time.monotonic()
            if self._options.is_full:
                self.trouble = "full"

    def _await_end(self) -> None:
        while self._frames.get()[0] != END:
            pass

    def _finish(self) -> None:
        """Give the file its name; what the web must note of it stands beside it before."""
        unfinished, facts = self._path(UNFINISHED), self._path(FACTS)
        if not self._end_ms:
            unfinished.unlink()
            facts.unlink()
            return
        size = unfinished.stat().st_size
        write_facts(facts, {**self._about, "seconds": round(self.seconds, 1), "bytes": size})
        unfinished.replace(self._path(FINISHED))

    def _save_what_is_left(self) -> None:
        if not self._path(UNFINISHED).exists():
            return
        try:
            repair_one(self._path(UNFINISHED))
        except OSError:
            logger.exception("The recording %s waits for the next start to be repaired", self.name)

    def _path(self, suffix: str) -> Path:
        return self._options.folder / f"{self.name}{suffix}"
