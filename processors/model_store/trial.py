"""``python -m processors.model_store.trial``: plays a sample clip through a task and a model, and measures.

What comes out is what a visitor would see: it is the same class with the same configuration. The order is JSON on
the input, the report lines of JSON on the output, as for the check.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from . import confine
from .reports import Refused, Reporter

STEPS = 24
WARM_UP_STEPS = 4
# The clip moves as a camera in a hand does: so many pixels to and fro.
SWAY_PIXELS = 12
PICTURE_WIDTH = 480
JPEG_QUALITY = 80
# Where the page draws what was found, the picture of a trial draws it itself.
VALUES = {"drawn": "picture"}


def run(order: dict[str, Any]) -> dict[str, Any]:
    from processors.bench import FPS, Bench, picture_of
    from processors.catalogue import load_class

    from .memory import peak_resident_bytes, resident_bytes

    picture = picture_of(order)
    cls = load_class(order["key"], order["configuration"])
    before = resident_bytes()
    bench = Bench(cls, order["configuration"], VALUES)
    clock = clock_of_frames()
    frame_ms = []
    for step in range(STEPS):
        moved, started = swayed(picture, step), clock()
        bench.step(moved, step)
        frame_ms.append((clock() - started) * 1000)
    frame_ms = frame_ms[WARM_UP_STEPS:]
    mean_ms = statistics.mean(frame_ms)
    shown = bench.shown()
    return {
        **({} if "video" in cls.takes else {"times_real_time": round(1000 / FPS / mean_ms, 1)}),
        "start_ms": round(bench.start_ms, 1),
        "frame_ms": round(statistics.median(frame_ms), 1),
        "fps": round(1000 / mean_ms, 1),
        "memory_bytes": max(0, peak_resident_bytes() - before),
        "picture": small_jpeg(picture if shown is None else shown),
        "data": bench.data,
    }


def clock_of_frames() -> Callable[[], float]:
    """Other people's sessions shall not make a model look slow: count the work, not the waiting for a core.

    Work on a GPU is not counted by the processor, so there the time on the wall has to do."""
    import onnxruntime

    from processors.inference import providers

    usable = providers.usable(onnxruntime.get_available_providers())
    return time.process_time if usable == [providers.PROCESSOR] else time.perf_counter


def swayed(picture: Any, step: int) -> Any:
    import numpy as np

    return np.roll(picture, round(SWAY_PIXELS * (step % 8 - 4) / 4), axis=1)


def small_jpeg(picture: Any) -> str:
    import base64

    import cv2

    height = max(1, round(picture.shape[0] * PICTURE_WIDTH / picture.shape[1]))
    small = cv2.resize(picture, (PICTURE_WIDTH, height), interpolation=cv2.INTER_AREA)
    encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    return base64.b64encode(encoded.tobytes()).decode()


def main() -> None:
    order = json.load(sys.stdin)
    in_force = confine.enter_sandbox(
        (os.environ["SHOWROOM_MODELS_DIR"],), level=order["level"], user=order["user"]
    )
    reporter = Reporter()
    import cv2
    import onnxruntime

    cv2.setNumThreads(1)
    onnxruntime.set_default_logger_severity(4)
    confine.limit(order["memory_bytes"], order["seconds"])
    reporter.result(answer(order) | {"isolation": in_force.level})


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """A mistake in the description is no failure of the trial: it is what the admin wants to know."""
    from processors.exceptions import ProcessorError

    try:
        return run(order)
    except ProcessorError as error:
        return {"error": str(error)}
    except MemoryError as error:
        raise Refused("out-of-memory") from error


if __name__ == "__main__":
    main()
