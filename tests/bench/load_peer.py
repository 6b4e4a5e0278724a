"""One visitor of the load client: a real peer connection that sends the prepared stream and looks at what comes back.

Nothing is encoded here, and only the probe decodes all the time. The others decode until the received time stamps are
understood, then they only look at them: a server keeps the distances between time stamps, so from one picture whose
number was read follows which sent frame belongs to every later one.
"""

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from workers import aiortc_hooks
from workers.frames import VIDEO_CLOCK, EncodedFrame, is_key_frame
from workers.jitter_buffers import VideoJitterBuffer
from workers.packetisers import OpusPacketiser, Vp8Packetiser
from workers.peer_session import begins_key_frame
from workers.video_codecs import UndecodableFrame, VideoDecoder, luma_plane

from .counter import read_number
from .microphone import PreparedMicrophone, ReceivedSound
from .stream import PreparedStream

RTP_MODULUS = 2**32
# A camera that is further behind than this goes on from now, as a browser's would.
MAX_LATE_SECONDS = 0.2
# Browsers answer at most this often with a key frame.
KEY_FRAME_INTERVAL_SECONDS = 0.3
# How long sent frames are remembered: longer than any delay that a server shows in a short run.
REMEMBERED_SECONDS = 60
# A picture read here was sent within this time; the stream's loop is longer, so its number is unambiguous.
MAX_READ_SECONDS = 15.0
# Pictures that must agree before a peer trusts the time stamps and stops decoding.
AGREEING_PICTURES = 10
# A saturated server may take long; a connection that takes longer than this has failed.
CONNECT_SECONDS = 10.0
# Differences of time stamps that are rounding.
ROUNDING_TICKS = 30


class PreparedCamera(MediaStreamTrack):
    """The prepared frames at their pace; begins anew when a key frame is asked for."""

    kind = "video"

    def __init__(self, stream: PreparedStream, phase_seconds: float) -> None:
        super().__init__()
        self._stream = stream
        self.format = stream.format
        self._rate = stream.format.frames_per_second
        # Between two frames.
        self.ticks = VIDEO_CLOCK // self._rate
        self._phase = phase_seconds
        # time.monotonic() of its first frame.
        self._started_at: float | None = None
        self._number = 0
        self._place = 0
        self._key_frame_at = float("-inf")
        # (place in the stream, time.monotonic()) of each frame sent, by its running number.
        self.sent: dict[int, tuple[int, float]] = {}
        self.late_frames = 0

    @property
    def started_at(self) -> float:
        return self._started_at or 0.0

    def request_key_frame(self) -> None:
        if time.monotonic() - self._key_frame_at > KEY_FRAME_INTERVAL_SECONDS:
            self._place = 0

    async def recv(self) -> EncodedFrame:  # type: ignore[override]
        await self._wait_for_turn()
        now = time.monotonic()
        place = self._place % len(self._stream.frames)
        if place == 0:
            self._key_frame_at = now
        frame = EncodedFrame(
            data=self._stream.frames[place],
            codec="VP8",
            time=self._number / self._rate,
            is_key=place == 0,
            arrived_at=now,
        )
        self._note(place, now)
        return frame

    async def _wait_for_turn(self) -> None:
        now = time.monotonic()
        if self._started_at is None:
            self._started_at = now + self._phase
        due = self._started_at + self._number / self._rate
        if now - due > MAX_LATE_SECONDS:
            # The time stamps of what comes next say when it was captured, and tell of the gap.
            self._number += int((now - due) * self._rate)
            self.late_frames += 1
        elif due > now:
            await asyncio.sleep(due - now)

    def _note(self, place: int, now: float) -> None:
        self.sent[self._number] = (place, now)
        while next(iter(self.sent)) <= self._number - REMEMBERED_SECONDS * self._rate:
            del self.sent[next(iter(self.sent))]
        self._number += 1
        self._place = place + 1


@dataclass(slots=True)
class Received:
    """One frame that came back."""

    at: float
    timestamp: int
    size: int
    # From sending to the decoded picture, for the probe.
    glass_delay: float | None = None


class ReceivedStream:
    """What comes back on one track. ``camera`` is whose frames they are; None when that is not known (rooms)."""

    def __init__(self, receiver: Any, camera: PreparedCamera | None, is_probe: bool) -> None:
        self._receiver = receiver
        self._camera = camera
        self._is_probe = is_probe
        self._decoder: VideoDecoder | None = VideoDecoder() if camera is not None else None
        # What was added to the sent time stamps, as the last pictures read it.
        self._readings: deque[list[int]] = deque(maxlen=2 * AGREEING_PICTURES)
        self.frames: list[Received] = []
        self.key_frames = 0
        self.unreadable = 0
        self.mismatches = 0
        buffer = VideoJitterBuffer(self._take, lambda packet: begins_key_frame(receiver, packet))
        aiortc_hooks.attach_receiver(receiver, buffer, lambda: None)
        self.jitter_buffer = buffer

    def forget_before(self, moment: float) -> None:
        self.frames = [frame for frame in self.frames if frame.at >= moment]

    def delay(self, frame: Received) -> float | None:
        """Return the seconds from sending to the last packet received, or None when they cannot be told."""
        sent = self._sent(frame.timestamp)
        return frame.at - sent[1] if sent else None

    def _take(self, payload_type: int, timestamp: int, data: bytes) -> None:
        received = Received(time.monotonic(), timestamp, len(data))
        self.frames.append(received)
        is_key = is_key_frame("VP8", data)
        self.key_frames += is_key
        if self._understood() is not None and self._sent(timestamp) is None:
            self._learn_anew()
        if self._decoder is not None:
            self._look(self._decoder, EncodedFrame(data, "VP8", 0.0, is_key, received.at), received)

    def _look(self, decoder: VideoDecoder, frame: EncodedFrame, received: Received) -> None:
        try:
            picture = decoder.decode(frame)
        except UndecodableFrame:
            picture = None
        place = self._number_in(picture) if picture is not None else None
        if place is None:
            self.unreadable += 1
            return
        self._learn(place, received)
        if not self._is_probe and self._understood() is not None:
            self._decoder = None

    def _number_in(self, picture: Any) -> int | None:
        assert self._camera is not None
        return read_number(luma_plane(picture), self._camera.format.shrunk)

    def _learn(self, place: int, received: Received) -> None:
        """Note which sent frames this picture may be: more than one if the camera has begun anew."""
        assert self._camera is not None
        sent, ticks = self._camera.sent, self._camera.ticks
        since = received.at - MAX_READ_SECONDS
        numbers = [n for n in sent if sent[n][0] == place and since < sent[n][1] < received.at]
        self._readings.append([(received.timestamp - n * ticks) % RTP_MODULUS for n in numbers])
        if numbers:
            received.glass_delay = time.monotonic() - sent[numbers[-1]][1]
        by_timestamp = self._sent(received.timestamp)
        self.mismatches += by_timestamp is not None and by_timestamp[0] != place

    def _learn_anew(self) -> None:
        """The server has begun other time stamps: read pictures again, from the next key frame on."""
        self._readings.clear()
        self._decoder = self._decoder or VideoDecoder()

    def _understood(self) -> int | None:
        """Return what the server adds to time stamps, once enough pictures agree."""
        votes = Counter(
            added // ROUNDING_TICKS for reading in self._readings for added in reading
        ).most_common(1)
        if not votes or votes[0][1] < AGREEING_PICTURES:
            return None
        return votes[0][0] * ROUNDING_TICKS

    def _sent(self, timestamp: int) -> tuple[int, float] | None:
        added = self._understood()
        if added is None or self._camera is None:
            return None
        ticks = (timestamp - added + RTP_MODULUS // 2) % RTP_MODULUS - RTP_MODULUS // 2
        return self._camera.sent.get(round(ticks / self._camera.ticks))


class LoadPeer:
    """Offers like the page does. ``others``: how many other people's tracks it can take."""

    def __init__(
        self,
        stream: PreparedStream,
        phase_seconds: float,
        is_probe: bool,
        others: int,
        sends: bool,
        has_sound: bool = False,
    ) -> None:
        self.opened_at = time.monotonic()
        self.camera = PreparedCamera(stream, phase_seconds)
        # As browsers offer: sound comes over the same transport as pictures.
        bundled = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self._connection = RTCPeerConnection(bundled)
        self._is_connected = asyncio.Event()
        self._connection.on("connectionstatechange", self._state_changed)
        self.streams: list[ReceivedStream] = []
        self.microphone: PreparedMicrophone | None = None
        self.sounds: list[ReceivedSound] = []
        for _ in range(others):
            transceiver = self._connection.addTransceiver("video", direction="recvonly")
            self.streams.append(ReceivedStream(transceiver.receiver, None, False))
        if sends:
            self._add_camera(receives=others == 0, is_probe=is_probe)
        if has_sound:
            self._add_sound(others)
        # Last: what comes first gives all others its transport, and aiortc would stop the one of a data channel.
        self._connection.createDataChannel("showroom")

    @property
    def first_frame_seconds(self) -> float | None:
        arrivals = [stream.frames[0].at for stream in self.streams if stream.frames]
        return min(arrivals) - self.opened_at if arrivals else None

    async def offer(self) -> str:
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return str(self._connection.localDescription.sdp)

    async def accept(self, sdp: str) -> None:
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        await asyncio.wait_for(self._is_connected.wait(), CONNECT_SECONDS)

    async def close(self) -> None:
        await self._connection.close()

    def _add_camera(self, receives: bool, is_probe: bool) -> None:
        direction = "sendrecv" if receives else "sendonly"
        transceiver = self._connection.addTransceiver(self.camera, direction=direction)
        packetiser, sender = Vp8Packetiser(), transceiver.sender
        aiortc_hooks.attach_sender(sender, packetiser, self.camera.request_key_frame)
        # As browsers' reports, they say when a frame was captured; aiortc's own are up to a frame off.
        packetiser.follow(lambda: aiortc_hooks.last_rtp_timestamp(sender), lambda: self.camera.started_at)
        aiortc_hooks.date_sender_reports(sender, packetiser.timestamp_at)
        if receives:
            self.streams.append(ReceivedStream(transceiver.receiver, self.camera, is_probe))

    def _add_sound(self, others: int) -> None:
        """A microphone, and room for the sound of the others."""
        self.microphone = PreparedMicrophone()
        own = self._connection.addTransceiver(self.microphone, direction="sendonly")
        aiortc_hooks.attach_sender(own.sender, OpusPacketiser(), lambda: None)
        for _ in range(others):
            transceiver = self._connection.addTransceiver("audio", direction="recvonly")
            self.sounds.append(ReceivedSound(transceiver.receiver))

    def _state_changed(self) -> None:
        if self._connection.connectionState == "connected":
            self._is_connected.set()
