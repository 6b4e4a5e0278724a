"""What a slow viewer's network is spent on: sound first, then all pictures if they fit, else the speaker's alone."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

# Browsers say what they can take of pictures, beside the sound that comes; some of it is for repeats.
USABLE_SHARE = 0.9
# Less than this for each picture is not worth showing, in bit/s; all come back when there is clearly more for each …
LEAST_PICTURE = 80_000
GOOD_PICTURE = 150_000
# … or for a single one as much as its smaller version can take, and more: nobody can measure what is not sent.
PLENTY = 600_000
# A network that takes more than is sent to it is not what makes the estimate small: browsers cannot measure what does
# not come, and pictures in which nothing moves need little.
SENT_SHARE = 0.85
SPARE_SHARE = 1.25
# What is shown needs little if it takes less than this share of the bit rate that it may have.
NEEDED_SHARE = 0.85
PATIENCE_SECONDS = 2.0
# Where most of what is sent is lost.
DROWNED_PATIENCE_SECONDS = 0.8
# How long it must look good before all pictures are tried again; twice as long after each time it failed.
RECOVERY_SECONDS = 8.0
LONGEST_RECOVERY_SECONDS = 120.0


@dataclass(frozen=True)
class Demand:
    """How many pictures a viewer's page shows; what its network takes (None: unknown), what is sent and what might be,
    in bit/s; and what its reception says."""

    pictures: int
    estimate: int | None
    sent: int
    allowed: int = 0
    is_troubled: bool = True
    is_drowned: bool = False
    # Whether the viewer gets smaller pictures already.
    is_reduced: bool = False


class ViewerBudget:
    """Decides, several times a second, whether a viewer gets the speaker's picture only."""

    def __init__(self) -> None:
        self.only_speaker = False
        # Since when (time.monotonic()) it has looked otherwise than what is done.
        self._since: float | None = None
        self._recovery = RECOVERY_SECONDS

    def review(self, demand: Demand) -> bool:
        """Return whether the decision changed."""
        if demand.pictures < 2 or demand.estimate is None:
            changed, self.only_speaker, self._since = self.only_speaker, False, None
            return changed
        if not self._is_otherwise(demand.estimate, demand):
            self._since = None
            return False
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        if now - self._since < self._patience(demand):
            return False
        return self._change()

    def _patience(self, demand: Demand) -> float:
        if self.only_speaker:
            return self._recovery
        return DROWNED_PATIENCE_SECONDS if demand.is_drowned else PATIENCE_SECONDS

    def _is_otherwise(self, estimate: int, demand: Demand) -> bool:
        usable = estimate * USABLE_SHARE
        if self.only_speaker:
            is_plenty = usable >= min(demand.pictures * GOOD_PICTURE, PLENTY)
            needs_little = demand.sent < demand.allowed * NEEDED_SHARE
            return is_plenty or (needs_little and estimate > demand.sent * SPARE_SHARE)
        is_too_little = demand.is_reduced or estimate < demand.sent * SENT_SHARE
        return is_too_little and demand.is_troubled and usable < demand.pictures * LEAST_PICTURE

    def _change(self) -> bool:
        self.only_speaker, self._since = not self.only_speaker, None
        if not self.only_speaker:
            self._recovery = min(2 * self._recovery, LONGEST_RECOVERY_SECONDS)
        return True


def total_estimate(estimates: Sequence[tuple[int, int]]) -> int | None:
    """Return what a network takes by (bit/s, how many of our streams this is about); None when nothing is known.

    Chromium gives one figure for all streams; others give one for each.
    """
    if not estimates:
        return None
    shared = [rate for rate, streams in estimates if streams > 1]
    return max(shared) if shared else sum(rate for rate, _ in estimates)
