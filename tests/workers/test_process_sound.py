"""Sound through a processor, and forwarded as it is."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from workers.audio_codecs import OpusDecoder
from workers.frames import EncodedFrame
from workers.incoming import IncomingAudio
from workers.outgoing import Feed, OutgoingAudio

from .browser_peer import BrowserPeer, NumberedCamera, ToneMicrophone
from .conftest import WorkerUnderTest, until


class Ears:
    """A viewer that keeps what it gets."""

    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []

    def deliver(self, frame: EncodedFrame) -> None:
        self.frames.append(frame)

    def begin_anew(self) -> None:
        """What was heard was heard."""


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


async def test_none_is_silence_and_not_the_raw_sound(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(microphone=ToneMicrophone(440, 0.5))
    await worker.open("test-mute", peer)
    await until(lambda: [m for m in peer.of_type("processor") if m["state"] == "running"])
    await asyncio.sleep(1.2)
    heard = len(peer.sound)
    await asyncio.sleep(1.0)
    assert len(peer.sound) == heard


async def test_a_gate_that_is_shut_lets_no_raw_sound_through_at_its_start(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(microphone=ToneMicrophone(440, 0.5))
    await worker.open("test-gate", peer)
    await until(lambda: sum(part.shape[1] for part in peer.sound) > 10_000)
    loudest = max(float(np.abs(part).max(initial=0.0)) for part in peer.sound)
    assert loudest < 0.01


async def test_who_hides_the_input_and_makes_no_sound_is_silent(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(NumberedCamera(), ToneMicrophone(440, 0.5))
    await worker.open("test-halfhidden", peer)
    await until(lambda: len(peer.pictures) > 45)
    assert peer.sound == []
    assert all(not 40 < float(frame.image[100:180, 20:600].mean()) < 200 for frame in peer.pictures)


async def test_sound_becomes_a_picture(worker: WorkerUnderTest) -> None:
    peer = BrowserPeer(microphone=ToneMicrophone(440, 0.5))
    peer.receive_only("video")
    await worker.open("test-bar", peer)
    await until(lambda: len(peer.pictures) > 15)
    row = peer.pictures[-1].image[60].mean(axis=1)
    assert row[:60].min() > 150
    assert row[110:].max() < 60


async def test_sound_of_one_processor_never_comes_out_as_another_ones() -> None:
    stream = OutgoingAudio(asyncio.get_running_loop())
    heard = Ears()
    stream.subscribe(heard)
    for feed, level, count in ((Feed("loud"), 0.5, 500), (Feed("silent"), 0.0, 4800)):
        stream.switch_to(feed)
        heard.frames.clear()
        assert stream.publish(feed, np.full((1, count), level, np.float32), 0.0, 48000)
    await until(lambda: len(heard.frames) >= 4)
    decoder = OpusDecoder(48000, 1)
    assert max(float(np.abs(decoder.decode(frame.data)).max(initial=0.0)) for frame in heard.frames) < 1e-3


def test_two_threads_never_decode_one_stream_at_once() -> None:
    incoming = IncomingAudio(lambda in_order: None)
    incoming.start_decoding()
    busy, overlaps = threading.Lock(), []

    def decode(frame: EncodedFrame) -> np.ndarray:
        overlaps.append(not busy.acquire(blocking=False))
        time.sleep(0.01)
        busy.release()
        return np.zeros((1, 960), np.float32)

    incoming._decode = decode  # type: ignore[method-assign]
    for number in range(10):
        incoming.put(EncodedFrame(b"x", "opus", number / 50, True, time.monotonic()))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: incoming.next(48000, 1), range(10)))
    assert overlaps == [False] * 10
