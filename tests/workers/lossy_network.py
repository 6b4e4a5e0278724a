"""Run as a process in a network of its own (``unshare --net``): a session under packet loss, figures as JSON.

usage: python -m tests.workers.lossy_network PERCENT KEY
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from typing import Any

import cv2
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from processors import catalogue
from workers import aiortc_hooks
from workers.engine_options import EngineOptions

from .browser_peer import BrowserPeer, NumberedCamera, ToneMicrophone, read_number
from .conftest import WorkerUnderTest, until
from .processors import KEYS

CLEAN_SECONDS = 4
FULL_WIDTH, FULL_HEIGHT = 640, 480
LOSSY_SECONDS = 20
ADDRESS = "10.77.0.1/24"
RULE = ["INPUT", "-p", "udp", "-m", "statistic", "--mode", "random", "--probability"]


def shell(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def make_network() -> None:
    shell("ip", "link", "set", "lo", "up")
    shell("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
    shell("ip", "addr", "add", ADDRESS, "dev", "v0")
    shell("ip", "link", "set", "v0", "up")
    shell("ip", "link", "set", "v1", "up")


def lose(percent: float) -> None:
    shell("iptables-legacy", "-A", *RULE, str(percent / 100), "-j", "DROP")


def lose_nothing() -> None:
    shell("iptables-legacy", "-F", "INPUT")


class Watch:
    """Notes each picture's delay and each gap in picture and sound, in seconds."""

    def __init__(self, camera: NumberedCamera, peer: BrowserPeer) -> None:
        self.camera, self.peer = camera, peer
        self.delays: list[float] = []
        self.gaps: list[float] = []
        self.sound_gaps: list[float] = []

    async def during(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        pictures, sounds = len(self.peer.pictures), len(self.peer.sound)
        seen = heard = time.monotonic()
        while (now := time.monotonic()) < end:
            if len(self.peer.pictures) > pictures:
                pictures = len(self.peer.pictures)
                number = read_number(in_full_size(self.peer.pictures[-1].image))
                self.delays.append(now - self.camera.sent_at.get(number, now))
                self.gaps.append(now - seen)
                seen = now
            if len(self.peer.sound) > sounds:
                sounds = len(self.peer.sound)
                self.sound_gaps.append(now - heard)
                heard = now
            await asyncio.sleep(0.005)
        self.gaps.append(end - seen)


def in_full_size(image: np.ndarray) -> np.ndarray:
    """A viewer who loses much is a slow one, and gets a smaller picture; the number stands in it all the same."""
    return cv2.resize(image, (FULL_WIDTH, FULL_HEIGHT), interpolation=cv2.INTER_AREA)


async def main(percent: float, key: str) -> dict[str, Any]:
    aiortc_hooks.install()
    catalogue.BUILTINS.update(KEYS)
    worker = WorkerUnderTest(EngineOptions())
    camera = NumberedCamera()
    peer = BrowserPeer(camera, ToneMicrophone())
    await worker.open(key, peer)
    await until(lambda: len(peer.pictures) > 10)
    watch = Watch(camera, peer)
    await watch.during(CLEAN_SECONDS)
    lose(percent)
    watch.gaps.clear()
    watch.sound_gaps.clear()
    watch.delays.clear()
    before = len(peer.pictures)
    await watch.during(LOSSY_SECONDS)
    half = len(watch.delays) // 2
    figures = {
        "loss_percent": percent,
        "fps": round((len(peer.pictures) - before) / LOSSY_SECONDS, 1),
        "longest_gap_seconds": round(max(watch.gaps), 2),
        "longest_sound_gap_seconds": round(max(watch.sound_gaps, default=99.0), 2),
        "delay_first_half_seconds": round(sorted(watch.delays[:half])[half // 2], 3),
        "delay_second_half_seconds": round(sorted(watch.delays[half:])[half // 2], 3),
        "undecodable": peer.undecodable,
    }
    lose_nothing()
    await worker.close()
    return figures


if __name__ == "__main__":
    make_network()
    print(json.dumps(asyncio.run(main(float(sys.argv[1]), sys.argv[2]))))  # noqa: T201
