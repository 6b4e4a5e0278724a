"""What a sender reads from: one track for the sender's life, re-pointed inside."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from .frames import EncodedFrame
from .outgoing import OutgoingStream, OutgoingVideo
from .reception import Reception
from .view import EVERYTHING

# Older frames that wait when the sender begins would all be sent at once.
MAX_AGE_AT_START_SECONDS = 0.5
# An estimate of the first seconds says little: the viewer has hardly seen anything.
ESTIMATE_GRACE_SECONDS = 3.0
# Two seconds of pictures, or of sound: a sender that is this far behind starts again at a key frame.
QUEUE_FRAMES = {"video": 60, "audio": 100}


class SubscriberTrack(MediaStreamTrack):
    """Yields the encoded frames of the stream that it is pointed at; never raises while it is live."""

    def __init__(self, kind: str, codec_name: str, reception: Reception | None = None) -> None:
        super().__init__()
        self.kind = kind
        # How this viewer's network does.
        self.reception = reception or Reception()
        # What this viewer decodes.
        self.codec_name = codec_name
        # What this viewer's network can take (REMB), in bit/s; None while it has not said, or not seen enough.
        self.estimate: int | None = None
        # The figure of which this is a part, and for how many streams it is.
        self.whole_estimate: tuple[int, int] | None = None
        # What there is for this picture while the viewer's network takes less than others' do, in bit/s.
        self.allowance: int | None = None
        # Whether silence is not worth its packets to this viewer.
        self.skips_silence = False
        # How large the viewer's page shows it.
        self.tile = EVERYTHING
        self._created_at = time.monotonic()
        # Called when this track stops watching what it was given to watch.
        self.on_leave: Callable[[], None] = lambda: None
        # Called when what was sent so far is of no use any more.
        self.on_other_stream: Callable[[], None] = lambda: None
        self._stream: OutgoingStream | None = None
        self._queue: deque[EncodedFrame] = deque()
        # Set while the sender waits for a frame.
        self._waiter: asyncio.Future[None] | None = None
        # Whether frames are skipped until a key frame comes.
        self._wants_key_frame = True
        # Whether the sender has asked for its first frame.
        self._has_begun = False
        self.skipped_frames = 0

    def point_at(self, stream: OutgoingStream | None) -> None:
        """Subscribe to ``stream`` instead of the one before; the first frame sent will be a key frame."""
        if stream is self._stream:
            return
        if self._stream is not None:
            self._stream.unsubscribe(self)
            self.on_other_stream()
        self._stream = stream
        self._queue.clear()
        self._wants_key_frame = True
        if stream is not None:
            stream.subscribe(self)

    @property
    def stream(self) -> OutgoingStream | None:
        return self._stream

    @property
    def epoch(self) -> float:
        """time.monotonic() at which the media time of the frames that come was 0."""
        return self._stream.epoch if self._stream is not None else 0.0

    def deliver(self, frame: EncodedFrame) -> None:
        if frame.codec != self.codec_name:
            # The publisher changed its codec, or the transcoder is not there yet.
            self.skipped_frames += 1
            return
        if self._wants_key_frame and not frame.is_key:
            self.skipped_frames += 1
            return
        if self.skips_silence and frame.is_silent:
            return
        self._wants_key_frame = False
        if len(self._queue) >= QUEUE_FRAMES[self.kind]:
            self._start_again()
            return
        self._queue.append(frame)
        self._wake()

    def begin_anew(self) -> None:
        """Send nothing more of what waits, here or at the pacer."""
        self._forget_waiting()
        self.on_other_stream()

    def request_key_frame(self) -> None:
        """Pass on this viewer's PLI or FIR."""
        if isinstance(self._stream, OutgoingVideo):
            self._stream.request_key_frame()

    def note_estimate(self, bits_per_second: int, streams: int = 1) -> None:
        """Take the viewer's estimate for so many streams; it is doubted while the viewer has seen little."""
        if time.monotonic() - self._created_at > ESTIMATE_GRACE_SECONDS:
            self.estimate = bits_per_second // max(1, streams)
            self.whole_estimate = bits_per_second, streams

    @property
    def waiting_frames(self) -> int:
        """Return how many frames the sender has not sent yet."""
        return len(self._queue)

    async def recv(self) -> EncodedFrame:  # type: ignore[override]
        """Return the next encoded frame; raise MediaStreamError once the track was stopped."""
        if not self._has_begun:
            self._has_begun = True
            self._skip_what_is_old()
        while self.readyState == "live":
            if self._queue:
                return self._queue.popleft()
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        raise MediaStreamError

    def leave(self) -> None:
        """Watch nothing any more."""
        self.point_at(None)
        on_leave, self.on_leave = self.on_leave, lambda: None
        on_leave()

    def stop(self) -> None:
        self.leave()
        super().stop()
        self._wake()

    def _skip_what_is_old(self) -> None:
        """Frames that came long before the connection stood would all be sent at once."""
        if self._queue and time.monotonic() - self._queue[0].arrived_at > MAX_AGE_AT_START_SECONDS:
            self._start_again()

    def _start_again(self) -> None:
        self._forget_waiting()
        self.request_key_frame()

    def _forget_waiting(self) -> None:
        self.skipped_frames += len(self._queue)
        self._queue.clear()
        self._wants_key_frame = True

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        self._waiter = None
