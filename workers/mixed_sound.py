"""The sound of a room in one stream for each listener: everybody's but their own. Each voice is decoded once.

A voice is a microphone, or the sound of a shared screen.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Set

import numpy as np

from .audio_codecs import FRAME_SAMPLES, OpusDecoder, Samples, UndecodableSound
from .frames import AUDIO_CLOCK, EncodedFrame, take_oldest
from .outgoing import Feed, OutgoingAudio

logger = logging.getLogger(__name__)

FRAME_SECONDS = FRAME_SAMPLES / AUDIO_CLOCK
# What may wait of a voice: two packets against jitter; more is thrown away, or the delay would stay.
LEAST_WAITING, MOST_WAITING = 1, 6


class Voice:
    """One published sound, as a viewer of its stream. ``deliver`` runs on the loop, the rest in the mixer's thread."""

    waiting_frames = 0

    def __init__(self) -> None:
        self._packets: deque[EncodedFrame] = deque(maxlen=2 * MOST_WAITING)
        self._decoder = OpusDecoder(AUDIO_CLOCK, 1)
        self._samples = np.zeros(0, np.float32)
        # Whether it has begun: until two packets are there it waits.
        self._is_flowing = False

    def deliver(self, frame: EncodedFrame) -> None:
        self._packets.append(frame)

    def begin_anew(self) -> None:
        self._packets.clear()

    def next(self) -> Samples | None:
        """Return the next 20 ms; None for silence."""
        while len(self._packets) > MOST_WAITING:
            take_oldest(self._packets)
        if not self._is_flowing and len(self._packets) <= LEAST_WAITING:
            return None
        self._is_flowing = True
        while len(self._samples) < FRAME_SAMPLES and (packet := take_oldest(self._packets)) is not None:
            self._samples = np.concatenate([self._samples, self._decode(packet)])
        if len(self._samples) < FRAME_SAMPLES:
            self._is_flowing = False
            return None
        samples, self._samples = self._samples[:FRAME_SAMPLES], self._samples[FRAME_SAMPLES:]
        return samples[None]

    def _decode(self, frame: EncodedFrame) -> Samples:
        try:
            samples: Samples = self._decoder.decode(frame.data)[0]
        except UndecodableSound:
            return np.zeros(FRAME_SAMPLES, np.float32)
        return samples


class MixedSound:
    """Sums the voices each 20 ms, in a thread of its own."""

    def __init__(self, make_output: Callable[[], OutgoingAudio]) -> None:
        self._make_output = make_output
        self._feed = Feed("mix")
        # By participant and source; replaced as a whole on the loop, and the thread reads what stands there.
        self._voices: dict[tuple[str, str], Voice] = {}
        self._outputs: dict[str, OutgoingAudio] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mixed-sound", daemon=True)
        self._thread.start()

    def voice(self, key: tuple[str, str]) -> Voice:
        if key not in self._voices:
            self._voices = self._voices | {key: Voice()}
        return self._voices[key]

    def output(self, listener: str) -> OutgoingAudio:
        """Return what ``listener`` hears: all but what they send themselves."""
        if listener not in self._outputs:
            output = self._make_output()
            output.switch_to(self._feed)
            self._outputs = self._outputs | {listener: output}
        return self._outputs[listener]

    def keep_only(self, voices: Set[tuple[str, str]], listeners: Set[str]) -> None:
        """Forget who has left."""
        for listener in self._outputs.keys() - listeners:
            self._outputs[listener].close()
        self._voices = {key: voice for key, voice in self._voices.items() if key in voices}
        self._outputs = {who: output for who, output in self._outputs.items() if who in listeners}

    def close(self) -> None:
        """End without waiting: the thread ends within one packet."""
        self._closing.set()
        for output in self._outputs.values():
            output.close()

    # From here on: the thread.

    def _run(self) -> None:
        began, count = time.monotonic(), 0
        while not self._closing.is_set():
            try:
                self._mix(count * FRAME_SECONDS)
            except Exception:
                logger.exception("20 ms of mixed sound are lost")
            count += 1
            late = time.monotonic() - (began + count * FRAME_SECONDS)
            if late > 1.0:
                # The machine slept: what is missed is missed.
                count += int(late / FRAME_SECONDS)
            self._closing.wait(max(0.0, began + count * FRAME_SECONDS - time.monotonic()))

    def _mix(self, media_time: float) -> None:
        heard = {key: samples for key, voice in self._voices.items() if (samples := voice.next()) is not None}
        silence = np.zeros((1, FRAME_SAMPLES), np.float32)
        total = sum(heard.values(), silence)
        for listener, output in self._outputs.items():
            mixed = total - sum((samples for (who, _), samples in heard.items() if who == listener), silence)
            output.publish(self._feed, np.clip(mixed, -1, 1), media_time, AUDIO_CLOCK)
