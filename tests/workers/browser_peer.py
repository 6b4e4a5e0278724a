"""A browser's stand-in for tests: a real peer connection that sends test pictures and decodes what comes back.

It uses the same receiving end as the worker, because ``aiortc_hooks`` removes aiortc's decoder from the process.
"""

import asyncio
import json
import re
import time
from fractions import Fraction
from typing import Any

import numpy as np
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs.opus import OpusEncoder
from aiortc.mediastreams import MediaStreamTrack
from av import AudioFrame, VideoFrame

from processors.runner import Frame
from workers import aiortc_hooks
from workers.audio_codecs import OpusDecoder
from workers.frames import CLOCK_RATES, EncodedFrame, is_key_frame
from workers.jitter_buffers import AudioJitterBuffer, VideoJitterBuffer
from workers.media_clock import ntp_seconds, signed_difference
from workers.peer_session import begins_key_frame
from workers.video_codecs import UndecodableFrame, VideoDecoder, to_image

BLOCK = 40
BITS = 8
# From 1900, where NTP begins, to 1970.
NTP_EPOCH_SECONDS = 2_208_988_800


def numbered_picture(number: int, width: int = 640, height: int = 480) -> np.ndarray:
    """A grey picture whose top row of blocks spells ``number`` in binary, with a few shapes below."""
    image = np.full((height, width, 3), 90, np.uint8)
    for bit in range(BITS):
        image[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 235 if number >> bit & 1 else 16
    image[height // 2 : height // 2 + 80, width // 4 : width // 2] = (40, 200, 220)
    return image


def read_number(image: np.ndarray) -> int:
    grey = image if image.ndim == 2 else image.mean(axis=2)
    centres = [grey[10:30, bit * BLOCK + 10 : bit * BLOCK + 30].mean() for bit in range(BITS)]
    return sum(1 << bit for bit, level in enumerate(centres) if level > 125)


class NumberedCamera(MediaStreamTrack):
    """30 numbered pictures a second."""

    kind = "video"

    def __init__(self, width: int = 640, height: int = 480, fps: int = 30) -> None:
        super().__init__()
        self.size = (width, height)
        self.fps = fps
        self.number = 0
        self.started_at = time.monotonic()
        self.sent_at: dict[int, float] = {}

    async def recv(self) -> VideoFrame:
        await asyncio.sleep(max(0.0, self.started_at + self.number / self.fps - time.monotonic()))
        frame = VideoFrame.from_ndarray(self.picture(), format="bgr24")
        frame.pts, frame.time_base = self.number * 90000 // self.fps, Fraction(1, 90000)
        self.sent_at[self.number % 256] = time.monotonic()
        self.number += 1
        return frame

    def picture(self) -> np.ndarray:
        return numbered_picture(self.number % 256, *self.size)


class NoisyCamera(NumberedCamera):
    """Numbered pictures that are as hard to encode as a real camera's: texture that moves."""

    def __init__(self, width: int = 640, height: int = 480, fps: int = 30) -> None:
        super().__init__(width, height, fps)
        random = np.random.default_rng(1)
        self._texture = random.normal(0, 14, (height + 64, width + 64, 1)).astype(np.int16)

    def picture(self) -> np.ndarray:
        clean = super().picture()
        x, y = self.number * 3 % 64, self.number * 2 % 64
        height, width = clean.shape[:2]
        noisy = np.clip(clean + self._texture[y : y + height, x : x + width], 0, 255).astype(np.uint8)
        noisy[:BLOCK] = clean[:BLOCK]
        return noisy


class ToneMicrophone(MediaStreamTrack):
    """A sine of ``hertz`` at ``amplitude``, mono, 48 kHz, 20 ms at a time."""

    kind = "audio"

    def __init__(self, hertz: float = 440.0, amplitude: float = 0.1) -> None:
        super().__init__()
        self.hertz, self.amplitude, self.position = hertz, amplitude, 0
        self.started_at = time.monotonic()

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(max(0.0, self.started_at + self.position / 48000 - time.monotonic()))
        at = (self.position + np.arange(960)) / 48000
        samples = (self.amplitude * np.sin(2 * np.pi * self.hertz * at) * 32767).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, self.position, Fraction(1, 48000)
        self.position += 960
        return frame


class BrowserPeer:
    """Offers like the page does: data channel first, then its tracks."""

    def __init__(
        self,
        camera: MediaStreamTrack | None = None,
        microphone: MediaStreamTrack | None = None,
        direction: str = "sendrecv",
    ) -> None:
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.messages: list[dict[str, Any]] = []
        self.channel = self.open_channel()
        # aiortc would stop the transport of a data channel that came first, though all share it.
        self.connection.sctp._bundled = True  # type: ignore[union-attr]
        self.pictures: list[Frame] = []
        self.packets: list[EncodedFrame] = []
        self.sound: list[np.ndarray] = []
        self.sound_packets: list[EncodedFrame] = []
        # (NTP seconds, RTP timestamp) of the last sender report, by kind.
        self.reports: dict[str, tuple[float, int]] = {}
        self.key_frames = 0
        self.undecodable = 0
        self._listening: set[Any] = set()
        # Pictures by the mid of their section, for who watches several.
        self.pictures_by_mid: dict[str, list[Frame]] = {}
        self._decoders: dict[str, VideoDecoder] = {}
        # Sound by the mid of its section: when (time.monotonic()) it came, and the samples.
        self.sound_by_mid: dict[str, list[tuple[float, np.ndarray]]] = {}
        self._opus_by_mid: dict[str, OpusDecoder] = {}
        for track in (camera, microphone):
            if track is not None:
                self.connection.addTransceiver(track, direction=direction)

    def open_channel(self) -> RTCDataChannel:
        self.channel = self.connection.createDataChannel("showroom")
        self.channel.on("message", lambda data: self.messages.append(json.loads(data)))
        return self.channel

    def receive_only(self, kind: str) -> None:
        self.connection.addTransceiver(kind, direction="recvonly")

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def accept(self, sdp: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        for transceiver in self.connection.getTransceivers():
            self._obey(transceiver, sdp)
            if transceiver.receiver not in self._listening:
                self._listening.add(transceiver.receiver)
                self._listen(transceiver.kind, transceiver.receiver, transceiver.mid)

    def _obey(self, transceiver: Any, sdp: str) -> None:
        """Send no more sound than the answer wants, as browsers do and aiortc does not."""
        limit = re.search(r"maxaveragebitrate=(\d+)", sdp)
        name = "_RTCRtpSender__encoder"
        if transceiver.kind == "audio" and limit and getattr(transceiver.sender, name) is None:
            encoder = OpusEncoder()
            encoder.codec.bit_rate = int(limit[1])
            setattr(transceiver.sender, name, encoder)

    def send(self, **message: Any) -> None:
        self.channel.send(json.dumps(message))

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == kind]

    async def close(self) -> None:
        await self.connection.close()

    def _listen(self, kind: str, receiver: Any, mid: str) -> None:
        def take(payload_type: int, timestamp: int, data: bytes) -> None:
            codec = aiortc_hooks.codec_name(receiver, payload_type) or ""
            frame = EncodedFrame(data, codec, timestamp / 90000, is_key_frame(codec, data), time.monotonic())
            self._take_picture(frame, mid) if kind == "video" else self._take_sound(frame, mid)

        if kind == "video":
            buffer: Any = VideoJitterBuffer(take, lambda packet: begins_key_frame(receiver, packet))
        else:
            buffer = AudioJitterBuffer(take)
        aiortc_hooks.attach_receiver(receiver, buffer, lambda: None)
        aiortc_hooks.hear_sender_reports(receiver, lambda ssrc, *said: self._take_report(kind, *said))

    def _take_picture(self, frame: EncodedFrame, mid: str) -> None:
        self.packets.append(frame)
        self.key_frames += frame.is_key
        try:
            picture = self._decoders.setdefault(mid, VideoDecoder()).decode(frame)
        except UndecodableFrame:
            self.undecodable += 1
            return
        if picture is not None:
            self.pictures.append(Frame(to_image(picture, "bgr24"), frame.time, 0))
            self.pictures_by_mid.setdefault(mid, []).append(self.pictures[-1])

    def captured_at(self, kind: str, packet: EncodedFrame) -> float:
        """Return when ``packet`` was captured (``time.time()``), as a browser finds out by the sender reports."""
        seconds, timestamp = self.reports[kind]
        later = signed_difference(round(packet.time * 90000), timestamp)
        return seconds - NTP_EPOCH_SECONDS + later / CLOCK_RATES[kind]

    def _take_report(self, kind: str, ntp: int, timestamp: int) -> None:
        self.reports[kind] = ntp_seconds(ntp), timestamp

    def _take_sound(self, frame: EncodedFrame, mid: str) -> None:
        self.sound_packets.append(frame)
        samples = self._opus_by_mid.setdefault(mid, OpusDecoder(48000, 1)).decode(frame.data)
        self.sound.append(samples)
        self.sound_by_mid.setdefault(mid, []).append((time.monotonic(), samples))


def only_codec(sdp: str, name: str) -> str:
    """Make an offer that speaks one video codec only."""
    others = {"VP8": "H264/90000", "H264": "VP8/90000"}
    return sdp.replace(others[name], "X-NONE/90000")


class OneCodecPeer(BrowserPeer):
    def __init__(self, codec: str, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.codec = codec

    async def offer(self) -> str:
        return only_codec(await super().offer(), self.codec)
