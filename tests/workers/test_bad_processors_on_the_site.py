"""Every way in which a processor can be bad, on the running site: its own session suffers, nobody and nothing else.

One site for all cases, as its host runs it: web process, supervisor, one media worker, real visitors. The deadlines in
force are those of production; only a load is given less time, so that one that hangs is told soon.
"""

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.patience import patient
from tests.support.redis_server import RedisServer
from tests.support.site import Site
from tests.support.visitor import Visitor
from workers import aiortc_hooks

from .browser_peer import BrowserPeer, NumberedCamera
from .conftest import until

pytestmark = [pytest.mark.slow, pytest.mark.redis, pytest.mark.timeout(180)]

GAP_SECONDS = 0.3
BACK_SECONDS = 2.0
HANG_FOUND_SECONDS = 5.0
OWN_PICTURE_SECONDS = 1.0
LOOK_SECONDS = 0.3  # until somebody looks: frames, messages and this test come one after the other
START_SECONDS = 30.0
ROWS: dict[str, Any] = {
    "bad": {"key": "test-bad"},
    "wrong": {"key": "test-wrong"},
    "beside": {"key": "test-hosted-invert"},
    "bad-load-raise": {"key": "test-bad", "configuration": {"load": "raise"}},
    "bad-load-hang": {"key": "test-bad", "configuration": {"load": "hang"}},
    "bad-load-native": {"key": "test-bad", "configuration": {"load": "native"}},
    "bad-load-segfault": {"key": "test-bad", "configuration": {"load": "segfault"}},
    "bad-start-raise": {"key": "test-bad", "configuration": {"start": "raise"}},
    "bad-start-hang": {"key": "test-bad", "configuration": {"start": "hang"}},
    "bad-start-native": {"key": "test-bad", "configuration": {"start": "native"}},
    "bad-start-segfault": {"key": "test-bad", "configuration": {"start": "segfault"}},
    "bad-close-hang": {"key": "test-bad", "configuration": {"close": "hang"}},
    "bad-close-native": {"key": "test-bad", "configuration": {"close": "native"}},
    "bad-close-segfault": {"key": "test-bad", "configuration": {"close": "segfault"}},
}
HANG = "gave nothing for 5 s"
# What ends the host, and what visitors are told of it.
LOSES_ITS_HOST = {
    "segfault": "crashed (SIGSEGV)",
    "abort": "crashed (SIGABRT)",
    "exit": "ended by itself with status 3",
    "hang": HANG,
    "native": HANG,
    "sleep": HANG,
}
NEVER_STARTED = {
    "raise": "could not be started",
    "hang": "was not started after 4 s",
    "native": "was not started after 4 s",
    "segfault": "crashed (SIGSEGV)",
}
COSTS_FRAMES_ONLY = ["memory", "fork", "raise"]
# Hosts are one for each configuration, and one that is lost a fourth time within a minute is not started again.
ROWS |= {f"bad-{fault}": {"key": "test-bad", "configuration": {"case": fault}} for fault in LOSES_ITS_HOST}
ROWS |= {
    f"hidden-{fault}": {"key": "test-hidden", "configuration": {"case": fault}}
    for fault in [*LOSES_ITS_HOST, *COSTS_FRAMES_ONLY]
}


class Guest(Visitor):
    """Somebody in the studio of one processor."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        aiortc_hooks.install()
        self.session = ""
        self.peer = BrowserPeer(NumberedCamera(320, 240))
        self.peers.append(self.peer)

    async def open(self, slug: str, **parameters: Any) -> None:
        opened = await self.asks("session.open", processor=slug)
        self.session = opened["session"]
        answer = await self.asks(
            "session.offer",
            session=self.session,
            sdp=await self.peer.offer(),
            processor=slug,
            parameters=parameters,
        )
        assert answer["type"] == "session.answer", answer
        await self.peer.accept(answer["sdp"])

    def set(self, number: int, **values: Any) -> None:
        self.peer.send(type="parameters", number=number, values=values)

    @property
    def states(self) -> list[str]:
        return [news["state"] for news in self.peer.of_type("processor")]

    @property
    def trouble(self) -> dict[str, Any]:
        """The last news that had a reason."""
        return next((news for news in reversed(self.peer.of_type("processor")) if news["message"]), {})

    @property
    def host(self) -> int:
        return int(self.peer.of_type("result")[-1]["data"]["pid"])

    def longest_gap_since(self, moment: float) -> float:
        """Between two pictures, or up to now: who gets none any more has a gap that still grows."""
        arrived = [packet.arrived_at for packet in self.peer.packets if packet.arrived_at >= moment]
        now = asyncio.get_running_loop().time()
        return max(after - before for before, after in itertools.pairwise([moment, *arrived, now]))


class Watch:
    """Two neighbours, one with a processor in a thread and one with a processor in a host, and the site's processes."""

    def __init__(self, site: Site, neighbours: list[Guest]) -> None:
        self._neighbours = neighbours
        self._site = site
        self._processes = processes_of(site)
        self._since = asyncio.get_running_loop().time()

    async def prove(self, case: str) -> None:
        """The neighbours saw no gap; web process, supervisor and media worker are still the same."""
        await asyncio.sleep(1)
        gaps = [each.longest_gap_since(self._since) for each in self._neighbours]
        sys.stderr.write(f"\n{case}: longest gaps of the neighbours {gaps[0]:.3f} and {gaps[1]:.3f} s\n")
        assert max(gaps) < GAP_SECONDS
        assert processes_of(self._site) == self._processes
        for each in self._neighbours:
            assert each.states[-1] == "running"


@pytest.fixture(scope="module")
def site(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("bad")
    with Site(folder, redis_server.url, 1, HOST_LOAD_SECONDS="4") as site:
        site.run_script("configure_rows", json.dumps(ROWS))
        yield site


@pytest.fixture
async def guests(site: Site) -> AsyncIterator[Callable[..., Any]]:
    """``guest = await guests("bad", fault="none")``: somebody starts this processor."""
    async with AsyncExitStack() as stack:

        async def come(slug: str, **parameters: Any) -> Guest:
            guest = await stack.enter_async_context(Guest(site.url))
            await guest.open(slug, **parameters)
            return guest

        yield come


@pytest.fixture
async def watch(site: Site, guests: Callable[..., Any]) -> Watch:
    neighbours = [await guests("invert"), await guests("beside")]
    for each in neighbours:
        await until(lambda each=each: len(each.peer.packets) > 60, START_SECONDS)  # type: ignore[misc]
    return Watch(site, neighbours)


@pytest.mark.parametrize("fault", LOSES_ITS_HOST)
async def test_a_fault_that_ends_the_host(watch: Watch, guests: Callable[..., Any], fault: str) -> None:
    victim = await guests(f"bad-{fault}", trigger=300)
    await until(lambda: victim.peer.of_type("result"), START_SECONDS)
    first, now = victim.host, asyncio.get_running_loop().time
    begun_at = now()
    victim.set(1, fault=fault, trigger=-1)
    await until(lambda: not is_running(first), START_SECONDS)
    lost_at = now()
    victim.set(2, fault="none")
    await until(lambda: victim.host != first, START_SECONDS)
    took, dark = now() - lost_at, victim.longest_gap_since(begun_at)
    sys.stderr.write(
        f"\n{fault}: found after {lost_at - begun_at:.2f} s, back {took:.2f} s later, no picture for {dark:.2f} s\n"
    )
    assert lost_at - begun_at <= HANG_FOUND_SECONDS + LOOK_SECONDS
    assert took <= BACK_SECONDS
    assert dark <= OWN_PICTURE_SECONDS + LOOK_SECONDS
    lost = next(news for news in victim.peer.of_type("processor") if news["code"] == "host_lost")
    assert f"Bad {LOSES_ITS_HOST[fault]}" in lost["message"]
    await until(lambda: victim.states[-1] == "running")
    await watch.prove(fault)


@pytest.mark.parametrize("fault", COSTS_FRAMES_ONLY)
async def test_a_fault_that_costs_frames(watch: Watch, guests: Callable[..., Any], fault: str) -> None:
    victim = await guests("bad", trigger=300)
    await until(lambda: victim.peer.of_type("result"), START_SECONDS)
    first = victim.host
    victim.set(1, fault=fault, trigger=-1)
    await until(lambda: {"failing", "stopped"} & set(victim.states), START_SECONDS)
    await until(lambda: victim.states[-1] == "stopped", START_SECONDS)
    assert victim.trouble["code"] == "too_many_errors"
    assert is_running(first)
    await watch.prove(fault)


@pytest.mark.parametrize("fault", ["text", "shape", "float", "nan", "huge", "data", "time"])
async def test_an_output_that_is_wrong(watch: Watch, guests: Callable[..., Any], fault: str) -> None:
    victim = await guests("wrong", fault=fault)
    await until(lambda: victim.states and victim.states[-1] == "stopped", START_SECONDS)
    assert victim.trouble["message"]
    seen = len(victim.peer.packets)
    await until(lambda: len(victim.peer.packets) > seen + 10)  # the own picture, with the reason beside it
    await watch.prove(fault)


@pytest.mark.parametrize("fault", ["raise", "hang", "native", "segfault"])
async def test_a_load_that_fails_or_hangs(watch: Watch, guests: Callable[..., Any], fault: str) -> None:
    victim = await guests(f"bad-load-{fault}")
    await until(lambda: victim.states and victim.states[-1] == "stopped", 2 * START_SECONDS)
    assert victim.trouble["message"]
    await watch.prove(f"load {fault}")


@pytest.mark.parametrize("fault", NEVER_STARTED)
async def test_a_start_that_fails_or_hangs(watch: Watch, guests: Callable[..., Any], fault: str) -> None:
    victim = await guests(f"bad-start-{fault}")
    await until(lambda: victim.states and victim.states[-1] == "stopped", 2 * START_SECONDS)
    assert victim.trouble["message"].startswith(f"Bad {NEVER_STARTED[fault]}")
    await watch.prove(f"start {fault}")


@pytest.mark.parametrize("fault", ["hang", "native", "segfault"])
async def test_a_close_that_hangs_or_crashes(watch: Watch, guests: Callable[..., Any], fault: str) -> None:
    leaves, stays = await guests(f"bad-close-{fault}"), await guests(f"bad-close-{fault}")
    for each in (leaves, stays):
        await until(lambda each=each: each.peer.of_type("result"), START_SECONDS)  # type: ignore[misc]
    first = stays.host
    await leaves.asks("session.close", session=leaves.session)
    await until(lambda: not is_running(first), START_SECONDS)
    lost_at = asyncio.get_running_loop().time()
    await until(lambda: stays.host != first, START_SECONDS)
    assert asyncio.get_running_loop().time() - lost_at <= BACK_SECONDS
    await watch.prove(f"close {fault}")


@pytest.mark.parametrize("fault", [*LOSES_ITS_HOST, *COSTS_FRAMES_ONLY])
async def test_a_hidden_camera_stays_hidden(watch: Watch, guests: Callable[..., Any], fault: str) -> None:
    victim = await guests(f"hidden-{fault}")
    await until(lambda: len(victim.peer.pictures) >= 10, START_SECONDS)
    victim.set(1, fault=fault)
    await until(lambda: victim.states[-1] in {"failing", "stopped", "stalled"}, START_SECONDS)
    await until(lambda: victim.peer.of_type("processor")[-1]["showing"] == "placeholder", START_SECONDS)
    victim.set(2, fault="none")
    await asyncio.sleep(patient(4))
    assert raw_pictures(victim.peer) == []
    assert {news["showing"] for news in victim.peer.of_type("processor")} <= {"result", "held", "placeholder"}
    await watch.prove(f"hidden {fault}")


def raw_pictures(peer: BrowserPeer) -> list[float]:
    """Return the brightness of pictures that are the camera's (90), not the wall's (112) nor a placeholder's (dark)."""
    levels = [float(frame.image[130:150, 20:60].mean()) for frame in peer.pictures]
    return [level for level in levels if 70 < level < 105]


def processes_of(site: Site) -> set[int]:
    """Return all processes of the site but hosts."""
    everybody = [pid for program in site.programs() for pid in program.left_over()]
    return {pid for pid in everybody if "processors.host" not in command_of(pid)}


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return "processors.host"  # ended while we looked, so it was none that stays


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}/exe").exists() and "processors.host" in command_of(pid)
