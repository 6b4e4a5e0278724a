"""One picture and one sound of all, for weak devices and for recording; made only while somebody wants it."""

import asyncio
import time
from collections.abc import Mapping, Set
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from .answer import Quality
from .host_encoders import HostEncoders
from .mixed_picture import Face, MixedPicture
from .mixed_sound import MixedSound, Voice
from .outgoing import OutgoingAudio, OutgoingStream, OutgoingVideo, Viewer
from .participant_media import ParticipantMedia
from .subscriber_track import SubscriberTrack
from .versions import Versions

AUDIO_BIT_RATE = 32_000
SIDES = range(160, 1921)
RATES = range(1, 31)
# The whole picture may take so little of its usual bit rate, where all its viewers are slow.
LEAST_SHARE = 0.25


@dataclass(frozen=True)
class MixOptions:
    """What the owner of a room wants of its mix; sides in pixels, even."""

    is_allowed: bool = False
    width: int = 960
    height: int = 540
    fps: int = 15


def read_mix(wanted: Any) -> MixOptions:
    """Return the options that a room's owner gave: a switch, or an object with allowed, width, height and fps."""
    if not isinstance(wanted, Mapping):
        return MixOptions(is_allowed=wanted is True)
    usual = MixOptions()
    return MixOptions(
        wanted.get("allowed", True) is True,
        number(wanted, "width", SIDES, usual.width) & ~1,
        number(wanted, "height", SIDES, usual.height) & ~1,
        number(wanted, "fps", RATES, usual.fps),
    )


def number(wanted: Mapping[str, Any], name: str, allowed: range, usual: int) -> int:
    value = wanted.get(name)
    return value if isinstance(value, int) and value in allowed else usual


def quality_of(options: MixOptions, kbps: int) -> Quality:
    """Return the bit rates of a mix, as those of a camera's picture are told."""
    least = int(kbps * LEAST_SHARE)
    return Quality(options.width, options.height, kbps, least, kbps, encode_kbps=kbps)


class RoomMix:
    """Lives on the loop; the two mixers have threads of their own, which run while anybody watches."""

    def __init__(
        self, codec_pool: Executor, options: MixOptions, encoders: HostEncoders | None = None
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._codec_pool = codec_pool
        self.options = options
        self._encoders = encoders
        self._picture: MixedPicture | None = None
        # The viewers of the picture, and what is made for slow ones.
        self._versions: Versions | None = None
        self._sound: MixedSound | None = None
        # What the mixers watch: the stream, and who takes its frames, by participant and kind.
        self._watching: dict[tuple[str, str], tuple[OutgoingStream, Face | Voice]] = {}
        # Versions that were let go and are still ending.
        self._endings: set[asyncio.Task[None]] = set()

    def admit_viewer(self, track: SubscriberTrack, listener: str) -> None:
        """Let ``track`` show the mix; its sound is without the listener's own."""
        self._start()
        assert self._versions is not None
        assert self._sound is not None
        if track.kind == "video":
            self._versions.add(track)
        elif track.stream is not (stream := self._sound.output(listener)):
            track.leave()
            track.point_at(stream)

    def admit_recorder(self, picture: Viewer, sound: Viewer, listener: str) -> None:
        """Give both streams to somebody who is no page; comes after ``follow``."""
        assert self._picture is not None
        assert self._sound is not None
        self._picture.output.subscribe(picture)
        self._sound.output(listener).subscribe(sound)

    def review(self) -> None:
        """Follow the viewers' networks; called several times a second."""
        if self._versions is not None:
            self._versions.review()

    def is_slow(self, track: SubscriberTrack) -> bool:
        """Whether a viewer gets a smaller picture because of its network."""
        return self._versions is not None and self._versions.is_slow(track)

    def ask_for_key_frame(self) -> None:
        if self._picture is not None:
            self._picture.output.request_key_frame()

    def follow(
        self,
        media: Mapping[str, ParticipantMedia],
        listeners: Set[str],
        unseen: Set[tuple[str, str]] = frozenset(),
    ) -> None:
        """Mix what these people send, without what is ``unseen``, for these listeners; without any everything ends."""
        if not listeners:
            self.close()
            return
        self._start()
        assert self._picture is not None
        assert self._sound is not None
        wanted = {key: stream for key, stream in self._streams(media).items() if key not in unseen}
        for key in [key for key, (stream, _) in self._watching.items() if wanted.get(key) is not stream]:
            stream, viewer = self._watching.pop(key)
            stream.unsubscribe(viewer)
        self._picture.keep_only(wanted.keys())
        self._sound.keep_only(wanted.keys(), listeners)
        for key, stream in wanted.items():
            if key not in self._watching:
                self._watch(key, stream)

    def close(self) -> None:
        for stream, viewer in self._watching.values():
            stream.unsubscribe(viewer)
        self._watching.clear()
        if self._versions is not None:
            ending = self._loop.create_task(self._versions.close())
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)
        for mixer in (self._picture, self._sound):
            if mixer is not None:
                mixer.close()
        self._picture = self._versions = self._sound = None

    def _start(self) -> None:
        if self._picture is None or self._sound is None:
            options, epoch = self.options, time.monotonic()
            size = (options.width, options.height)
            self._picture = MixedPicture(self._loop, self._codec_pool, size, options.fps, self._encoders)
            self._picture.output.epoch = epoch
            quality = quality_of(options, self._picture.output.bit_rate // 1000)
            self._versions = Versions(self._picture.output, self._codec_pool, quality)
            self._sound = MixedSound(lambda: self._output(epoch))

    def _output(self, epoch: float) -> OutgoingAudio:
        output = OutgoingAudio(self._loop, AUDIO_BIT_RATE)
        output.epoch = epoch
        return output

    def _streams(self, media: Mapping[str, ParticipantMedia]) -> dict[tuple[str, str], OutgoingStream]:
        return {
            (who, source): stream
            for who, each in media.items()
            for source in each.published()
            if (stream := each.stream(source)) is not None
        }

    def _watch(self, key: tuple[str, str], stream: OutgoingStream) -> None:
        assert self._picture is not None
        assert self._sound is not None
        viewer: Face | Voice
        if isinstance(stream, OutgoingVideo):
            viewer = self._picture.face(key, stream.request_key_frame_from_thread)
        else:
            viewer = self._sound.voice(key)
        self._watching[key] = stream, viewer
        stream.subscribe(viewer)
