"""The benchmark itself works: one short row against both servers, and the figures it writes."""

import asyncio
import json
import math
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from . import rows
from .counter import read_number, write_number
from .figures import Figure, write_json
from .load_run import load_run
from .measure import Measurement

# The first window is enough on an idle machine. How fast the servers must be is the benchmark's affair.
WINDOWS = 10


async def test_a_visitor_is_served_and_looked_at() -> None:
    ours, plain = await asyncio.gather(short_run("ours"), short_run("plain"))
    for found in (ours, plain):
        assert found.fps > 1
        assert found.server_cores > 0.01
        assert 0 < found.p50_ms < 10_000
        assert found.first_frame_seconds < 10


async def short_run(server: str) -> Measurement:
    async with load_run(server) as run:
        await run.grow_to(2, "invert")
        for _ in range(WINDOWS):
            found = await run.measure(1.5)
            if found.fps > 1 and not math.isnan(found.p50_ms):
                break
        return found


async def test_a_room_of_the_running_site_is_measured_too() -> None:
    async with load_run("site") as run:
        await run.open_room(3, "none")
        for _ in range(WINDOWS):
            found = await run.measure(1.5)
            if found.slowest_fps > 1:
                break
    assert (found.setting, found.sessions) == ("room", 3)
    assert found.slowest_fps > 1
    assert found.server_cores > 0.01


def test_one_dead_stream_of_many_is_not_held() -> None:
    nothing = dict.fromkeys((field.name for field in fields(Measurement)), 0)
    alive = Measurement(**nothing | {"frames_per_second": 56 * 30.0, "slowest_fps": 29.5})
    one_dead = replace(alive, frames_per_second=55 * 30.0, slowest_fps=0.0)
    assert [rows.missing_pictures("room of 8", each, alive)[0].holds for each in (alive, one_dead)] == [
        True,
        False,
    ]


def test_the_counter_survives_what_processors_do() -> None:
    luma = np.full((480, 640), 120, np.uint8)
    for number in (0, 1, 77, 599):
        write_number(luma, number)
        assert read_number(luma) == number
        assert read_number(255 - luma) == number
    assert read_number(np.full((480, 640), 120, np.uint8)) is None
    assert read_number(luma[::2, ::2]) is None, "what a slow viewer gets"


def test_figures_are_judged_and_written(tmp_path: Path) -> None:
    held = Figure("cpu", 0.1, 0.5, hold=0.3, reach=0.1)
    missed = Figure("sessions", 6, 4, hold=2.5, more_is_better=True)
    unknown = Figure("delay", float("nan"), hold=0.35)
    assert (held.holds, held.reaches, missed.holds, unknown.holds) == (True, False, False, False)
    write_json(tmp_path / "latest.json", [figure.as_dict() for figure in (held, missed, unknown)])
    written = json.loads((tmp_path / "latest.json").read_text())
    assert set(written[0]) == {"figure", "ours", "baseline", "ratio", "hold", "reach", "holds"}


def test_repeats_are_joined_by_their_medians() -> None:
    values = dict.fromkeys(Measurement.__dataclass_fields__, 1.0) | {"setting": "studio", "job": "edges"}
    values |= {"server": "ours", "sessions": 4, "other_cores": 0.1}
    seen = [Measurement(**values | {"p50_ms": p50}) for p50 in (9.0, 2.0, 3.0)]
    assert rows.at(seen, "ours", "edges", 4).p50_ms == 3.0
