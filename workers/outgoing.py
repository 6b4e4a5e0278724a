"""The sending end: one published stream, encoded once whatever the number of viewers.

A stream is fed by one ``Feed`` at a time: the publisher's own frames (forwarded as they are), a processor's pictures,
or a placeholder. It changes feeds only at a key frame, so no viewer ever decodes a mixture.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Protocol

from av import VideoFrame

from processors.results import PixelFormat

from .audio_codecs import BIT_RATE, FRAME_SAMPLES, OpusEncoder, Samples
from .frames import AUDIO_CLOCK, EncodedFrame, vp8_size
from .host_encoders import HostEncoders
from .key_frames import KeyFrameRequests, call_on_loop
from .meters import BitRateMeter, DurationMeter, RateMeter
from .video_codecs import Image, to_picture
from .video_encoders import VideoEncoder

# A viewer who asks for a key frame while no new picture comes gets the last one again after this long.
REPEAT_AFTER_SECONDS = 0.15
# Sound whose time differs more than this from where it should be begins anew.
AUDIO_RESYNC_SECONDS = 0.1


class Feed:
    """Where a stream's frames come from; compared by identity."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Feed({self.name})"


class Viewer(Protocol):
    """Who gets the frames of a stream: a SubscriberTrack, or a Transcoder."""

    @property
    def waiting_frames(self) -> int: ...
    def deliver(self, frame: EncodedFrame) -> None: ...
    def begin_anew(self) -> None:
        """Show nothing more of what waits: the next frame is another feed's, which a decoder can begin with."""


class OutgoingStream:
    """What sound and pictures have in common: viewers and the feed in force. Lives on the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._viewers: set[Viewer] = set()
        # The feed that may send; set on the loop, read by the processor's thread.
        self.feed: Feed | None = None
        # Frames a second that were given to viewers.
        self.rate = RateMeter()
        self.bits = BitRateMeter()
        # Called with each feed's first frame on the wire.
        self.on_first_frame: Callable[[], None] = lambda: None
        self.last_frame_at = time.monotonic()
        # time.monotonic() at which the media time of the frames was 0.
        self.epoch = 0.0

    @property
    def has_viewers(self) -> bool:
        return bool(self._viewers)

    def subscribe(self, viewer: Viewer) -> None:
        self._viewers.add(viewer)

    def unsubscribe(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)

    def switch_to(self, feed: Feed | None) -> None:
        """Let ``feed`` send from now on; of the one before nothing more goes out, not even what waits already."""
        if feed is self.feed:
            return
        self.feed = feed
        for viewer in tuple(self._viewers):
            viewer.begin_anew()

    def forward(self, feed: Feed, frame: EncodedFrame) -> None:
        """Give a frame that is encoded already to all viewers, if ``feed`` is in force."""
        if feed is self.feed:
            self._fan_out(feed, frame)

    def _fan_out(self, feed: Feed, frame: EncodedFrame) -> None:
        if feed is not self.feed:
            return
        if self.rate.total == 0:
            self.on_first_frame()
        self.last_frame_at = time.monotonic()
        self.rate.count(self.last_frame_at)
        self.bits.count(len(frame.data), self.last_frame_at)
        for viewer in tuple(self._viewers):
            viewer.deliver(frame)


class OutgoingVideo(OutgoingStream):
    """One published picture stream."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        codec_pool: Executor,
        bit_rate: int,
        codec_name: str = "VP8",
        encoders: HostEncoders | None = None,
    ) -> None:
        super().__init__(loop)
        self._codec_pool = codec_pool
        self.encoders = encoders or HostEncoders()
        self._encoder = self.encoders.make(codec_name, bit_rate)
        # Held while encoding: the processor's thread and the repeat of the last picture exclude each other.
        self._lock = threading.Lock()
        # Whether the next encoded frame must be a key frame.
        self._key_frame_wanted = True
        # time.monotonic() of the picture encoded last.
        self._encoded_at = 0.0
        # What was encoded last, to be repeated for a late viewer.
        self._last: tuple[Feed, VideoFrame, float] | None = None
        # A picture that came before its feed was in force; sent as soon as it is.
        self._kept: tuple[Feed, VideoFrame, float] | None = None
        # Whether a key frame of the feed in force has been given out.
        self._has_begun = False
        self._requests = KeyFrameRequests(loop, self._want_key_frame)
        self._repeat_timer: asyncio.TimerHandle | None = None
        # Asks the publisher for a key frame when its frames are forwarded.
        self.ask_publisher: Callable[[], None] = lambda: None
        # Codec of the frames on the wire; None before the first.
        self.live_codec: str | None = None
        # Width and height on the wire, by the last key frame of VP8.
        self.size: tuple[int, int] | None = None
        self.encode_seconds = DurationMeter()
        self.encoded_frames = 0

    @property
    def key_frame_requests(self) -> int:
        return self._requests.count

    @property
    def codec_name(self) -> str:
        """What published pictures are encoded with; forwarded frames keep their own codec."""
        return self._encoder.codec_name

    def use_codec(self, codec_name: str) -> None:
        """Encode the next picture with another codec; the loop does not wait for the picture at hand."""
        before = self._encoder
        if codec_name == before.codec_name:
            return
        encoder = self.encoders.make(codec_name, before.bit_rate)
        encoder.frame_step = before.frame_step
        self._encoder = encoder

    @property
    def slowest_viewer_frames(self) -> int:
        """Return how many frames wait for the viewer that is farthest behind."""
        return max((viewer.waiting_frames for viewer in tuple(self._viewers)), default=0)

    def count_frames_by(self, step: int) -> None:
        """Tell the encoder that pictures come ``step`` times as slowly as usual: each may take more bits."""
        self._encoder.frame_step = step

    @property
    def bit_rate(self) -> int:
        return self._encoder.bit_rate

    @bit_rate.setter
    def bit_rate(self, bits_per_second: int) -> None:
        self._encoder.bit_rate = bits_per_second

    def switch_to(self, feed: Feed | None) -> None:
        """Let ``feed`` send from its next key frame on; the one before is silent from now on."""
        if feed is self.feed:
            return
        self._has_begun = False
        self._key_frame_wanted = True
        super().switch_to(feed)
        if feed is not None:
            self.ask_publisher()
        if self._kept is not None and self._kept[0] is feed:
            self._codec_pool.submit(self._publish_kept)

    def subscribe(self, viewer: Viewer) -> None:
        super().subscribe(viewer)
        if self._has_begun or self._last is not None:
            self.request_key_frame()

    def request_key_frame(self) -> None:
        """A viewer cannot go on without a key frame (PLI, FIR, or it has just come)."""
        self._requests.ask()

    def request_key_frame_from_thread(self) -> None:
        self._requests.ask_from_thread()

    def publish(self, feed: Feed, image: Image, media_time: float, pixel_format: PixelFormat) -> bool:
        """Encode ``image`` for all viewers, in the calling thread.

        When ``feed`` is not in force the picture is kept until it is, and the answer is False.
        """
        picture = to_picture(image, pixel_format)
        if feed is not self.feed:
            self._kept = (feed, picture, media_time)
            if feed is not self.feed:
                return False
            # The loop has switched to it meanwhile, and perhaps looked for it before it was there.
            self._publish_kept()
            return True
        with self._lock:
            self._encode(feed, picture, media_time)
        return True

    def close(self) -> None:
        self.feed = None
        self._requests.close()
        self._cancel_repeat()
        self._viewers.clear()
        self._last = self._kept = None

    def _publish_kept(self) -> None:
        with self._lock:
            kept, self._kept = self._kept, None
            if kept is not None and not self._is_overtaken(*kept):
                self._encode(*kept)

    def _is_overtaken(self, feed: Feed, picture: VideoFrame, media_time: float) -> bool:
        """Whether a newer picture of the same feed was encoded already."""
        return self._last is not None and self._last[0] is feed and self._last[2] >= media_time

    def _encode(self, feed: Feed, picture: VideoFrame, media_time: float) -> None:
        if feed is not self.feed:
            return
        if self._last is None or self._last[0] is not feed:
            # The feed before may have had the key frame that was wanted for this one.
            self._key_frame_wanted = True
        self._last, self._encoded_at = (feed, picture, media_time), time.monotonic()
        if not self._viewers:
            self._key_frame_wanted = True
            return
        # The loop may put another one in its place meanwhile.
        encoder = self._encoder
        started_at = time.monotonic()
        data, is_key = self._encode_with(encoder, picture)
        self.encode_seconds.add(time.monotonic() - started_at)
        self.encoded_frames += 1
        if data:
            frame = EncodedFrame(data, encoder.codec_name, media_time, is_key, time.monotonic())
            call_on_loop(self._loop, self._fan_out, feed, frame)

    def _encode_with(self, encoder: VideoEncoder, picture: VideoFrame) -> tuple[bytes, bool]:
        """A key frame stays wanted until one has come out, whatever the encoder does."""
        force, self._key_frame_wanted = self._key_frame_wanted, False
        is_key = False
        try:
            data, is_key = encoder.encode(picture, force)
            return data, is_key
        finally:
            if force and not is_key:
                self._key_frame_wanted = True

    def _fan_out(self, feed: Feed, frame: EncodedFrame) -> None:
        if feed is not self.feed:
            return
        if not self._has_begun:
            if not frame.is_key:
                self.request_key_frame()
                return
            self._has_begun = True
        self.live_codec = frame.codec
        if frame.is_key and frame.codec == "VP8":
            self.size = vp8_size(frame.data)
        super()._fan_out(feed, frame)

    def _want_key_frame(self) -> None:
        self._key_frame_wanted = True
        self.ask_publisher()
        self._cancel_repeat()
        self._repeat_timer = self._loop.call_later(REPEAT_AFTER_SECONDS, self._repeat_if_still_wanted)

    def _repeat_if_still_wanted(self) -> None:
        self._repeat_timer = None
        if self._key_frame_wanted and self._last is not None and self._last[0] is self.feed:
            self._codec_pool.submit(self._repeat)

    def _repeat(self) -> None:
        with self._lock:
            last = self._last
            if last is not None and self._key_frame_wanted:
                feed, picture, media_time = last
                # Half the time that has passed: the next picture's time is surely later.
                passed = time.monotonic() - self._encoded_at
                self._encode(feed, picture, media_time + passed / 2)

    def _cancel_repeat(self) -> None:
        if self._repeat_timer is not None:
            self._repeat_timer.cancel()
            self._repeat_timer = None


class OutgoingAudio(OutgoingStream):
    """One published sound stream."""

    def __init__(self, loop: asyncio.AbstractEventLoop, bit_rate: int = BIT_RATE) -> None:
        super().__init__(loop)
        self._bit_rate = bit_rate
        # Held while encoding: after a switch the old processor's thread may still be in here.
        self._lock = threading.Lock()
        self._encoder: OpusEncoder | None = None
        # What the encoder was made for; another feed gets a new one, with nothing of the old feed's sound inside.
        self._made_for: tuple[Feed, int, int] | None = None
        # Media time at which the next sound should begin; None at a new beginning.
        self._expected: float | None = None
        # Samples at 48 kHz before the next packet.
        self._ticks = 0
        # Sound given to the encoder that has not come out yet, in seconds.
        self._inside = 0.0

    def publish(self, feed: Feed, samples: Samples, media_time: float, sample_rate: int) -> bool:
        """Encode ``samples`` (channels, n) for all viewers, in the calling thread; False when not in force."""
        with self._lock:
            if feed is not self.feed:
                return False
            self._encode(feed, samples, media_time, sample_rate)
            return True

    def close(self) -> None:
        self.feed = None
        self._viewers.clear()

    def _encode(self, feed: Feed, samples: Samples, media_time: float, sample_rate: int) -> None:
        encoder = self._encoder_for(feed, sample_rate, samples.shape[0])
        if self._expected is None or abs(media_time - self._expected) > AUDIO_RESYNC_SECONDS:
            self._ticks, self._inside = round(media_time * AUDIO_CLOCK), 0.0
        duration = samples.shape[1] / sample_rate
        self._expected = media_time + duration
        self._inside += duration
        for data in encoder.encode(samples):
            began_at = self._expected - self._inside
            frame = EncodedFrame(data, "opus", began_at, True, time.monotonic(), self._ticks)
            self._ticks += FRAME_SAMPLES
            self._inside -= FRAME_SAMPLES / AUDIO_CLOCK
            call_on_loop(self._loop, self._fan_out, feed, frame)

    def _encoder_for(self, feed: Feed, sample_rate: int, channels: int) -> OpusEncoder:
        if self._encoder is None or self._made_for != (feed, sample_rate, channels):
            self._encoder = OpusEncoder(sample_rate, channels, self._bit_rate)
            self._made_for = (feed, sample_rate, channels)
            self._expected = None
        return self._encoder
