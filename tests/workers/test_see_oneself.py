"""Who wears a processor sees what the others see of them, if their page asks for it; nobody hears themselves."""

from typing import Any

from .conftest import WorkerUnderTest, processor_spec, until
from .room_guest import Person
from .test_process_for_all import DARKER, light

SPEAKING = 400.0


async def two(worker: WorkerUnderTest, **fields: Any) -> tuple[Person, Person]:
    alice, bob = Person(worker, "alice", SPEAKING), Person(worker, "bob", 2 * SPEAKING)
    for person in (alice, bob):
        await person.offer(video=1, audio=1, **fields)
    await alice.follow()
    return alice, bob


async def wear(person: Person, key: str | None, **parameters: Any) -> None:
    person.key = key
    spec = processor_spec(key) if key else None
    await person.worker.ask("switch", person.name, processor=spec, parameters=parameters)


async def look(person: Person, **facts: Any) -> None:
    await person.worker.ask("view", person.name, **facts)


def sections(person: Person) -> set[tuple[str, str]]:
    """What the newest news says that this person gets."""
    told = person.events("tracks_changed")
    return {(track["participant"], track["source"]) for track in told[-1]["tracks"]} if told else set()


def wanted(person: Person) -> int:
    """Return how many pictures there are for this person, by the newest news."""
    told = person.events("tracks_changed")
    return int(told[-1]["wanted"]["video"]) if told else 0


async def test_a_wearer_sees_what_the_others_see(worker: WorkerUnderTest) -> None:
    alice, bob = await two(worker)
    await look(alice, own=True)
    await wear(alice, "test-darken", amount=60)
    await until(lambda: alice.events("tracks_changed")[-1]["wanted"] == {"video": 2, "audio": 1})
    await alice.follow()
    assert set(alice.shown) == {("bob", "camera"), ("bob", "microphone"), ("alice", "camera")}
    await until(lambda: 20 < light(alice, "alice") < 45)
    await until(lambda: 20 < light(bob, "alice") < 45)
    assert alice.hertz("alice") == 0
    assert ("alice", "microphone") not in alice.shown
    await wear(alice, None)
    await until(lambda: sections(alice) == {("bob", "camera"), ("bob", "microphone")})
    assert worker.events("tracks_changed")[-1]["session"] == "alice", "Bob has nothing to change"


async def test_a_page_that_does_not_ask_sees_others_only(worker: WorkerUnderTest) -> None:
    alice, _ = await two(worker)
    told = len(alice.events("tracks_changed"))
    await wear(alice, "test-darken")
    assert len(alice.events("tracks_changed")) == told
    await look(alice, own=True)
    await until(lambda: wanted(alice) == 2)
    await alice.follow()
    await look(alice, audio_only=True)
    await until(lambda: wanted(alice) == 1)


async def test_so_does_who_wears_what_the_owner_added(worker: WorkerUnderTest) -> None:
    alice, bob = await two(worker, room_options=DARKER)
    await look(bob, own=True)
    await until(lambda: wanted(bob) == 2)
    await bob.follow()
    await until(lambda: 20 < light(bob, "bob") < 45)
    await worker.ask("state", "bob", veto=True)
    await until(lambda: ("bob", "camera") not in sections(bob))
    await until(lambda: 80 < light(alice, "bob") < 100)


async def test_it_is_encoded_once_for_all(worker: WorkerUnderTest) -> None:
    alice, bob = await two(worker)
    await look(alice, own=True, tiles=[{"participant": "alice", "width": 320, "height": 240}])
    await wear(alice, "test-darken")
    await until(lambda: wanted(alice) == 2)
    await alice.follow()
    await until(lambda: len(alice.pictures("alice")) > 10)
    watched = {id(track.stream) for who in (alice, bob) for track in tracks_of(who, "alice")}
    assert len(watched) == 1
    await look(alice, tiles=[{"participant": "alice", "visible": False}])
    await until(lambda: all(track.stream is None for track in tracks_of(alice, "alice")))


def tracks_of(viewer: Person, other: str) -> list[Any]:
    return [viewer.seat.viewing_tracks()[viewer.shown[other, "camera"]]]
