"""One picture and one sound of all in a room, for who asks for it."""

import asyncio
import math
import threading
from typing import Any

import numpy as np
import pytest

from workers.mixed_picture import compose
from workers.mixed_sound import MixedSound
from workers.reception import Reception
from workers.room_mix import MixOptions, read_mix

from .browser_peer import BrowserPeer, NumberedCamera, ToneMicrophone
from .conftest import WorkerUnderTest, until
from .room_guest import Person, tone
from .test_record_a_room import BGR, ColouredCamera, colours
from .test_room_people import TONES

MIX = {"mix": {"width": 640, "height": 360, "fps": 10}}
SCREEN_TONE = {"screen": 1500.0}


async def mixed_room(worker: WorkerUnderTest, is_coloured: bool = False) -> list[Person]:
    people = [Person(worker, name, hertz) for name, hertz in TONES.items()]
    for person in people if is_coloured else []:
        person.camera = ColouredCamera(320, 240)
        person.camera.bgr = BGR[person.name]
        person.peer = BrowserPeer(person.camera, person.microphone, direction="sendonly")
    for person in people:
        await person.offer(video=1, audio=1, room_options=MIX)
    for person in people:
        await worker.ask("view", person.name, mix=True)
        await person.follow()
    return people


def whole(person: Person) -> list[np.ndarray]:
    """Return the pictures of all in full size: on a machine that is short of time somebody may get smaller ones."""
    return [picture for picture in person.pictures("mix", "mix") if picture.shape == (360, 640, 3)]


def seen(person: Person) -> set[str]:
    """Return whose colours are in the newest picture of all."""
    return colours([picture[::8, ::8] for picture in person.pictures("mix", "mix")[-1:]])


def tones(person: Person) -> set[str]:
    """Return whose tones are in what a person hears as one sound."""
    heard = person.peer.sound_by_mid.get(person.shown.get(("mix", "mix_sound"), ""), [])[-25:]
    if len(heard) < 25:
        return set()
    samples = np.concatenate([each[0] for _, each in heard])
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    loudest = spectrum.max()
    bins = {name: round(hertz * len(samples) / 48000) for name, hertz in (TONES | SCREEN_TONE).items()}
    return {name for name, at in bins.items() if spectrum[at - 3 : at + 4].max() > 0.2 * loudest > 1}


async def test_everybody_gets_one_picture_of_all_and_all_sound_but_their_own(worker: WorkerUnderTest) -> None:
    people = await mixed_room(worker)
    for person in people:
        assert person.shown.keys() == {("mix", "mix"), ("mix", "mix_sound")}
        await until(lambda person=person: tones(person) == TONES.keys() - {person.name})
        await until(lambda person=person: len(whole(person)) > 10)
    mix = worker.engine._rooms["hall"]._mix
    assert mix._picture.output.encoded_frames < sum(len(p.pictures("mix", "mix")) for p in people)
    # Three grey cameras and one empty cell.
    picture = whole(people[0])[-1]
    assert picture[140:170, 60:260].mean() > 60 > picture[260:300, 400:600].mean()


async def test_who_wants_all_in_one_changes_nothing_for_the_others(worker: WorkerUnderTest) -> None:
    alice, bob = Person(worker, "alice", TONES["alice"]), Person(worker, "bob", TONES["bob"])
    for person in (alice, bob):
        await person.offer(video=1, audio=1, room_options=MIX)
    await alice.follow()
    await worker.ask("view", "alice", mix=True)
    await alice.follow()
    await until(lambda: len(alice.pictures("mix", "mix")) > 5)
    assert bob.shown.keys() == {("alice", "camera"), ("alice", "microphone")}
    await until(lambda: abs(bob.hertz("alice") - TONES["alice"]) < 15)
    await worker.ask("view", "alice", mix=False)
    await alice.follow()
    assert alice.shown.keys() == {("bob", "camera"), ("bob", "microphone")}
    await until(lambda: len(alice.pictures("bob")) > 5)
    assert worker.engine._rooms["hall"]._mix._picture is None
    await until(lambda: not [t for t in threading.enumerate() if t.name.startswith("mixed-")])


async def test_without_the_owners_word_nothing_is_mixed(worker: WorkerUnderTest) -> None:
    alice, bob = Person(worker, "alice", TONES["alice"]), Person(worker, "bob", TONES["bob"])
    for person in (alice, bob):
        await person.offer(video=1, audio=1)
    await worker.ask("view", "bob", mix=True)
    assert bob.shown.keys() == {("alice", "camera"), ("alice", "microphone")}
    assert worker.engine._rooms["hall"]._mix is None


async def test_who_was_muted_is_silent_in_the_mix_too(worker: WorkerUnderTest) -> None:
    alice, _bob, _carol = await mixed_room(worker)
    await until(lambda: tones(alice) == {"bob", "carol"})
    await worker.ask("moderate", "alice", act="mute", participant="bob")
    await until(lambda: tones(alice) == {"carol"})


@pytest.mark.parametrize(
    ("kind", "message"),
    [("state", {"camera_off": True}), ("moderate", {"act": "stop_camera", "participant": "bob"})],
)
async def test_a_camera_that_is_off_is_not_in_the_mix_from_then_on(
    worker: WorkerUnderTest, kind: str, message: dict[str, Any]
) -> None:
    alice, _bob, _carol = await mixed_room(worker, is_coloured=True)
    await until(lambda: seen(alice) == {"alice", "bob", "carol"})
    await worker.ask(kind, "bob" if kind == "state" else "alice", **message)
    await until(lambda: seen(alice) == {"alice", "carol"})
    await worker.ask("state", "bob", camera_off=False)
    await until(lambda: seen(alice) == {"alice", "bob", "carol"})


async def test_a_shared_screen_is_large_in_the_mix_and_heard_by_the_others(worker: WorkerUnderTest) -> None:
    alice, bob, _carol = await mixed_room(worker, is_coloured=True)
    await until(lambda: seen(bob) == {"alice", "bob", "carol"})
    await alice.share_screen(NumberedCamera(640, 360, fps=10), ToneMicrophone(SCREEN_TONE["screen"]))
    # Three quarters of the width are the screen's: blocks, and grey below them; the faces are beside it.
    await until(lambda: shows_screen(bob.pictures("mix", "mix")[-1]))
    await until(lambda: tones(bob) == {"alice", "carol", "screen"} and tones(alice) == {"bob", "carol"})
    assert seen(bob) == {"alice", "bob", "carol"}
    await worker.ask("moderate", "bob", act="stop_screen", participant="alice")
    await until(lambda: not shows_screen(bob.pictures("mix", "mix")[-1]))
    await until(lambda: tones(bob) == {"alice", "carol"})


async def test_a_slow_viewer_of_the_mix_gets_it_smaller_and_paced_and_the_others_keep_it(
    worker: WorkerUnderTest,
) -> None:
    alice, bob, _carol = await mixed_room(worker)
    await until(lambda: alice.pictures("mix", "mix") and bob.pictures("mix", "mix"))
    say_estimate(alice, 40_000)
    say_estimate(bob, 3_000_000)
    await until(lambda: alice.pictures("mix", "mix")[-1].shape == (180, 320, 3))
    assert bob.pictures("mix", "mix")[-1].shape == (360, 640, 3)
    versions = worker.engine._rooms["hall"]._mix._versions
    await until(lambda: versions.second.output.bit_rate < 100_000 and alice.seat.peer.pacer.rate is not None)
    assert bob.seat.peer.pacer.rate is None
    assert versions.main.bit_rate > 200_000
    # Whoever leaves takes along what was made for them.
    await worker.ask("close", "alice", reason="visitor")
    await until(lambda: versions.second is None)
    await until(lambda: not [t for t in threading.enumerate() if t.name == "transcoder"])


def say_estimate(person: Person, bits_per_second: int) -> None:
    for track in person.seat.viewing_tracks().values():
        # What the test says holds, whatever the real network here could carry.
        track._created_at = math.inf
        track.estimate, track.reception = bits_per_second, Reception()
        track.whole_estimate = bits_per_second, 1


def shows_screen(picture: np.ndarray) -> bool:
    grey = picture[250:280, 300:470].astype(int)
    return bool(np.abs(grey - 90).max() < 20)


async def test_a_mixed_room_ends_with_its_threads(worker: WorkerUnderTest) -> None:
    people = await mixed_room(worker)
    await until(lambda: len(people[0].pictures("mix", "mix")) > 3)
    await worker.ask("moderate", "alice", act="end")
    await until(lambda: not [t for t in threading.enumerate() if t.name.startswith("mixed-")])


def test_pictures_keep_their_shape_in_the_grid() -> None:
    white = np.full((480, 640, 3), 255, np.uint8)
    tall = np.full((640, 360, 3), 128, np.uint8)
    grid = compose([white, tall, None], (960, 540))
    assert grid[10, 10].tolist() == [24] * 3 or grid[10, 240].tolist() == [255] * 3
    assert grid[135, 720].tolist() == [128] * 3
    assert grid[135, 500].tolist() == [24] * 3
    assert compose([], (320, 180)).shape == (180, 320, 3)


def test_a_screen_takes_three_quarters_and_all_if_it_is_alone() -> None:
    screen = np.full((360, 640, 3), 200, np.uint8)
    face = np.full((480, 640, 3), 100, np.uint8)
    beside = compose([face, face], (960, 540), [screen])
    assert (beside[70:470, 0:720] == 200).all()
    assert (beside[:, 720:] != 200).all()
    # Two faces one above the other, each as wide as there is place.
    assert beside[135, 722:958].tolist() == beside[405, 722:958].tolist() == [[100] * 3] * 236
    assert (compose([], (960, 540), [screen]) == 200).all()


def test_options_that_make_no_sense_are_replaced() -> None:
    assert read_mix(True) == MixOptions(is_allowed=True)
    assert read_mix({"width": 641, "height": 99999, "fps": "many"}) == MixOptions(True, 640, 540, 15)
    assert not read_mix(None).is_allowed


async def test_an_empty_mix_is_silence() -> None:
    heard: list[Any] = []

    class Output:
        def switch_to(self, feed: Any) -> None: ...
        def close(self) -> None: ...
        def publish(self, feed: Any, samples: Any, media_time: float, sample_rate: int) -> None:
            heard.append(samples)

    sound = MixedSound(lambda: Output())  # type: ignore[arg-type, return-value]
    sound.output("alice")
    await asyncio.sleep(0.5)
    sound.close()
    assert 15 <= len(heard) <= 30
    assert tone(heard) == 0.0
