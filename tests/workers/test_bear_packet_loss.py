"""Packet loss both ways in a network of its own: pictures recover, sound continues, the delay does not grow."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.support.figures import write_figure

# The gap that one packet in ten may tear, in seconds; after it the picture is clean (see the jitter buffer).
LONGEST_GAP_SECONDS = 2.0
LONGEST_SOUND_GAP_SECONDS = 0.5


@pytest.mark.slow
@pytest.mark.parametrize("key", ["test-leave", "test-copyandlisten"])
@pytest.mark.parametrize("percent", [5, 10])
def test_the_session_recovers_from_loss(percent: int, key: str) -> None:
    assert shutil.which("iptables-legacy"), "install the Debian package iptables to lose packets"
    command = ["unshare", "--net", sys.executable, "-m", "tests.workers.lossy_network", str(percent), key]
    ended = subprocess.run(command, capture_output=True, timeout=90)
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
    figures = json.loads(ended.stdout.decode().splitlines()[-1])
    write_figure(f"loss_{percent}_{key}", **figures)
    assert figures["longest_gap_seconds"] < LONGEST_GAP_SECONDS
    assert figures["longest_sound_gap_seconds"] < LONGEST_SOUND_GAP_SECONDS
    assert figures["delay_second_half_seconds"] < figures["delay_first_half_seconds"] + 0.1
    assert figures["undecodable"] == 0
