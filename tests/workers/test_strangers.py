"""What strangers send to a worker's port: nothing of it reaches a session, whatever the moment."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import aioice
import pytest

from tests.support.figures import write_figure
from tests.support.patience import patient
from tests.support.udp import addresses_in
from workers import aiortc_hooks

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import WorkerUnderTest, processor_spec, until

JUNK = (b"\x16\xfe\xfd" + bytes(40), b"", b"\x80\x60" + bytes(100), b"\x00" * 40, b"\x15\xfe\xfd" + bytes(20))


async def throw_junk(addresses: list[tuple[str, int]]) -> None:
    """A burst every millisecond, until cancelled."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        while True:
            for address in addresses:
                for datagram in JUNK:
                    stranger.sendto(datagram, address)
            await asyncio.sleep(0.001)


async def connects_under_fire(worker: WorkerUnderTest, session: str) -> bool:
    """Connect while junk comes, from before the first check until the first picture."""
    peer = BrowserPeer(NumberedCamera(320, 240))
    worker.peers.append(peer)
    offer = {"sdp": await peer.offer(), "processor": processor_spec("passthrough")}
    answer = await worker.ask("offer", session, **offer)
    thrower = asyncio.create_task(throw_junk(addresses_in(answer["sdp"])))
    try:
        await peer.accept(answer["sdp"])
        await until(lambda: len(peer.pictures) > 2, seconds=10)
    except TimeoutError:
        return False
    finally:
        thrower.cancel()
    await worker.ask("close", session, reason="closed")
    await peer.close()
    return True


async def test_junk_during_the_handshake_does_not_fail_it(worker: WorkerUnderTest) -> None:
    before = aiortc_hooks.dropped_datagrams
    for number in range(3):
        assert await connects_under_fire(worker, f"s{number}")
    assert aiortc_hooks.dropped_datagrams > before


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_hundred_of_hundred_connect_under_fire(worker: WorkerUnderTest) -> None:
    begun = time.monotonic()
    connected = [await connects_under_fire(worker, f"s{number}") for number in range(100)]
    seconds = round(time.monotonic() - begun, 1)
    write_figure("connect_under_fire", connected=sum(connected), of=len(connected), seconds=seconds)
    assert all(connected)


def throw_empty(addresses: list[tuple[str, int]], count: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for address in addresses:
            for _ in range(count):
                stranger.sendto(b"", address)


async def bear_empty_datagrams(worker: WorkerUnderTest, count: int) -> float:
    """Send ``count`` to each port during a call; return the longest time without a frame from then on, in seconds."""
    peer = BrowserPeer(NumberedCamera())
    answer = await worker.open("test-darken", peer)
    await until(lambda: len(peer.pictures) > 30)
    states: list[str] = []
    for connection in (peer.connection, worker.engine._seats["one"].peer._connection):
        for event in ("connectionstatechange", "iceconnectionstatechange", "signalingstatechange"):
            connection.on(event, lambda event=event: states.append(event))
    dropped, first = aiortc_hooks.dropped_datagrams, len(peer.packets) - 1
    addresses = addresses_in(answer["sdp"])
    await asyncio.to_thread(throw_empty, addresses, count)
    await until(lambda: len(peer.packets) > first + 60)
    # The kernel may drop most: its buffer holds a few hundred.
    assert aiortc_hooks.dropped_datagrams - dropped >= len(addresses) * count // 10
    assert states == []
    assert peer.undecodable == 0
    frames = peer.packets[first:]
    return max(later.arrived_at - frame.arrived_at for frame, later in pairwise(frames))


async def test_empty_datagrams_change_nothing(worker: WorkerUnderTest) -> None:
    assert await bear_empty_datagrams(worker, 1000) < patient(1.0)


@pytest.mark.slow
async def test_empty_datagrams_leave_no_gap(worker: WorkerUnderTest) -> None:
    gap = await bear_empty_datagrams(worker, 1000)
    write_figure("empty_datagrams", longest_gap_seconds=round(gap, 3))
    assert gap <= 0.2


@pytest.fixture
async def pair() -> AsyncIterator[tuple[aioice.Connection, aioice.Connection]]:
    """Two ends that are connected: the controlling one, and ours."""
    aiortc_hooks.install()
    peer, ours = aioice.Connection(ice_controlling=True), aioice.Connection(ice_controlling=False)
    for connection, other in ((peer, ours), (ours, peer)):
        await connection.gather_candidates()
        for candidate in connection.local_candidates:
            await other.add_remote_candidate(candidate)
        await other.add_remote_candidate(None)
        other.remote_username, other.remote_password = connection.local_username, connection.local_password
    await asyncio.gather(peer.connect(), ours.connect())
    yield peer, ours
    await asyncio.gather(peer.close(), ours.close())


async def test_media_may_come_by_another_pair_than_ours(
    pair: tuple[aioice.Connection, aioice.Connection],
) -> None:
    """A browser decides by which pair it sends; it has shown our password, so our own check does not matter."""
    peer, ours = pair
    for each in ours._check_list:
        # As if a check had been given up because another pair was found first.
        each.state = aioice.ice.CandidatePair.State.IN_PROGRESS
    await peer.sendto(b"\x16media", 1)
    async with asyncio.timeout(5):
        assert await ours.recv() == b"\x16media"


async def test_who_has_not_shown_the_password_gets_nothing_through(
    pair: tuple[aioice.Connection, aioice.Connection],
) -> None:
    peer, ours = pair
    dropped = aiortc_hooks.dropped_datagrams
    addresses = [(each.host, each.port) for each in ours.local_candidates if ":" not in each.host]
    thrower = asyncio.create_task(throw_junk(addresses))
    await asyncio.sleep(0.2)
    thrower.cancel()
    await peer.sendto(b"\x16media", 1)
    async with asyncio.timeout(5):
        assert await ours.recv() == b"\x16media"
    assert aiortc_hooks.dropped_datagrams > dropped


async def test_stun_that_nobody_awaits_is_not_even_answered(
    pair: tuple[aioice.Connection, aioice.Connection],
) -> None:
    _, ours = pair
    header = b"\x21\x12\xa4\x42" + bytes(12)
    request, answer, cut = b"\0\1\0\0" + header, b"\1\1\0\0" + header, b"\0\1\0\x40" + header
    port = next(each for each in ours.local_candidates if ":" not in each.host)
    dropped = aiortc_hooks.dropped_datagrams
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setblocking(False)
        for datagram in (request, answer, cut):
            stranger.sendto(datagram, (port.host, port.port))
        await until(lambda: aiortc_hooks.dropped_datagrams == dropped + 3)
        with pytest.raises(BlockingIOError):
            stranger.recv(100)


async def test_sources_are_forgotten_when_there_are_too_many(
    pair: tuple[aioice.Connection, aioice.Connection],
) -> None:
    _, ours = pair
    protocol = ours._protocols[0]
    for port in range(100):
        aiortc_hooks._note_source(protocol, ("192.0.2.1", port))
    assert len(protocol.__dict__["known_sources"]) == aiortc_hooks.KNOWN_SOURCES
    assert ("192.0.2.1", 99) in protocol.__dict__["known_sources"]
