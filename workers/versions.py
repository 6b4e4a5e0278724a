"""Which version of a published picture each viewer gets: the main one, or one made for slow or other-codec viewers.

At most two encodes a stream: the main one, and one transcoded version.
"""

import asyncio
import time
from concurrent.futures import Executor

from .answer import Quality
from .outgoing import OutgoingVideo
from .subscriber_track import SubscriberTrack
from .transcoder import Transcoder

# A viewer whose estimate stays below this share of the stream's bit rate gets the smaller version …
SLOW_SHARE = 0.6
SLOW_PATIENCE_SECONDS = 2.0
# … and the full one again when its estimate has stayed above this share.
FAST_SHARE = 1.0
FAST_PATIENCE_SECONDS = 6.0
# A bit rate goes up at most this often.
RISE_PATIENCE_SECONDS = 5.0
# Part of a slow viewer's estimate that its picture may use; the rest is for sound and repeats.
USABLE_SHARE = 0.8
SMALL_SCALE = 2
SMALL_MIN_BIT_RATE = 50_000
SMALL_MAX_BIT_RATE = 500_000


class Versions:
    """The viewers of one published picture. Lives on the loop."""

    def __init__(self, main: OutgoingVideo, codec_pool: Executor, quality: Quality) -> None:
        self._loop = asyncio.get_running_loop()
        self.main = main
        self._codec_pool = codec_pool
        self.quality = quality
        self._viewers: set[SubscriberTrack] = set()
        # The second encode, while somebody needs it.
        self._second: Transcoder | None = None
        # Since when (time.monotonic()) a viewer has been too slow, or fast enough again.
        self._moving_since: dict[SubscriberTrack, float] = {}
        # Until then (time.monotonic()) no bit rate goes up.
        self._may_rise_at = 0.0
        self._joins: set[asyncio.Task[None]] = set()

    @property
    def second(self) -> Transcoder | None:
        return self._second

    def add(self, viewer: SubscriberTrack) -> None:
        if viewer in self._viewers:
            return
        if not self._viewers:
            self.main.use_codec(viewer.codec_name)
        viewer.leave()
        self._viewers.add(viewer)
        viewer.on_leave = lambda: self._forget(viewer)
        self._place(viewer, is_slow=False)

    def highest_estimate(self) -> int | None:
        """Return what the best-connected viewer can take, in bit/s; None while nobody has said."""
        return max((viewer.estimate for viewer in self._viewers if viewer.estimate is not None), default=None)

    def review(self) -> None:
        """Follow the viewers' estimates; called several times a second."""
        self._follow_rates()
        for viewer in list(self._viewers):
            self._review(viewer)
        self._close_second_if_idle()

    async def close(self) -> None:
        for viewer in list(self._viewers):
            viewer.leave()
        self._close_second()
        if self._joins:
            await asyncio.wait(self._joins)

    def _forget(self, viewer: SubscriberTrack) -> None:
        self._viewers.discard(viewer)
        self._moving_since.pop(viewer, None)
        self._close_second_if_idle()

    def _follow_rates(self) -> None:
        most, least = self.quality.encode_kbps * 1000, self.quality.min_kbps * 1000
        fast = [v.estimate for v in self._viewers if v.estimate is not None and v.stream is self.main]
        if fast:
            self._steer(self.main, max(least, min(max(fast), most)))
        if self._second is not None and self._second.scale > 1:
            output = self._second.output
            slow = [v.estimate for v in self._viewers if v.estimate is not None and v.stream is output]
            wanted = int(min(slow, default=SMALL_MAX_BIT_RATE) * USABLE_SHARE)
            self._steer(output, max(SMALL_MIN_BIT_RATE, min(wanted, SMALL_MAX_BIT_RATE)))

    def _steer(self, stream: OutgoingVideo, bit_rate: int) -> None:
        """Go down at once and up only after a while: each change costs a new encoder and a key frame."""
        now = time.monotonic()
        if bit_rate <= stream.bit_rate or now > self._may_rise_at:
            stream.bit_rate = bit_rate
            self._may_rise_at = now + RISE_PATIENCE_SECONDS

    def _review(self, viewer: SubscriberTrack) -> None:
        is_slow = viewer.stream is not self.main
        if self._has_wrong_codec(viewer):
            self._place(viewer, is_slow=False)
            return
        if viewer.estimate is None or self._needs_codec(viewer) or (len(self._viewers) == 1 and not is_slow):
            return
        limit = self.quality.encode_kbps * 1000 * (FAST_SHARE if is_slow else SLOW_SHARE)
        patience = FAST_PATIENCE_SECONDS if is_slow else SLOW_PATIENCE_SECONDS
        if (viewer.estimate > limit) is not is_slow:
            self._moving_since.pop(viewer, None)
        elif time.monotonic() - self._moving_since.setdefault(viewer, time.monotonic()) > patience:
            del self._moving_since[viewer]
            self._place(viewer, is_slow=not is_slow)

    def _place(self, viewer: SubscriberTrack, is_slow: bool) -> None:
        if self._needs_codec(viewer):
            viewer.point_at(self._transcoded(viewer.codec_name, scale=1))
        elif is_slow and (self._second is None or self._second.scale > 1):
            viewer.point_at(self._transcoded(viewer.codec_name, SMALL_SCALE))
        else:
            viewer.point_at(self.main)

    def _has_wrong_codec(self, viewer: SubscriberTrack) -> bool:
        """Whether the main stream's codec has changed since this viewer was placed."""
        has_own_codec = (
            self._second is not None and viewer.stream is self._second.output and self._second.scale == 1
        )
        return self._needs_codec(viewer) != has_own_codec

    def _needs_codec(self, viewer: SubscriberTrack) -> bool:
        return self.main.live_codec is not None and viewer.codec_name != self.main.live_codec

    def _transcoded(self, codec_name: str, scale: int) -> OutgoingVideo:
        """Return the second version; whoever needs one shares it. Another codec comes before a smaller picture."""
        if self._second is None or (self._second.output.codec_name, self._second.scale) != (
            codec_name,
            scale,
        ):
            self._close_second()
            bit_rate = self.quality.encode_kbps * 1000 if scale == 1 else SMALL_MAX_BIT_RATE
            self._second = Transcoder(self._loop, self._codec_pool, self.main, codec_name, scale, bit_rate)
        return self._second.output

    def _close_second_if_idle(self) -> None:
        if self._second is not None and not self._second.output.has_viewers:
            self._close_second()

    def _close_second(self) -> None:
        if self._second is not None:
            for viewer in self._viewers:
                if viewer.stream is self._second.output:
                    viewer.point_at(self.main)
            self._second.close()
            join = self._loop.create_task(self._second.join())
            self._joins.add(join)
            join.add_done_callback(self._joins.discard)
            self._second = None
