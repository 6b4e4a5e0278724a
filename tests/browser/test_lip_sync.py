"""A processor that takes its time for pictures: the browser holds the sound back until both are in step."""

import math
from typing import Any

import pytest

from tests.support.figures import write_figure
from tests.support.patience import wait_until
from tests.support.site import Site

from .conftest import VisitorFactory
from .studio import Studio, open_studio

PICTURE_SECONDS = 0.2
# A lag of sound that is just noticed (ITU-R BT.1359-1).
IN_STEP_SECONDS = 0.125


@pytest.mark.slow
def test_the_browser_brings_sound_and_picture_into_step(site: Site, visit: VisitorFactory) -> None:
    studio = open_studio(visit(site, "alice"), site, "test-late-picture")
    studio.press_start()
    studio.wait_live()
    studio.wait_picture()
    last = inbound(studio)
    held = 0.0

    def is_in_step() -> bool:
        nonlocal last, held
        studio.page.evaluate("new Promise(done => setTimeout(done, 1000))")
        before, last = last, inbound(studio)
        held = seconds_held(before["audio"], last["audio"])
        played = [last[kind].get("estimatedPlayoutTimestamp", math.inf) / 1000 for kind in ("video", "audio")]
        return held > PICTURE_SECONDS - IN_STEP_SECONDS and abs(played[0] - played[1]) < IN_STEP_SECONDS

    wait_until(is_in_step, "the sound waits for the picture", 40)
    write_figure("sound_held_back_for_a_late_picture", seconds=held)


def inbound(studio: Studio) -> dict[str, dict[str, Any]]:
    entries: list[dict[str, Any]] = studio.page.evaluate("probe.statistics()")
    return {entry["kind"]: entry for entry in entries if entry["type"] == "inbound-rtp"}


def seconds_held(before: dict[str, Any], after: dict[str, Any]) -> float:
    """How long what was played between the two waited in the browser's buffer, in seconds."""
    emitted = after["jitterBufferEmittedCount"] - before["jitterBufferEmittedCount"]
    return float(after["jitterBufferDelay"] - before["jitterBufferDelay"]) / max(1, emitted)
