"""One contract for both registries: what holds in memory holds in a real Redis."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processors.hosts import HostReport
from tests.support.redis_server import RedisServer
from workers.memory_registry import MemoryRegistry
from workers.readiness import WorkerReport
from workers.redis_registry import RedisRegistry, connect
from workers.registry import (
    AllBusy,
    Claim,
    Heartbeat,
    Lease,
    NoWorker,
    Registry,
    RegistryLimits,
    RegistryUnavailable,
    RoomFull,
    TooManySessions,
)

LIMITS = RegistryLimits(ttl_seconds=0.4, reservation_seconds=0.8, sessions_per_owner=3, ended_seconds=5)


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def registry(request: pytest.FixtureRequest) -> AsyncIterator[Registry]:
    if request.param == "memory":
        yield MemoryRegistry(LIMITS)
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    await empty(server.url)
    found = RedisRegistry(LIMITS, server.url)
    yield found
    await found.close()


async def empty(url: str) -> None:
    client = connect(url)
    await client.flushall()
    await client.aclose()


async def states(registry: Registry, limits: dict[str, int]) -> dict[str, str]:
    return {slug: now.state for slug, now in (await registry.readiness(limits)).items()}


def claim(number: int = 1, owner: str = "user:1", **changes: Any) -> Claim:
    return replace(Claim(f"session-{number}", owner, "edges"), **changes)


async def test_without_a_worker_nobody_is_placed(registry: Registry) -> None:
    with pytest.raises(NoWorker):
        await registry.place(claim())
    assert await states(registry, {"edges": 0}) == {"edges": "offline"}


async def test_a_session_is_placed_on_a_living_worker(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=2))
    lease = await registry.place(claim())
    assert lease.worker == "one"
    assert lease.epoch > 1_600_000_000_000
    assert await registry.lease("session-1") == lease
    assert await states(registry, {"edges": 0}) == {"edges": "ready"}


async def test_placing_again_keeps_the_place(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=2))
    assert await registry.place(claim()) == await registry.place(claim())
    assert (await registry.workers())[0].used == 1


async def test_a_full_worker_is_busy(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=1))
    await registry.place(claim(1))
    with pytest.raises(AllBusy):
        await registry.place(claim(2))
    assert await states(registry, {"edges": 0}) == {"edges": "busy"}


async def keep_beating(registry: Registry, *heartbeats: Heartbeat) -> None:
    """A busy machine may need longer for a test than a worker's time to live."""
    while True:
        for heartbeat in heartbeats:
            await registry.beat(heartbeat)
        await asyncio.sleep(0.05)


async def test_hundred_at_once_get_exactly_the_places_there_are(registry: Registry) -> None:
    workers = (Heartbeat("one", capacity=5), Heartbeat("two", capacity=5))
    beating = asyncio.ensure_future(keep_beating(registry, *workers))
    await asyncio.sleep(0.1)
    answers = await asyncio.gather(
        *(registry.place(claim(number, owner=f"user:{number}")) for number in range(100)),
        return_exceptions=True,
    )
    beating.cancel()
    placed = [answer for answer in answers if isinstance(answer, Lease)]
    assert len(placed) == 10
    assert {type(answer) for answer in answers} == {Lease, AllBusy}
    assert sorted(worker.used for worker in await registry.workers()) == [5, 5]


async def test_the_calmer_of_two_workers_is_taken(registry: Registry) -> None:
    await registry.beat(Heartbeat("calm", capacity=100, stress=0.1))
    await registry.beat(Heartbeat("hot", capacity=100, stress=0.7))
    leases = [await registry.place(claim(number, owner=f"user:{number}")) for number in range(10)]
    assert {lease.worker for lease in leases} == {"calm"}


async def test_a_worker_under_stress_or_draining_takes_nobody(registry: Registry) -> None:
    await registry.beat(Heartbeat("hot", capacity=8, stress=0.85))
    with pytest.raises(AllBusy):
        await registry.place(claim())
    await registry.retire("hot")
    await registry.beat(Heartbeat("leaving", capacity=8, draining=True))
    with pytest.raises(NoWorker):
        await registry.place(claim())


async def test_an_owner_has_a_limit_and_others_are_not_touched_by_it(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=50))
    for number in range(3):
        await registry.place(claim(number))
    with pytest.raises(TooManySessions):
        await registry.place(claim(4))
    assert await registry.place(claim(5, owner="user:2"))


async def test_a_processor_has_a_limit_of_its_own(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=50))
    await registry.place(claim(1, session_limit=1))
    with pytest.raises(AllBusy):
        await registry.place(claim(2, owner="user:2", session_limit=1))
    assert await registry.place(claim(3, owner="user:3", processor="blur", session_limit=1))
    assert await states(registry, {"edges": 1, "blur": 2}) == {"edges": "busy", "blur": "ready"}


async def test_a_switch_takes_a_place_of_the_other_processor(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=50))
    first = await registry.place(claim(1, session_limit=1))
    other = await registry.place(claim(2, owner="user:2", processor="blur", session_limit=1))
    with pytest.raises(AllBusy):
        await registry.place(claim(2, owner="user:2", session_limit=1))
    await registry.release(first.session)
    moved = await registry.place(claim(2, owner="user:2", session_limit=1))
    assert moved == replace(other, processor="edges")
    assert (await registry.count("edges"), await registry.count("blur")) == (1, 0)


async def test_a_room_is_on_one_worker_also_when_another_is_calmer(registry: Registry) -> None:
    seat = {"room": "hall", "room_seats": 3}
    await registry.beat(Heartbeat("one", capacity=8))
    first = await registry.place(claim(1, **seat))
    assert first.room == "hall"
    await registry.beat(Heartbeat("one", capacity=8, stress=0.7, leases=(first,)))
    await registry.beat(Heartbeat("two", capacity=8))
    assert await registry.lease("session-1") == first
    others = [await registry.place(claim(n, owner=f"user:{n}", **seat)) for n in (2, 3)]
    assert {lease.worker for lease in others} == {"one"}
    with pytest.raises(RoomFull):
        await registry.place(claim(4, owner="user:4", **seat))
    assert await registry.place(claim(2, owner="user:2", **seat)) == others[0]
    await registry.release("session-2")
    assert await registry.place(claim(4, owner="user:4", **seat))


async def test_who_takes_their_seat_along_needs_no_second_one(registry: Registry) -> None:
    seat = {"room": "hall", "room_seats": 2, "takes_over": True}
    await registry.beat(Heartbeat("one", capacity=8))
    first = await registry.place(claim(1, **seat))
    await registry.place(claim(2, owner="user:2", **seat))
    with pytest.raises(RoomFull):
        await registry.place(claim(3, owner="user:3", **seat))
    with pytest.raises(RoomFull):
        await registry.place(claim(4, **seat | {"takes_over": False}))
    for n in (5, 6):
        await registry.place(claim(n))
    # As many sessions as one may have, and the room is full: but one of them is the seat that ends.
    assert (await registry.place(claim(7, **seat))).worker == "one"
    assert await registry.lease("session-1") == first, "it ends only when its page hears of it"
    await registry.release("session-1")
    with pytest.raises(TooManySessions):
        await registry.place(claim(8))


async def test_a_room_that_has_begun_has_place_for_all_its_seats_on_its_worker(registry: Registry) -> None:
    seat = {"room": "hall", "room_seats": 8}
    await registry.beat(Heartbeat("one", capacity=1))
    await registry.place(claim(1, **seat))
    await registry.beat(Heartbeat("two", capacity=8))
    assert (await registry.place(claim(2, owner="user:2", **seat))).worker == "one"
    assert (await registry.place(claim(3, owner="user:3"))).worker == "two"
    assert (await registry.place(claim(4, owner="user:4", room="other", room_seats=8))).worker == "two"


async def test_a_room_on_an_overloaded_worker_takes_no_processor_and_does_not_spill_over(
    registry: Registry,
) -> None:
    seat = {"room": "hall", "room_seats": 8}
    await registry.beat(Heartbeat("one", capacity=8))
    first = await registry.place(claim(1, **seat))
    await registry.beat(Heartbeat("one", capacity=8, stress=0.85, leases=(first,)))
    await registry.beat(Heartbeat("two", capacity=8))
    with pytest.raises(AllBusy):
        await registry.place(claim(2, owner="user:2", **seat))
    # Whose media is only passed on comes to the meeting whatever else is going on; but begins none there.
    late = await registry.place(claim(3, owner="user:3", **seat | {"processor": ""}))
    assert late.worker == "one"
    other = await registry.place(claim(4, owner="user:4", room="other", room_seats=8, processor=""))
    assert other.worker == "two"


async def test_a_room_of_eight_who_wear_nothing_leaves_place_for_studios(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=8))
    seat = {"room": "hall", "room_seats": 8, "processor": ""}
    people = [await registry.place(claim(n, owner=f"user:{n}", **seat)) for n in range(8)]
    studios = [await registry.place(claim(10 + n, owner=f"user:{10 + n}")) for n in range(3)]
    assert [worker.used for worker in await registry.workers()] == [7]
    # Somebody puts a processor on.
    await registry.place(claim(0, owner="user:0", **seat | {"processor": "edges"}))
    assert [worker.used for worker in await registry.workers()] == [7.5]
    with pytest.raises(AllBusy):
        await registry.place(claim(20, owner="user:20"))
    assert await states(registry, {"edges": 0}) == {"edges": "busy"}
    await registry.release(people[0].session)
    assert await registry.place(claim(20, owner="user:20"))
    await registry.beat(Heartbeat("one", capacity=8, leases=(*people[1:], *studios)))
    assert [worker.used for worker in await registry.workers()] == [7.5]


async def test_a_room_moves_as_a_whole_when_its_worker_is_lost(registry: Registry) -> None:
    seat = {"room": "hall", "room_seats": 2}
    await registry.beat(Heartbeat("one", capacity=8))
    for number in (1, 2):
        await registry.place(claim(number, owner=f"user:{number}", **seat))
    await registry.retire("one")
    for name in ("two", "three"):
        await registry.beat(Heartbeat(name, capacity=8))
    moved = [await registry.place(claim(number, owner=f"user:{number}", **seat)) for number in (1, 2)]
    assert len({lease.worker for lease in moved}) == 1


async def test_release_frees_the_place_and_tells_why(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=1))
    lease = await registry.place(claim(1))
    await registry.release("session-1", lease.epoch, "left")
    assert await registry.lease("session-1") is None
    assert await registry.end_reason("session-1") == "left"
    assert await registry.place(claim(2))


async def test_release_of_an_older_epoch_frees_nothing(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=1))
    lease = await registry.place(claim(1))
    await registry.release("session-1", lease.epoch - 1)
    assert await registry.lease("session-1") == lease


async def test_a_reservation_without_an_offer_expires(registry: Registry) -> None:
    for _beat in range(10):
        await registry.beat(Heartbeat("one", capacity=1))
        if _beat == 0:
            await registry.place(claim(1))
        await asyncio.sleep(0.1)
    await registry.beat(Heartbeat("one", capacity=1))
    assert await registry.place(claim(2))


async def test_heartbeats_keep_a_lease_and_forget_what_they_no_longer_list(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=1))
    lease = await registry.place(claim(1))
    for _beat in range(8):
        await registry.beat(Heartbeat("one", capacity=1, leases=(lease,)))
        await asyncio.sleep(0.15)
    assert await registry.lease("session-1") == lease
    await registry.beat(Heartbeat("one", capacity=1))
    assert await registry.lease("session-1") is None


async def test_a_silent_worker_is_gone_with_its_sessions(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=1))
    lease = await registry.place(claim(1))
    await registry.beat(Heartbeat("one", capacity=1, leases=(lease,)))
    await asyncio.sleep(LIMITS.ttl_seconds + 0.1)
    assert await registry.workers() == []
    assert await registry.lease("session-1") is None


async def test_a_session_placed_anew_has_a_higher_epoch_and_the_old_worker_is_told(
    registry: Registry,
) -> None:
    await registry.beat(Heartbeat("one", capacity=1))
    old = await registry.place(claim(1))
    await registry.beat(Heartbeat("one", capacity=1, leases=(old,)))
    await asyncio.sleep(LIMITS.ttl_seconds + 0.1)
    await registry.beat(Heartbeat("two", capacity=1))
    new = await registry.place(claim(1))
    assert (new.worker, new.epoch > old.epoch) == ("two", True)
    assert await registry.beat(Heartbeat("one", capacity=1, leases=(old,))) == {"session-1"}
    assert await registry.lease("session-1") == new


async def test_a_retired_worker_is_gone_at_once(registry: Registry) -> None:
    await registry.beat(Heartbeat("one", capacity=1))
    await registry.place(claim(1))
    await registry.retire("one")
    assert await registry.workers() == []
    assert await registry.lease("session-1") is None


@pytest.mark.redis
async def test_an_emptied_redis_is_whole_after_one_heartbeat_of_each_worker(
    redis_server: RedisServer,
) -> None:
    await empty(redis_server.url)
    registry = RedisRegistry(LIMITS, redis_server.url)
    await registry.beat(Heartbeat("one", capacity=4))
    leases = tuple([await registry.place(claim(number)) for number in range(3)])
    await empty(redis_server.url)
    assert await registry.leases([lease.session for lease in leases]) == {}
    assert await registry.beat(Heartbeat("one", capacity=4, leases=leases)) == frozenset()
    assert await registry.leases([lease.session for lease in leases]) == {
        lease.session: lease for lease in leases
    }
    with pytest.raises(TooManySessions):
        await registry.place(claim(9))
    await registry.close()


@pytest.mark.redis
async def test_a_restarted_redis_is_noticed_and_asked_again(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.start()
    registry = RedisRegistry(LIMITS, server.url)
    try:
        before = await registry.generation()
        await registry.beat(Heartbeat("one", capacity=4))
        server.stop()
        with pytest.raises(RegistryUnavailable):
            await registry.workers()
        server.start()
        await registry.beat(Heartbeat("one", capacity=4))
        assert [worker.name for worker in await registry.workers()] == ["one"]
        assert await registry.generation() != before
    finally:
        await registry.close()
        server.stop()


async def test_what_a_worker_says_of_its_hosts_is_known_to_all(registry: Registry) -> None:
    hosts = (
        HostReport("m1", "pose", 2, "ready"),
        HostReport("m2", "style", 1, "failed", 'No "file" there: ä'),
    )
    report = WorkerReport("seccomp", files_hidden=True, hosts=hosts)
    await registry.beat(Heartbeat("one", capacity=4, report=report))
    await registry.beat(Heartbeat("two", capacity=4))
    assert [worker.report for worker in await registry.workers()] == [report, WorkerReport()]
    marks = {"pose": "m1", "style": "m2", "other": "m3"}
    readiness = await registry.readiness(dict.fromkeys(marks, 0), marks)
    assert {slug: now.state for slug, now in readiness.items()} == {
        "pose": "ready", "style": "failed", "other": "ready",
    }  # fmt: skip
    assert readiness["style"].reason == 'No "file" there: ä'
