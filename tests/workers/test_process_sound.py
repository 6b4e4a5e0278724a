"""Sound through a processor, and forwarded as it is."""

import numpy as np

from .browser_peer import BrowserPeer, ToneMicrophone
from .conftest import WorkerUnderTest, until


def sound_of(peer: BrowserPeer, seconds: float = 1.0) -> np.ndarray:
    return np.concatenate(peer.sound, axis=1)[0][-int(seconds * 48000) :]


def pitch(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.fft.rfftfreq(len(samples), 1 / 48000)[spectrum.argmax()])


async def test_forwarded_sound_arrives_whole(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(microphone=ToneMicrophone(440, 0.1))
    await worker.open("test-listening", peer)
    await until(lambda: sum(part.shape[1] for part in peer.sound) > 100_000)
    assert abs(pitch(sound_of(peer)) - 440) < 2


async def test_a_processor_makes_it_twice_as_loud(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(microphone=ToneMicrophone(440, 0.1))
    await worker.open("test-louder", peer)
    await until(lambda: sum(part.shape[1] for part in peer.sound) > 100_000)
    samples = sound_of(peer)
    assert abs(pitch(samples) - 440) < 2
    gain = 20 * np.log10(samples.std() / (0.1 / np.sqrt(2)))
    assert abs(gain - 6.02) < 0.5


async def test_sound_becomes_a_picture(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(microphone=ToneMicrophone(440, 0.5))
    peer.receive_only("video")
    await worker.open("test-bar", peer)
    await until(lambda: len(peer.pictures) > 15)
    row = peer.pictures[-1].image[60].mean(axis=1)
    assert row[:60].min() > 150
    assert row[110:].max() < 60
