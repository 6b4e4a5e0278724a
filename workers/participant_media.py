"""What one participant sends, by source, and the processors in between."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .exceptions import CannotWear
from .incoming import IncomingAudio, IncomingStream, IncomingVideo
from .outgoing import OutgoingStream
from .pipeline import Assignment, Pipeline
from .sources import KIND_OF
from .subscriber_track import SubscriberTrack

# Where a processor is worn: over the picture (it may take the sound too), or over the sound alone beside it.
PICTURE, SOUND, SCREEN = "picture", "sound", "screen"
PLACES = (PICTURE, SOUND)

Accepted = tuple[dict[str, Any], dict[str, str]]


@dataclass(frozen=True)
class Worn:
    """What is to be worn in one place: a processor, or nothing, and the values it starts with."""

    assignment: Assignment | None
    parameters: Mapping[str, Any]


class ParticipantMedia:
    """Camera and microphone go through ``main``; the microphone through ``sound`` while a processor is worn there.

    A shared screen is forwarded as it is.
    """

    def __init__(self, make_pipeline: Callable[[str], Pipeline]) -> None:
        self._make_pipeline = make_pipeline
        self.main = make_pipeline(PICTURE)
        self.sound: Pipeline | None = None
        self.screen: Pipeline | None = None
        # Sources that must not go out.
        self._held: frozenset[str] = frozenset()
        # Pipelines that were let go and are still ending.
        self._endings: set[asyncio.Task[None]] = set()

    @property
    def pipelines(self) -> list[Pipeline]:
        return [pipeline for pipeline in (self.main, self.sound, self.screen) if pipeline is not None]

    @property
    def has_input(self) -> bool:
        return any(pipeline.has_input for pipeline in self.pipelines)

    @property
    def microphone(self) -> IncomingAudio | None:
        return (self.sound or self.main).incoming_audio

    def last_frame_at(self) -> float | None:
        """Return when (time.monotonic()) anything came in last; None when nothing ever did."""
        incoming = [each for p in self.pipelines for each in (p.incoming_video, p.incoming_audio) if each]
        return max((each.last_frame_at for each in incoming), default=None)

    def published(self) -> list[str]:
        """Return the sources that others can watch."""
        return [source for source in KIND_OF if self._publishes(source)]

    @property
    def has_made_picture(self) -> bool:
        """Whether what goes out as the camera is what a processor makes of it."""
        worn = self.main.assignment
        return worn is not None and "video" in worn.processor_class.gives and self._publishes("camera")

    def stream(self, source: str) -> OutgoingStream | None:
        """Return what goes out of ``source``."""
        pipeline = self._pipeline_for(source)
        if pipeline is None:
            return None
        return pipeline.outgoing_video if KIND_OF[source] == "video" else pipeline.outgoing_audio

    def admit_viewer(self, track: SubscriberTrack, source: str) -> None:
        """Let ``track`` show ``source``."""
        pipeline = self._pipeline_for(source)
        if pipeline is None:
            track.leave()
        elif track.kind == "video":
            pipeline.versions.add(track)
        else:
            track.point_at(pipeline.outgoing_audio)

    def receive(self, source: str, incoming: IncomingStream) -> None:
        """Take a source, or the one that follows it after a reconnect."""
        if source.startswith("screen") and self.screen is None:
            self.screen = self._make_pipeline(SCREEN)
            self._hold(self.screen)
        pipeline = self._pipeline_for(source)
        assert pipeline is not None
        if isinstance(incoming, IncomingVideo):
            pipeline.receive_video(incoming)
        elif isinstance(incoming, IncomingAudio):
            pipeline.receive_audio(incoming)

    def end(self, source: str, incoming: IncomingStream) -> None:
        """The participant sends this no more; what took its place meanwhile goes on."""
        pipeline = self._pipeline_for(source)
        if pipeline is not None and pipeline.incoming_video is incoming:
            pipeline.release_video()
        elif pipeline is not None and pipeline.incoming_audio is incoming:
            pipeline.release_audio()

    def check(self, assignment: Assignment | None, place: str) -> None:
        """Raise CannotWear if the two processors would both want the microphone."""
        if place == SOUND:
            check_sound(assignment, self.main.assignment)
        else:
            check_picture(assignment, self.sound.assignment if self.sound is not None else None)

    def check_both(self, picture: Assignment | None, sound: Worn | None) -> None:
        """As ``check``, for two that are put on together; without ``sound`` what is worn there stays."""
        if sound is None:
            self.check(picture, PICTURE)
        else:
            check_sound(sound.assignment, picture)

    def wear(self, assignment: Assignment | None, parameters: Mapping[str, Any], place: str) -> Accepted:
        """Put a processor on, or take it off; return (values in force, a sentence for each value refused)."""
        self.check(assignment, place)
        if place == SOUND:
            return self._wear_over_sound(assignment, parameters)
        if assignment is None:
            self.main.wear_nothing()
            return {}, {}
        return self.main.use(assignment, parameters)

    def worn(self, place: str) -> Pipeline:
        """Return the pipeline whose processor is worn in ``place``."""
        return self.sound if place == SOUND and self.sound is not None else self.main

    def hold(self, sources: frozenset[str]) -> None:
        """Let nothing of these sources out until called again without them."""
        self._held = sources
        for pipeline in self.pipelines:
            self._hold(pipeline)

    def tick(self) -> None:
        for pipeline in self.pipelines:
            pipeline.tick()

    def review(self) -> None:
        for pipeline in self.pipelines:
            pipeline.versions.review()

    async def close(self) -> None:
        await asyncio.gather(*(pipeline.close() for pipeline in self.pipelines))
        if self._endings:
            await asyncio.wait(self._endings)

    def _publishes(self, source: str) -> bool:
        pipeline = self._pipeline_for(source)
        return pipeline is not None and KIND_OF[source] in pipeline.published_kinds

    def _pipeline_for(self, source: str) -> Pipeline | None:
        if source.startswith("screen"):
            return self.screen
        return self.sound if source == "microphone" and self.sound is not None else self.main

    def _hold(self, pipeline: Pipeline) -> None:
        names = ("screen", "screen_sound") if pipeline is self.screen else ("camera", "microphone")
        pipeline.hold(frozenset(KIND_OF[name] for name in names if name in self._held))

    def _wear_over_sound(self, assignment: Assignment | None, parameters: Mapping[str, Any]) -> Accepted:
        if assignment is None:
            self._take_sound_off()
            return {}, {}
        if self.sound is None:
            microphone = self.main.release_audio()
            self.sound = self._make_pipeline(SOUND)
            self._hold(self.sound)
            if microphone is not None:
                self.sound.receive_audio(microphone)
        return self.sound.use(assignment, parameters)

    def _take_sound_off(self) -> None:
        sound, self.sound = self.sound, None
        if sound is None:
            return
        microphone = sound.release_audio()
        if microphone is not None:
            self.main.receive_audio(microphone)
        ending = asyncio.get_running_loop().create_task(sound.close())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


def check_sound(sound: Assignment | None, picture: Assignment | None) -> None:
    if sound is None:
        return
    if "video" in sound.kinds:
        raise CannotWear("This processor works on the picture; it cannot be worn over the sound.")
    if picture is not None and "audio" in picture.kinds:
        raise CannotWear("The processor in use takes the sound already; take it off first.")


def check_picture(picture: Assignment | None, sound: Assignment | None) -> None:
    if picture is not None and sound is not None and "audio" in picture.kinds:
        raise CannotWear("This processor takes the sound too; take the one over the sound off first.")
