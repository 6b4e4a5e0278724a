"""Maps come with their channels first or last."""

import numpy as np

from ..placement import Floats
from .reading import Array, Reading, unbatched


def channels_first(output: Array, reading: Reading) -> Floats:
    """Return channels x height x width; the option "channels" says "first" or "last", else the fewer side tells."""
    maps = np.asarray(unbatched(output, 3), np.float32)
    return np.moveaxis(maps, -1, 0) if last(maps, reading) else maps


def last(maps: Array, reading: Reading) -> bool:
    asked = reading.options.get("channels")
    return bool(asked == "last") if asked else maps.shape[-1] < maps.shape[0]
