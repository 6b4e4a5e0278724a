"""Another version of a published stream: another codec, or smaller. One decode and one encode, whatever the viewers."""

import asyncio
import logging
import threading
from collections import deque
from concurrent.futures import Executor

from av import VideoFrame

from . import engine_metrics
from .frames import EncodedFrame, take_oldest
from .outgoing import Feed, OutgoingVideo
from .video_codecs import UndecodableFrame, VideoDecoder, to_image

logger = logging.getLogger(__name__)

# One second; a transcoder that is this far behind starts again at a key frame.
BACKLOG_FRAMES = 30
CLOSE_DEADLINE_SECONDS = 2.0
# Frames that may wait for a viewer before the next picture is left out; who is farther behind starts anew.
MOST_WAITING = 3
HOPELESSLY_BEHIND = 20


class Transcoder:
    """Watches ``source`` like a viewer and publishes what it sees, in its own thread, on ``output``.

    ``scale`` divides width and height.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        codec_pool: Executor,
        source: OutgoingVideo,
        codec_name: str,
        scale: int,
        bit_rate: int,
    ) -> None:
        self._source = source
        self._scale = scale
        # One for each feed of the source: a picture of the one before that is still being made goes nowhere.
        self._feed = Feed("transcoder")
        self.output = OutgoingVideo(loop, codec_pool, bit_rate, codec_name, source.encoders)
        self.output.epoch = source.epoch
        self.output.switch_to(self._feed)
        self._backlog: deque[tuple[Feed, EncodedFrame]] = deque()
        self._decoder = VideoDecoder()
        self._wants_key_frame = True
        self._wake = threading.Event()
        self._closing = threading.Event()
        # Of 30 pictures a second each so-manieth is published.
        self._step = 1
        self._published_at = float("-inf")
        self.undecodable_frames = 0
        # Pictures that could not be scaled or encoded; the first is logged.
        self.failed_pictures = 0
        self._thread = threading.Thread(target=self._run, name="transcoder", daemon=True)
        self._thread.start()
        source.subscribe(self)

    @property
    def scale(self) -> int:
        return self._scale

    @property
    def step(self) -> int:
        return self._step

    @property
    def waiting_frames(self) -> int:
        """It takes what it can; nobody waits for it."""
        return 0

    def show_every(self, step: int) -> None:
        """Publish each ``step``-th picture of 30 a second."""
        self._step = step
        self.output.count_frames_by(step)

    def deliver(self, frame: EncodedFrame) -> None:
        """Take a frame of the source; called on the loop."""
        if len(self._backlog) >= BACKLOG_FRAMES:
            self._backlog.clear()
            self._wants_key_frame = True
        self._backlog.append((self._feed, frame))
        self._wake.set()

    def begin_anew(self) -> None:
        """The source has another feed: its first frame will be a key frame, as will ours."""
        self._backlog.clear()
        self._feed = Feed("transcoder")
        self.output.switch_to(self._feed)

    def close(self) -> None:
        """End without waiting: the thread ends after the frame at hand."""
        self._source.unsubscribe(self)
        self._closing.set()
        self._wake.set()
        self.output.close()

    async def join(self) -> None:
        await asyncio.to_thread(self._thread.join, CLOSE_DEADLINE_SECONDS)

    # From here on: the thread.

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            self._try_to_publish()

    def _try_to_publish(self) -> None:
        """A picture that cannot be made costs itself, not the thread: its viewers would wait for ever."""
        try:
            self._publish_newest()
        except Exception:
            self.failed_pictures += 1
            if self.failed_pictures == 1:
                logger.exception("A picture could not be made for slow or other-codec viewers")

    def _publish_newest(self) -> None:
        picture, feed, media_time = None, self._feed, 0.0
        while (waiting := take_oldest(self._backlog)) is not None:
            if (decoded := self._decode(waiting[1])) is not None:
                picture, feed, media_time = decoded, waiting[0], waiting[1].time
        if picture is not None and self._is_due(media_time):
            self._published_at = media_time
            image = to_image(self._scaled(picture), "yuv420p")
            self.output.publish(feed, image, media_time, "yuv420p")

    def _is_due(self, media_time: float) -> bool:
        """Whether the next picture may go out: not too soon, and not while viewers have not got those before."""
        if self.output.slowest_viewer_frames in range(MOST_WAITING, HOPELESSLY_BEHIND):
            return False
        return not 0 <= media_time - self._published_at < (self._step - 0.7) / 30

    def _decode(self, frame: EncodedFrame) -> VideoFrame | None:
        if self._wants_key_frame and not frame.is_key:
            self._source.request_key_frame_from_thread()
            return None
        self._wants_key_frame = False
        try:
            return self._decoder.decode(frame)
        except UndecodableFrame:
            self.undecodable_frames += 1
            engine_metrics.UNDECODABLE_FRAMES.inc()
            self._wants_key_frame = True
            return None

    def _scaled(self, picture: VideoFrame) -> VideoFrame:
        """Return the picture at its new size, with even sides."""
        width, height = picture.width // self._scale & ~1, picture.height // self._scale & ~1
        if (width, height) == (picture.width, picture.height):
            return picture
        return picture.reformat(width=width, height=height, format="yuv420p")
