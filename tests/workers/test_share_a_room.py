"""Several people in one room: everybody sees everybody else, each with a processor of their choice."""

from typing import Any

import numpy as np

from .browser_peer import BrowserPeer, NumberedCamera, read_number
from .conftest import WorkerUnderTest, processor_spec, until


class Guest:
    """One participant: publishes a camera and offers as many receiving sections as the room wants."""

    def __init__(self, worker: WorkerUnderTest, name: str, **camera: int) -> None:
        self.worker, self.name = worker, name
        self.camera = NumberedCamera(320, 240, **camera)
        self.peer = BrowserPeer(self.camera, direction="sendonly")
        self.sections = 0
        self.key = "passthrough"

    async def join(self, key: str = "passthrough", sections: int = 0) -> dict[str, Any]:
        self.key = key
        return await self.offer(sections)

    async def offer(self, sections: int) -> dict[str, Any]:
        for _ in range(sections - self.sections):
            self.peer.receive_only("video")
        self.sections = max(sections, self.sections)
        return await self.worker.open(
            self.key, self.peer, session=self.name, room="hall", participant=self.name
        )

    @property
    def news(self) -> list[dict[str, Any]]:
        return [
            message for message in self.worker.events("tracks_changed") if message["session"] == self.name
        ]

    def shown(self, tracks: list[dict[str, str]]) -> dict[str, str]:
        return {track["participant"]: track["mid"] for track in tracks}

    def pictures(self, mid: str) -> list[np.ndarray]:
        return [frame.image for frame in self.peer.pictures_by_mid.get(mid, [])]


async def test_who_comes_later_is_announced_and_seen_after_a_re_offer(worker: WorkerUnderTest) -> None:
    alice, bob = Guest(worker, "alice"), Guest(worker, "bob")
    await alice.join()
    answer = await bob.join(sections=1)
    assert bob.shown(answer["tracks"]).keys() == {"alice"}
    news = (await until(lambda: alice.news))[0]
    assert news["wanted"] == {"video": 1, "audio": 0}
    answer = await alice.offer(news["wanted"]["video"])
    mid = alice.shown(answer["tracks"])["bob"]
    await until(
        lambda: (len(alice.pictures(mid)) > 10 and len(bob.pictures("2")) > 10) or len(bob.peer.pictures) > 10
    )


async def test_each_wears_a_processor_and_nobody_is_mixed_up(worker: WorkerUnderTest) -> None:
    guests = [Guest(worker, name) for name in ("alice", "bob", "charlie")]
    keys = ("passthrough", "test-darken", "test-white")
    for guest, key in zip(guests, keys, strict=True):
        await guest.join(key, sections=2)
    alice, bob, charlie = guests

    def looks(viewer: Guest, other: str) -> float:
        mids = {
            shown["participant"]: shown["mid"]
            for shown in worker.engine._room_of[viewer.name].tracks(seat(viewer))
        }
        pictures = viewer.pictures(mids[other]) if other in mids else []
        return float(pictures[-1][100:110, 20:60].mean()) if len(pictures) > 5 else 0.0

    def seat(guest: Guest) -> Any:
        return worker.engine._seats[guest.name]

    await until(lambda: 80 < looks(bob, "alice") < 100 and looks(bob, "charlie") > 220)
    await until(lambda: 80 < looks(charlie, "alice") < 100 and 30 < looks(charlie, "bob") < 50)
    await until(lambda: 30 < looks(alice, "bob") < 50 and looks(alice, "charlie") > 220)


async def test_a_leavers_section_goes_to_the_next_who_comes(worker: WorkerUnderTest) -> None:
    alice, bob, charlie = (Guest(worker, name) for name in ("alice", "bob", "charlie"))
    await bob.join(sections=1)
    await alice.join(sections=1)
    mid = alice.shown((await alice.offer(1))["tracks"])["bob"]
    await worker.ask("close", "bob", reason="left")
    await until(lambda: alice.news and alice.news[-1]["tracks"] == [])
    await charlie.join(sections=1)
    news = await until(lambda: [n for n in alice.news if alice.shown(n["tracks"]).get("charlie") == mid])
    assert news[-1]["wanted"] == {"video": 1, "audio": 0}
    before = len(alice.pictures(mid))
    await until(lambda: len(alice.pictures(mid)) > before + 10)


async def test_a_processed_stream_is_encoded_once_for_all(worker: WorkerUnderTest) -> None:
    guests = [Guest(worker, name) for name in ("alice", "bob", "charlie", "dora")]
    await guests[0].join("test-darken", sections=3)
    for guest in guests[1:]:
        await guest.join(sections=3)
    await until(lambda: all(len(guest.peer.pictures) > 20 for guest in guests[1:]))
    pipeline = worker.engine._seats["alice"].pipeline
    sent = sum(len(guest.peer.packets) for guest in guests[1:])
    assert pipeline.outgoing_video.encoded_frames < sent / 3
    assert pipeline.versions.second is None


async def test_a_late_viewer_sees_a_picture_soon_and_many_cost_few_key_frames(
    worker: WorkerUnderTest,
) -> None:
    alice = Guest(worker, "alice")
    await alice.join("test-darken")
    viewers = [Guest(worker, f"viewer{number}", fps=1) for number in range(8)]
    for viewer in viewers:
        await viewer.join(sections=1)
        await until(lambda viewer=viewer: viewer.peer.pictures, seconds=3)
    assert read_number(viewers[-1].peer.pictures[-1].image) >= 0
    video = worker.engine._seats["alice"].pipeline.outgoing_video
    keys = sum(frame.is_key for frame in viewers[0].peer.packets)
    assert keys <= video.key_frame_requests + 2


async def test_the_room_ends_with_its_last_participant(worker: WorkerUnderTest) -> None:
    alice, bob = Guest(worker, "alice"), Guest(worker, "bob")
    await alice.join()
    await bob.join()
    for guest in (alice, bob):
        await worker.ask("close", guest.name, reason="left")
    assert worker.engine._rooms == {}
    assert worker.engine._room_of == {}


async def test_who_wears_what_gives_no_picture_is_seen_as_they_are(worker: WorkerUnderTest) -> None:
    alice, bob = Guest(worker, "alice"), Guest(worker, "bob")
    await alice.join(sections=1)
    answer = await bob.join(sections=1)
    await alice.offer(1)
    await worker.ask("switch", "alice", processor=processor_spec("test-watching"), parameters={})
    mid = bob.shown(answer["tracks"])["alice"]
    seen = len(bob.pictures(mid))
    await until(lambda: len(bob.pictures(mid)) > seen + 20)
    await until(lambda: [m for m in alice.peer.of_type("result") if m["data"].get("pictures", 0) > 5])
    assert bob.peer.of_type("result") == []


async def test_who_only_watches_is_not_shown_to_others(worker: WorkerUnderTest) -> None:
    alice = Guest(worker, "alice")
    await alice.join("test-darken")
    for name in ("bob", "charlie", "dora"):
        viewer = BrowserPeer()
        viewer.receive_only("video")
        answer = await worker.open("passthrough", viewer, session=name, participant=name, room="hall")
        assert [track["participant"] for track in answer["tracks"]] == ["alice"]
        await until(lambda viewer=viewer: len(viewer.pictures) > 5)
