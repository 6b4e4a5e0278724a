"""A processor that the owner of a room adds for all, and everybody's right to refuse it."""

from typing import Any

import pytest

from .conftest import WorkerUnderTest, processor_spec, until
from .room_guest import Person

DARKER = {"processor": processor_spec("test-darken"), "parameters": {"amount": 60}}
COUNTING = {"processor": processor_spec("test-watching")}


async def people(worker: WorkerUnderTest, options: dict[str, Any], *names: str) -> list[Person]:
    found = [Person(worker, name) for name in names]
    for person in found:
        await person.offer(video=len(names) - 1, room_options=options)
    for person in found[:-1]:
        await person.follow()
    return found


def light(viewer: Person, other: str) -> float:
    pictures = viewer.pictures(other)
    return float(pictures[-1][100:110, 20:60].mean()) if len(pictures) > 5 else -1.0


async def test_all_wear_it_but_who_refuses_or_wears_their_own(worker: WorkerUnderTest) -> None:
    alice, bob, carol = await people(worker, DARKER, "alice", "bob", "carol")
    await until(lambda: 20 < light(alice, "bob") < 45 and 20 < light(alice, "carol") < 45)
    await worker.ask("state", "bob", veto=True)
    await worker.ask("switch", "carol", processor=processor_spec("test-white"))
    await until(lambda: 80 < light(alice, "bob") < 100 and light(alice, "carol") > 220)
    assert 20 < light(bob, "alice") < 45
    await until(lambda: alice.people()["bob"]["processor"] is None)
    await worker.ask("state", "bob", veto=False)
    await worker.ask("switch", "carol", processor=None)
    await until(lambda: 20 < light(alice, "bob") < 45 and 20 < light(alice, "carol") < 45)
    assert carol.peer.undecodable == 0


async def test_who_refuses_before_coming_never_wears_it(worker: WorkerUnderTest) -> None:
    alice, bob = Person(worker, "alice"), Person(worker, "bob")
    await alice.offer(video=1, room_options=DARKER)
    # As a page says it that remembers the veto: there is no seat yet to which the state could be told.
    bob.state = {"veto": True}
    await bob.offer(video=1, room_options=DARKER)
    await alice.follow()
    await until(lambda: 20 < light(bob, "alice") < 45 and len(alice.pictures("bob")) > 10)
    assert all(picture[100:110, 20:60].mean() > 70 for picture in alice.pictures("bob"))
    assert bob.seat.pipeline.outgoing_video.encoded_frames == 0, "not one picture was touched"
    # Their page was away when they changed their mind.
    await worker.ask("attach", "bob", person={"id": "bob", "veto": False})
    await until(lambda: 20 < light(alice, "bob") < 45)


async def test_it_gives_way_to_what_an_offer_brings_over_the_sound(worker: WorkerUnderTest) -> None:
    gain = {"processor": processor_spec("gain"), "parameters": {"decibels": -10}}
    bob = Person(worker, "bob", 700.0)
    await bob.offer(sound=gain, room_options={"processor": processor_spec("test-copyandlisten")})
    assert bob.seat.pipeline.assignment is None
    await bob.offer(
        sound={"processor": None}, room_options={"processor": processor_spec("test-copyandlisten")}
    )
    assert bob.seat.pipeline.assignment.slug == "test-copyandlisten"


async def test_what_it_finds_is_for_all_and_what_ones_own_finds_is_not(worker: WorkerUnderTest) -> None:
    alice, bob = await people(worker, COUNTING, "alice", "bob")
    await until(lambda: [m for m in bob.peer.of_type("result") if m.get("participant") == "alice"])
    await until(lambda: [m for m in alice.peer.of_type("result") if "participant" not in m])
    await worker.ask("state", "bob", veto=True)
    await worker.ask("switch", "bob", processor=processor_spec("test-counting"))
    seen = len(bob.peer.of_type("result"))
    await until(lambda: [m for m in bob.peer.of_type("result")[seen:] if "number" in m["data"]])
    assert not [m for m in alice.peer.of_type("result") if "number" in m["data"]]


async def test_the_owner_may_add_it_while_people_are_inside(worker: WorkerUnderTest) -> None:
    alice, bob = await people(worker, {"processor": None}, "alice", "bob")
    await worker.ask("state", "alice", veto=True)
    await until(lambda: 80 < light(alice, "bob") < 100 and 80 < light(bob, "alice") < 100)
    await worker.ask("room", "alice", room_options=DARKER)
    await until(lambda: 20 < light(alice, "bob") < 45)
    assert 80 < light(bob, "alice") < 100
    # Whose page comes back may be the first to know.
    await worker.ask("attach", "bob", person={"id": "bob"}, room_options={"processor": None})
    await until(lambda: 80 < light(alice, "bob") < 100)


async def test_what_cannot_run_here_is_worn_by_nobody_and_all_meet(
    worker: WorkerUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    alice, bob = await people(worker, {"processor": processor_spec("test-away")}, "alice", "bob")
    await until(lambda: 80 < light(alice, "bob") < 100 and 80 < light(bob, "alice") < 100)
    assert alice.seat.pipeline.assignment is None
    told = [record for record in caplog.records if "test-away cannot be worn by all" in record.message]
    assert len(told) == 1, "the log has it once, not with each offer"


async def test_the_owner_may_take_it_off_again(worker: WorkerUnderTest) -> None:
    alice, bob = await people(worker, DARKER, "alice", "bob")
    await until(lambda: 20 < light(alice, "bob") < 45)
    await alice.offer(video=1, room_options={"processor": None})
    await until(lambda: 80 < light(alice, "bob") < 100 and 80 < light(bob, "alice") < 100)
