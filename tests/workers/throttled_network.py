"""Run as a process in a network of its own (``unshare --net``): a room whose last viewer has 200 kbit/s; prints JSON.

With ``recover`` the throttle goes at the end, and the time is taken until the viewer has all pictures in full.

usage: python -m tests.workers.throttled_network PUBLISHERS [recover]

The viewer is a process in a second network; what goes to it passes a token bucket. With the word ``viewer`` and the
number of publishers this module is that process: it is told answers on stdin and tells offers and figures on stdout.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from workers import aiortc_hooks
from workers.engine_options import EngineOptions

from .browser_peer import BrowserPeer, NoisyCamera, ToneMicrophone
from .conftest import WorkerUnderTest, until
from .lossy_network import shell

RATE = "200kbit"
ADAPT_SECONDS = 14.0
WATCH_SECONDS = 15.0
RECOVERY_SECONDS = 90.0
SETTLE_SECONDS = 3.0
SMALL_WIDTH = 320
# How loud the one is who speaks, and the others.
VOICE, WHISPER = 0.2, 0.0003
NEAR, FAR = "10.78.0.1", "10.78.0.2"


def make_network(viewer: int) -> None:
    """Lead a throttled wire to the network of the process ``viewer``."""
    shell("ip", "link", "set", "lo", "up")
    shell("ip", "link", "add", "near", "type", "veth", "peer", "name", "far")
    shell("ip", "link", "set", "far", "netns", str(viewer))
    shell("ip", "addr", "add", f"{NEAR}/24", "dev", "near")
    shell("ip", "link", "set", "near", "up")
    shell(
        "tc", "qdisc", "add", "dev", "near", "root", "tbf", "rate", RATE, "burst", "4kb", "latency", "400ms"
    )
    inside = ["nsenter", f"--net=/proc/{viewer}/ns/net"]
    shell(*inside, "ip", "link", "set", "lo", "up")
    shell(*inside, "ip", "addr", "add", f"{FAR}/24", "dev", "far")
    shell(*inside, "ip", "link", "set", "far", "up")


def free_network() -> None:
    shell("tc", "qdisc", "del", "dev", "near", "root")


class Viewer:
    """The process behind the wire."""

    def __init__(self, line: asyncio.subprocess.Process) -> None:
        self._process = line

    async def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("The viewer has ended.")
        return dict(json.loads(line))

    def tell(self, **message: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")


async def main(publishers: int, recovers: bool) -> dict[str, Any]:
    command = ["unshare", "--net", sys.executable, "-m", "tests.workers.throttled_network", "viewer"]
    process = await asyncio.create_subprocess_exec(
        *command, str(publishers), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    viewer = Viewer(process)
    assert await viewer.hear() == {"ready": True}
    make_network(process.pid)
    aiortc_hooks.install()
    worker = WorkerUnderTest(EngineOptions())
    people = {name: await publisher(worker, name) for name in "abc"[:publishers]}
    other = await watcher(worker, publishers)
    await asyncio.sleep(SETTLE_SECONDS)
    fps_before = await slowest_fps(other)
    viewer.tell(connect=True)
    offer = await viewer.hear()
    answer = await worker.ask(
        "offer", "slow", sdp=offer["sdp"], processor=None, room="hall", participant="slow"
    )
    viewer.tell(**answer)
    await asyncio.sleep(ADAPT_SECONDS)
    viewer.tell(watch=WATCH_SECONDS)
    lateness = Lateness()
    fps, figures = await asyncio.gather(slowest_fps(other), viewer.hear())
    sizes = {frame.image.shape for pictures in other.pictures_by_mid.values() for frame in pictures[-100:]}
    figures |= {
        "others_fps": round(fps, 1),
        "others_fps_before": round(fps_before, 1),
        "others_sizes": sorted(size[1] for size in sizes),
        "notices": notices(worker),
        "worker_late_seconds": lateness.longest,
    }
    if publishers > 1 and not recovers:
        people["a"].amplitude, people["b"].amplitude = WHISPER, VOICE
        viewer.tell(speaker="b")
        figures |= await viewer.hear()
    if recovers:
        free_network()
        viewer.tell(recover=RECOVERY_SECONDS)
        figures |= await viewer.hear() | {"notices_at_end": notices(worker)}
    process.terminate()
    await process.wait()
    await worker.close()
    return figures


async def slowest_fps(other: BrowserPeer) -> float:
    """Return the pictures a second of the stream of which fewest come."""
    before = {mid: len(pictures) for mid, pictures in other.pictures_by_mid.items()}
    await asyncio.sleep(WATCH_SECONDS)
    return min((len(other.pictures_by_mid[mid]) - count) / WATCH_SECONDS for mid, count in before.items())


def notices(worker: WorkerUnderTest) -> list[str]:
    return [news["what"] for news in worker.events("notice") if news["session"] == "slow"]


async def publisher(worker: WorkerUnderTest, name: str) -> ToneMicrophone:
    """Let somebody come who sends both; return what they speak into."""
    microphone = ToneMicrophone(amplitude=VOICE if name == "a" else WHISPER)
    peer = BrowserPeer(NoisyCamera(fps=20), microphone, direction="sendonly")
    await worker.open("passthrough", peer, session=name, participant=name, room="hall")
    return microphone


async def watcher(worker: WorkerUnderTest, publishers: int) -> BrowserPeer:
    """Somebody with a good network, who must notice nothing."""
    peer = BrowserPeer()
    for _ in range(publishers):
        peer.receive_only("video")
    await worker.open("passthrough", peer, session="fast", participant="fast", room="hall")
    await until(lambda: len(peer.pictures_by_mid) == publishers)
    return peer


async def view(publishers: int) -> None:
    """Be the viewer behind the wire."""
    aiortc_hooks.install()
    say(ready=True)
    await hear()
    peer = BrowserPeer()
    for _ in range(publishers):
        peer.receive_only("video")
        peer.receive_only("audio")
    say(sdp=await peer.offer())
    answer = await hear()
    await peer.accept(answer["sdp"])
    speaker = mid_of(answer["tracks"], "a", "video")
    small_after = asyncio.create_task(
        seconds_until(lambda: is_wide(peer, speaker, SMALL_WIDTH), ADAPT_SECONDS)
    )
    seconds = (await hear())["watch"]
    began = time.monotonic()
    pictures = {mid: len(each) for mid, each in peer.pictures_by_mid.items()}
    lateness = Lateness()
    await asyncio.sleep(seconds)
    say(
        **figures_since(peer, answer["tracks"], began, pictures),
        small_after_seconds=await small_after,
        viewer_late_seconds=lateness.longest,
    )
    order = await hear()
    if "speaker" in order:
        say(**await change_of_speaker(peer, mid_of(answer["tracks"], order["speaker"], "video"), speaker))
    else:
        mids = [each["mid"] for each in answer["tracks"] if each["kind"] == "video"]
        full_after = await seconds_until(
            lambda: all(is_wide(peer, mid, 2 * SMALL_WIDTH) for mid in mids), order["recover"]
        )
        say(full_after_seconds=full_after)
    await asyncio.sleep(60)


async def change_of_speaker(peer: BrowserPeer, mid: str, before: str) -> dict[str, float]:
    """Return when the new speaker's picture has come, and how many of the one before still come later."""
    count = len(peer.pictures_by_mid.get(mid, []))
    after = await seconds_until(lambda: len(peer.pictures_by_mid.get(mid, [])) > count + 5, ADAPT_SECONDS)
    left = len(peer.pictures_by_mid.get(before, []))
    await asyncio.sleep(SETTLE_SECONDS)
    late = len(peer.pictures_by_mid.get(before, [])) - left
    return {"speaker_after_seconds": after, "pictures_of_the_one_before": late}


def mid_of(tracks: list[dict[str, str]], participant: str, kind: str) -> str:
    return next(each["mid"] for each in tracks if (each["participant"], each["kind"]) == (participant, kind))


def is_wide(peer: BrowserPeer, mid: str, width: int) -> bool:
    """Whether the newest picture has this width."""
    pictures = peer.pictures_by_mid.get(mid)
    return bool(pictures) and pictures[-1].image.shape[1] == width


class Lateness:
    """How long a process had to wait for the machine: the longest time that its loop woke up too late, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            planned = time.monotonic() + 0.01
            await asyncio.sleep(0.01)
            self.longest = max(self.longest, round(time.monotonic() - planned, 3))


async def seconds_until(condition: Callable[[], bool], most: float) -> float:
    """Wait until the condition holds, and return how long it took, or ``most``."""
    began = time.monotonic()
    while not condition() and time.monotonic() - began < most:  # noqa: ASYNC110 - any condition, not one event
        await asyncio.sleep(0.05)
    return round(time.monotonic() - began, 1)


def figures_since(
    peer: BrowserPeer, tracks: list[dict[str, str]], began: float, pictures: dict[str, int]
) -> dict[str, Any]:
    fps = {}
    for track in tracks:
        if track["kind"] == "video":
            seen = peer.pictures_by_mid.get(track["mid"], [])
            fps[track["participant"]] = (len(seen) - pictures.get(track["mid"], 0)) / WATCH_SECONDS
    voice = mid_of(tracks, "a", "audio")
    heard = [began, *(at for at, _ in peer.sound_by_mid[voice] if at > began), time.monotonic()]
    speaker = mid_of(tracks, "a", "video")
    shown = peer.pictures_by_mid.get(speaker, [])
    return {
        "fps": {name: round(rate, 1) for name, rate in fps.items()},
        "width": shown[-1].image.shape[1] if shown else 0,
        "longest_sound_gap_seconds": round(max(b - a for a, b in itertools.pairwise(heard)), 3),
        "sounds_per_second": round(len(heard) / WATCH_SECONDS, 1),
    }


def say(**message: Any) -> None:
    print(json.dumps(message), flush=True)  # noqa: T201


async def hear() -> dict[str, Any]:
    return dict(json.loads(await asyncio.to_thread(sys.stdin.readline)))


if __name__ == "__main__":
    if sys.argv[1] == "viewer":
        asyncio.run(view(int(sys.argv[2])))
    else:
        print(json.dumps(asyncio.run(main(int(sys.argv[1]), "recover" in sys.argv))))  # noqa: T201
