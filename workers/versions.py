"""Which version of a published picture each viewer gets: the main one, or one made for slow or other-codec viewers.

At most two encodes a stream: the main one, and one transcoded version.
"""

import asyncio
import time
from concurrent.futures import Executor

from .answer import Quality
from .outgoing import OutgoingVideo
from .rate_steps import RateSteps
from .reception import PROBE, USABLE_SHARE
from .subscriber_track import SubscriberTrack
from .transcoder import Transcoder

# A viewer whose estimate stays below this share of the stream's bit rate gets the smaller version …
SLOW_SHARE = 0.6
SLOW_PATIENCE_SECONDS = 2.0
# … but not while it is more than this share of what is really sent: browsers say little of what they have not seen.
SENT_SHARE = 0.85
# … and not while everything arrives. Where most is lost, there is no point in waiting, nor for an estimate.
DROWNED_PATIENCE_SECONDS = 0.8
# The full one comes again when its estimate has stayed above this share of the full, or of the largest smaller version;
# twice as long after each time that it was too much after all.
FAST_SHARE = 1.0
FAST_SMALL_SHARE = 1.25
# It is also tried when the smaller version takes less than this share of what it may.
NEEDED_SHARE = 0.85
FAST_PATIENCE_SECONDS = 6.0
LONGEST_PATIENCE_SECONDS = 120.0
# A publisher may send so much more than what its best-connected viewer gets without loss and waiting.
GROWTH = 1.1
# Pictures a second for which encoders are made.
USUAL_PACE = 30
SMALL_SCALE = 2
SMALL_MIN_BIT_RATE = 50_000
SMALL_MAX_BIT_RATE = 500_000
# Below this a smaller version has half as many pictures, for the sake of each.
HALF_PACE_BIT_RATE = 200_000
# The only viewer is helped by the publisher itself, as long as that may send so little; a bit more than its minimum.
ALONE_SHARE = 1.2


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
        # How often each viewer was found too slow.
        self._falls: dict[SubscriberTrack, int] = {}
        # Viewers that could get the full version and show it small.
        self._small_tiles: set[SubscriberTrack] = set()
        # When the bit rates may change: the main version's, and the smaller one's.
        self._main_steps = RateSteps()
        self._small_steps = RateSteps()
        self._joins: set[asyncio.Task[None]] = set()

    @property
    def second(self) -> Transcoder | None:
        return self._second

    def use_quality(self, quality: Quality) -> None:
        """Take another level: at once, but for viewers whose networks said what they take it rises step by step."""
        if quality == self.quality:
            return  # a re-offer: what the viewers' networks take still holds
        self.quality = quality
        full = quality.encode_kbps * 1000
        if full < self.main.bit_rate or all(viewer.estimate is None for viewer in self._viewers):
            self.main.bit_rate = full
        if self._second is not None and self._second.scale == 1:
            self._second.output.bit_rate = full

    def add(self, viewer: SubscriberTrack) -> None:
        if viewer in self._viewers:
            return
        if not self._viewers:
            self.main.use_codec(viewer.codec_name)
        viewer.leave()
        self._viewers.add(viewer)
        viewer.on_leave = lambda: self._forget(viewer)
        self._place(viewer, is_slow=viewer.allowance is not None)

    def is_small(self, viewer: SubscriberTrack) -> bool:
        """Whether a viewer gets the smaller version."""
        second = self._second
        return second is not None and second.scale > 1 and viewer.stream is second.output

    def has(self, viewer: SubscriberTrack) -> bool:
        return viewer in self._viewers

    def is_slow(self, viewer: SubscriberTrack) -> bool:
        """Whether a viewer gets the smaller version because its network takes no more."""
        return self.is_small(viewer) and viewer not in self._small_tiles

    def highest_estimate(self) -> int | None:
        """Return what the best-connected viewer can take, in bit/s; None while nobody has said."""
        return max(
            (self._can_take(v, v.estimate) for v in self._viewers if v.estimate is not None), default=None
        )

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
        self._falls.pop(viewer, None)
        self._small_tiles.discard(viewer)
        self._close_second_if_idle()

    def _can_take(self, viewer: SubscriberTrack, estimate: int) -> int:
        """What arrives may go on, and grow; whatever a machine that is short of time makes of it."""
        if viewer.stream is not self.main or not viewer.reception.is_clear:
            return estimate
        return max(estimate, int(self.main.bits.per_second() * GROWTH))

    def _follow_rates(self) -> None:
        most, least = self.quality.encode_kbps * 1000, self.quality.min_kbps * 1000
        fast = [
            self._can_take(viewer, viewer.estimate)
            for viewer in self._viewers
            if viewer.estimate is not None and viewer.stream is self.main
        ]
        if fast:
            self._main_steps.follow(self.main, max(least, min(max(fast), most)))
        if self._second is not None and self._second.scale > 1:
            output = self._second.output
            slow = [
                self._able(viewer, viewer.estimate)
                for viewer in self._viewers
                if viewer.estimate is not None and self.is_slow(viewer)
            ]
            self._small_steps.follow(output, small_bit_rate(min(slow, default=None)))
            self._second.show_every(2 if output.bit_rate < HALF_PACE_BIT_RATE else 1)

    def _review(self, viewer: SubscriberTrack) -> None:
        is_slow = viewer.stream is not self.main
        if self._follows_tile(viewer, is_slow):
            return
        if self._has_wrong_codec(viewer):
            self._place(viewer, is_slow=False)
            return
        estimate = self._estimate(viewer)
        if estimate is None or self._needs_codec(viewer):
            return
        if self._should_stay(viewer, estimate, is_slow):
            self._moving_since.pop(viewer, None)
        elif time.monotonic() - self._moving_since.setdefault(viewer, time.monotonic()) > self._patience(
            viewer, is_slow
        ):
            del self._moving_since[viewer]
            self._falls[viewer] = self._falls.get(viewer, 0) + (not is_slow)
            self._place(viewer, is_slow=not is_slow)

    def _estimate(self, viewer: SubscriberTrack) -> int | None:
        """Return the viewer's own estimate; before there is one, what arrives, where that is far too little."""
        if viewer.estimate is None and viewer.reception.is_drowned and viewer.stream is not None:
            return int(viewer.stream.bits.per_second() * (1 - (viewer.reception.lost_share or 0.0)))
        return viewer.estimate

    def _able(self, viewer: SubscriberTrack, estimate: int) -> int:
        """Return what a viewer of a smaller version can take: while all arrives, more than its encoder may make now."""
        stream = viewer.stream
        if not isinstance(stream, OutgoingVideo):
            return estimate
        able = viewer.reception.can_take(estimate, stream.bits.per_second())
        if not viewer.reception.is_clear:
            return able
        return max(able, int(stream.bit_rate * (PROBE if self._fill(stream) >= NEEDED_SHARE else 1.0)))

    def _fill(self, stream: OutgoingVideo) -> float:
        """Return which share an encoder uses of what it may, at the pace at which pictures come."""
        step = self._second.step if self._second is not None else 1
        pace = min(1.0, stream.rate.per_second() * step / USUAL_PACE)
        return stream.bits.per_second() / max(1.0, stream.bit_rate * pace)

    def _follows_tile(self, viewer: SubscriberTrack, is_slow: bool) -> bool:
        """Give a small tile the smaller version while slow viewers need one anyway; return whether that is so."""
        if viewer in self._small_tiles:
            if self._second is None or not self._is_small_tile(viewer) or not self._has_slow_viewers():
                self._small_tiles.discard(viewer)
                self._place(viewer, is_slow=False)
            return True
        if is_slow or not self._is_small_tile(viewer) or not self._has_slow_viewers():
            return False
        self._small_tiles.add(viewer)
        self._place(viewer, is_slow=True)
        return True

    def _has_slow_viewers(self) -> bool:
        return any(self.is_slow(viewer) for viewer in self._viewers)

    def _is_small_tile(self, viewer: SubscriberTrack) -> bool:
        if self.main.size is None or self._needs_codec(viewer):
            return False
        width, height = self.main.size
        return viewer.tile.width <= width // SMALL_SCALE and viewer.tile.height <= height // SMALL_SCALE

    def _should_stay(self, viewer: SubscriberTrack, estimate: int, is_slow: bool) -> bool:
        full = self.quality.encode_kbps * 1000
        if not is_slow:
            sent = self.main.bits.per_second()
            is_enough = estimate > full * SLOW_SHARE or estimate > sent * SENT_SHARE
            return is_enough or not viewer.reception.is_troubled or self._is_helped(estimate)
        if self._needs_less_than_it_may(viewer):
            return False
        is_all = self._second is not None and self._second.output.bit_rate >= SMALL_MAX_BIT_RATE
        able = self._able(viewer, estimate)
        return able <= (min(full * FAST_SHARE, SMALL_MAX_BIT_RATE * FAST_SMALL_SHARE) if is_all else full)

    def _needs_less_than_it_may(self, viewer: SubscriberTrack) -> bool:
        """Whether the smaller version cannot show how much more there is: hardly anything moves in it."""
        stream = viewer.stream
        if not isinstance(stream, OutgoingVideo) or not viewer.reception.is_clear:
            return False
        return 0 < self._fill(stream) < NEEDED_SHARE

    def _is_helped(self, estimate: int) -> bool:
        """Whether the publisher, or the main encoder, can follow the only viewer."""
        return len(self._viewers) == 1 and estimate > self.quality.min_kbps * 1000 * ALONE_SHARE

    def _patience(self, viewer: SubscriberTrack, is_slow: bool) -> float:
        if not is_slow:
            return DROWNED_PATIENCE_SECONDS if viewer.reception.is_drowned else SLOW_PATIENCE_SECONDS
        return float(
            min(FAST_PATIENCE_SECONDS * 2 ** max(0, self._falls.get(viewer, 0) - 1), LONGEST_PATIENCE_SECONDS)
        )

    def _place(self, viewer: SubscriberTrack, is_slow: bool) -> None:
        if self._needs_codec(viewer):
            viewer.point_at(self._transcoded(viewer.codec_name, scale=1))
        elif is_slow and (self._second is None or self._second.scale > 1):
            viewer.point_at(self._transcoded(viewer.codec_name, SMALL_SCALE, self._first_estimate(viewer)))
        else:
            viewer.point_at(self.main)

    def _first_estimate(self, viewer: SubscriberTrack) -> int | None:
        """Return what a smaller version begins with."""
        known = [rate for rate in (self._estimate(viewer), viewer.allowance) if rate is not None]
        return int(min(known) * USABLE_SHARE) if known else None

    def _has_wrong_codec(self, viewer: SubscriberTrack) -> bool:
        """Whether the main stream's codec has changed since this viewer was placed."""
        has_own_codec = (
            self._second is not None and viewer.stream is self._second.output and self._second.scale == 1
        )
        return self._needs_codec(viewer) != has_own_codec

    def _needs_codec(self, viewer: SubscriberTrack) -> bool:
        return self.main.live_codec is not None and viewer.codec_name != self.main.live_codec

    def _transcoded(self, codec_name: str, scale: int, estimate: int | None = None) -> OutgoingVideo:
        """Return the second version; whoever needs one shares it. Another codec comes before a smaller picture."""
        if self._second is None or (self._second.output.codec_name, self._second.scale) != (
            codec_name,
            scale,
        ):
            self._close_second()
            bit_rate = self.quality.encode_kbps * 1000 if scale == 1 else small_bit_rate(estimate)
            self._small_steps = RateSteps()
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


def small_bit_rate(wanted: int | None) -> int:
    """Return the bit rate of a smaller version for a viewer who can use so much."""
    return max(SMALL_MIN_BIT_RATE, min(SMALL_MAX_BIT_RATE if wanted is None else wanted, SMALL_MAX_BIT_RATE))
