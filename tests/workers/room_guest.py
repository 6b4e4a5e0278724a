"""A participant for tests of rooms: camera, microphone, screen; offers as many sections as the room wants."""

import time
from typing import Any

import numpy as np
from aiortc.mediastreams import MediaStreamTrack

from .browser_peer import BrowserPeer, NumberedCamera, ToneMicrophone
from .conftest import WorkerUnderTest, processor_spec


class Person:
    """One person in the room "hall", with a page that follows it when told to."""

    def __init__(
        self,
        worker: WorkerUnderTest,
        name: str,
        hertz: float = 0.0,
        sees: bool = True,
        amplitude: float = 0.1,
    ) -> None:
        self.worker, self.name = worker, name
        self.camera = NumberedCamera(320, 240) if sees else None
        self.microphone = ToneMicrophone(hertz, amplitude) if hertz else None
        self.peer = BrowserPeer(self.camera, self.microphone, direction="sendonly")
        self.sections = {"video": 0, "audio": 0}
        self.sources: dict[str, str] = {}
        # What this person says of themselves with each offer: muted, camera_off, veto.
        self.state: dict[str, bool] = {}
        self.key: str | None = None
        self.shown: dict[tuple[str, str], str] = {}
        self.last_answer: dict[str, Any] = {}

    async def offer(
        self, video: int | None = None, audio: int | None = None, **fields: Any
    ) -> dict[str, Any]:
        for kind, wanted in (("video", video), ("audio", audio)):
            for _ in range((wanted or 0) - self.sections[kind]):
                self.peer.receive_only(kind)
                self.sections[kind] += 1
        if self.peer not in self.worker.peers:
            self.worker.peers.append(self.peer)
        answer = await self.worker.ask(
            "offer",
            self.name,
            sdp=await self.peer.offer(),
            processor=processor_spec(self.key) if self.key else None,
            parameters={},
            quality="standard",
            room="hall",
            participant=self.name,
            sources=self.sources,
            person={"id": self.name, "name": self.name.title(), "role": "guest", **self.state},
            **fields,
        )
        assert answer["type"] == "answer", answer
        self.last_answer = answer
        await self.peer.accept(answer["sdp"])
        self.note(answer["tracks"])
        return answer

    async def share_screen(self, *tracks: MediaStreamTrack) -> None:
        for track in tracks:
            transceiver = self.peer.connection.addTransceiver(track, direction="sendonly")
            # Names the section.
            await self.peer.offer()
            self.sources[transceiver.mid] = "screen" if track.kind == "video" else "screen_sound"
        await self.offer()

    async def follow(self) -> None:
        """Take the newest news, and offer what the room wants."""
        if news := self.events("tracks_changed"):
            self.note(news[-1]["tracks"])
            await self.offer(**news[-1]["wanted"])

    def note(self, tracks: list[dict[str, str]]) -> None:
        self.shown = {(track["participant"], track["source"]): track["mid"] for track in tracks}

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.worker.events(kind) if message["session"] == self.name]

    def pictures(self, other: str, source: str = "camera") -> list[np.ndarray]:
        mid = self.shown.get((other, source), "")
        return [frame.image for frame in self.peer.pictures_by_mid.get(mid, [])]

    def packets(self, other: str, source: str = "microphone") -> int:
        return len(self.peer.sound_by_mid.get(self.shown.get((other, source), ""), []))

    def hertz(self, other: str, source: str = "microphone") -> float:
        """Return the tone that is heard of somebody, by its last 0.4 s; 0 for silence."""
        heard = self.peer.sound_by_mid.get(self.shown.get((other, source), ""), [])[-20:]
        return tone([samples for _, samples in heard])

    def loudness(self, other: str) -> float:
        """Return the root mean square of what is heard of somebody, by its last 0.2 s."""
        heard = self.peer.sound_by_mid.get(self.shown.get((other, "microphone"), ""), [])[-10:]
        return float(np.sqrt(np.mean([np.mean(samples**2) for _, samples in heard]))) if heard else 0.0

    def people(self) -> dict[str, dict[str, Any]]:
        told = self.events("participants")
        return {person["id"]: person for person in told[-1]["participants"]} if told else {}

    def sound_since(self, other: str, seconds: float) -> int:
        mid = self.shown.get((other, "microphone"), "")
        return sum(at > time.monotonic() - seconds for at, _ in self.peer.sound_by_mid.get(mid, []))

    @property
    def seat(self) -> Any:
        return self.worker.engine._seats[self.name]


def tone(pieces: list[np.ndarray]) -> float:
    """Return the strongest frequency in hertz; 0 when nothing is loud enough."""
    if not pieces:
        return 0.0
    samples = np.concatenate([piece[0] for piece in pieces])
    if len(samples) < 4800 or float(np.sqrt(np.mean(samples**2))) < 0.005:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * 48000 / len(samples))
