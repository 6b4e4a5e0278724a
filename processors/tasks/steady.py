"""Points that do not tremble: each is a mean over the last frames, quick where a body moves."""

import numpy as np

from ..inference.placement import Floats

CALM_SHARE = 0.35  # of each new frame while the body rests
CALM_PIXELS = 2.0
QUICK_PIXELS = 24.0  # from here on the new frame counts alone


class SteadyPoints:
    """For the people of one picture; forgets them when another number of people is there."""

    def __init__(self) -> None:
        self._before: Floats | None = None

    def forget(self) -> None:
        self._before = None

    def steadied(self, points: Floats) -> Floats:
        before = self._before
        if before is None or before.shape != points.shape:
            self._before = points
            return points
        moved = np.linalg.norm(points[..., :2] - before[..., :2], axis=-1, keepdims=True)
        share = np.interp(moved, (CALM_PIXELS, QUICK_PIXELS), (CALM_SHARE, 1.0)).astype(np.float32)
        self._before = np.asarray(before + share * (points - before), np.float32)
        return self._before
